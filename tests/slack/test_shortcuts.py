"""Making an image from a message: its words, its pictures, and its thread."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import PROMPT_LIMIT, REFERENCE_LIMIT, Attachment, Place, Showing
from bot.slack.form.drafts import Draft, Origin
from bot.slack.shortcuts import Shortcuts, pictures_of
from tests.core.world import TEAM, S, a_request
from tests.slack.home.stage import Stage

CAT = {"id": "F1", "name": "cat.png", "mimetype": "image/png", "filetype": "png", "mode": "hosted"}
NO_PICTURES: list[dict[str, Any]] = [
    {"id": "F2", "name": "notes.pdf", "mimetype": "application/pdf"},
    {"id": "F3", "name": "cat.gif", "mimetype": "image/gif"},
    {"id": "F4", "name": "logo.svg", "mimetype": "image/svg+xml"},
    {"id": "F5", "mode": "tombstone"},
    {"id": "F6", "name": "drive.png", "mimetype": "image/png", "is_external": True, "mode": "external"},
    {**CAT, "id": "F8", "size": 10 * 1024 * 1024 + 1},
    {"id": "F7", "file_access": "check_file_info"},
]


def shortcuts(stage: Stage) -> Shortcuts:
    return Shortcuts(stage.world.core, stage.form)


async def filled(stage: Stage, **message: Any) -> tuple[Draft, Origin]:
    """Return what the form of a message begins with."""
    body = {"channel": {"id": "C1"}, "message": {"ts": "2.0", **message}}
    return await shortcuts(stage).filled(stage.args("U1", **body))


async def test_words_and_pictures_of_a_message_fill_the_form_that_answers_in_its_thread(stage: Stage) -> None:
    draft, origin = await filled(stage, text="A &lt;cat&gt; for <@U1>", files=[CAT, *NO_PICTURES], thread_ts="1.0")
    cat = Attachment(id="F1", name="cat.png")
    assert draft == Draft(prompt="A <cat> for", attachments=(cat,))
    assert origin == Origin(channel_id="C1", thread_id="1.0")


async def test_message_outside_a_thread_begins_one(stage: Stage) -> None:
    draft, origin = await filled(stage, text="x" * (PROMPT_LIMIT + 1))
    assert (len(draft.prompt), origin.thread_id, draft.attachments) == (PROMPT_LIMIT, "2.0", ())


async def test_form_is_opened_with_what_the_message_offers(stage: Stage) -> None:
    body = {"channel": {"id": "C1"}, "message": {"ts": "2.0", "text": "A cat", "files": [CAT]}}
    await shortcuts(stage).make_image_from_message(stage.args("U1", **body))
    (opened,) = stage.slack.named("views.open")
    origin = Origin.model_validate_json(opened.form["view"]["private_metadata"])
    assert (origin.channel_id, origin.thread_id) == ("C1", "2.0")
    assert [one.id for one in origin.offered] == ["F1"]


async def test_message_has_at_most_ten_pictures(stage: Stage) -> None:
    draft, _ = await filled(stage, files=[{**CAT, "id": f"F{number}"} for number in range(12)])
    assert len(draft.attachments) == REFERENCE_LIMIT


def buttons(*image_ids: str) -> list[dict[str, Any]]:
    """Return what a message shows below images of ours, beside a picture of who knows whom."""
    picture = {"type": "image", "image_url": "https://elsewhere.test/cat.png", "alt_text": "A cat"}
    rows = [{"type": "actions", "elements": [{"action_id": "share", "value": one}]} for one in image_ids]
    return [picture, {"type": "section"}, *rows]


async def test_message_of_ours_offers_its_images_as_earlier_results(stage: Stage) -> None:
    world = stage.world
    (image_id,) = world.bloom.draw(a_request().parameters)
    queued = await world.add()
    done = queued.but(
        state=S.DELIVERED,
        place=Place("C1", "1.0", "1.0"),
        image_ids=(image_id,),
        yields=(1,),
        images=(world.bloom.gallery[-1],),
    )
    assert await world.save(done, was=S.QUEUED)
    await world.store.add_showings("g1", [Showing(image_id, "C1", "2.0", "1.0")])
    assert queued.request.workspace_id == TEAM

    draft, _ = await filled(stage, blocks=buttons(image_id, "another"), files=[CAT], text="Here it is")
    assert (draft.reference_ids, draft.attachments) == ((image_id,), ())
    assert draft.prompt == queued.request.parameters.prompt
    draft, _ = await filled(stage, ts="3.0", blocks=buttons(image_id), files=[CAT])
    assert (draft.reference_ids, [one.id for one in draft.attachments]) == ((), ["F1"])


texts = st.none() | st.text(max_size=200) | st.sampled_from(["image/png", "a.png", "F1", "hosted"])
keys = st.sampled_from(["id", "name", "title", "mimetype", "filetype", "mode", "size", "is_external"])


@given(st.lists(st.dictionaries(keys, texts | st.integers() | st.booleans()), max_size=12))
def test_whatever_files_a_message_has_they_can_be_offered(files: list[dict[str, Any]]) -> None:
    pictures = pictures_of({"files": files})
    assert len({one.id for one in pictures}) == len(pictures)
    assert all(one.id and one.name for one in pictures)
