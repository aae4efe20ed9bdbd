"""The form on somebody's screen: opened, changed and sent, by what Slack sends of it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import (
    AspectRatio,
    Attachment,
    BrandState,
    Derivation,
    Generation,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    Limits,
    Operation,
    Preferences,
    Source,
)
from bot.slack.actions import Actions
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.views.form.answers import read
from tests.core.world import BOSS, TEAM, S, a_request
from tests.slack.home.stage import Stage, open_stage
from tests.slack.views.forms import asked_for, inputs, on_screen
from tests.slack.views.judge import approve_view, of_type, said

SHAPES = (AspectRatio.WIDE, AspectRatio.SQUARE)
PICTURES = (Attachment(id="F1", name="one.png"), Attachment(id="F2", name="two.png"))
FULL = Draft("a cat", "b1", None, SHAPES, ImageSize.SIZE_4K, ImageModel.FAST, 2, attachments=PICTURES, is_preview=True)
ORIGIN = Origin(channel_id="C1", thread_id="1.0")
PRESSED = Source("i1", Derivation.EDIT, "C1", "2.0", "1.0")
EDITING = Origin(channel_id="C1", thread_id="1.0", subject_id="i1", source=PRESSED)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        await opened.world.brands.refresh(TEAM)
        yield opened


@pytest.fixture
def form(stage: Stage) -> Form:
    return stage.form


async def made(stage: Stage, **fields: Any) -> Generation:
    """Write a generation that made the image i1."""
    image = Image("i1", ImageState.COMPLETED, url="https://www.trybloom.ai/img/1", aspect_ratio=AspectRatio.STORY)
    request = a_request("made", prompt="a red door")
    return await stage.world.put(
        S.DELIVERED, request, images=(replace(image, **fields),), image_ids=("i1",), finished_at=stage.world.clock.now()
    )


async def opened(stage: Stage, form: Form, draft: Draft, origin: Origin) -> dict[str, Any]:
    """Open a form, and return it as Slack tells of it, with all that was filled in behind the person's back."""
    await form.open(stage.args(), draft, origin)
    await stage.quiet()
    (asked,) = stage.slack.named("views.open")
    views = [asked, *stage.slack.named("views.update")]
    return as_json(views[-1].form["view"])


def as_json(view: Any) -> dict[str, Any]:
    return approve_view(json.loads(view) if isinstance(view, str) else view)


def sent(stage: Stage, view: dict[str, Any], **chosen: Any) -> AsyncArgs:
    """Return what Bolt hands over when somebody sends a form, or changes it."""
    return stage.args(view={**on_screen(view, **chosen), "id": "V1", "hash": "h"}, type="view_submission")


async def submit(stage: Stage, form: Form, view: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    """Send the form and return the answer."""
    args = sent(stage, view, **chosen)
    await form.submit(args)
    assert args.ack.response is not None
    return json.loads(args.ack.response.body or "{}")  # type: ignore[no-any-return]


async def started(stage: Stage) -> Generation:
    row = await stage.world.store.generation_by_key("view:V1")
    assert row is not None
    return row


def options(*values: str, **named: str) -> dict[str, Any]:
    chosen = {value: value for value in values} | named
    found = [{"value": value, "text": {"type": "plain_text", "text": text}} for value, text in chosen.items()]
    return {"selected_options": found}


async def test_everything_in_the_form_is_what_is_asked_for(stage: Stage, form: Form) -> None:
    view = await opened(stage, form, FULL, ORIGIN)
    assert await submit(stage, form, view) == {}
    request = (await started(stage)).request
    assert request.parameters == FULL.parameters("b1")
    assert (request.is_preview, request.channel_id, request.thread_id, request.source) == (True, "C1", "1.0", None)


async def test_too_many_references_are_said_once_at_the_last_field_that_has_any(stage: Stage, form: Form) -> None:
    view = await opened(stage, form, Draft("a cat", brand_id="b1"), ORIGIN)
    files = [{"id": f"F{number}", "name": "a.png", "mimetype": "image/png"} for number in range(6)]
    answer = await submit(stage, form, view, reference_files={"files": files}, reference_library=options(*"abcde"))
    assert answer["errors"] == {
        "reference_library": "Bloom takes at most 10 references here; these are 11. Take 1 out."
    }


async def test_switching_the_brand_keeps_what_was_typed_and_chosen(stage: Stage, form: Form) -> None:
    view = await opened(stage, form, FULL, ORIGIN)
    chosen = {
        "prompt": {"value": "a dog"},
        "brand": {"selected_option": {"value": "b2", "text": {"type": "plain_text", "text": "Beta"}}},
        "ratio": options("9:16", "1:1", "21:9"),
        "reference_offered": options(F2="two.png"),
        "preview": options(),
    }
    before = len(stage.slack.named("views.update"))
    args = sent(stage, view, **chosen)
    await form.change(args)
    await stage.quiet()
    anew = as_json(stage.slack.named("views.update")[before].form["view"])
    assert [*inputs(anew)] == [*inputs(view)]
    assert {name: block["element"]["action_id"] for name, block in inputs(anew).items()} == {
        name: block["element"]["action_id"] for name, block in inputs(view).items()
    }
    # what Slack then sends: its own memory of each input, since none has another id
    again, origin = read(on_screen(anew, **chosen))
    assert again == read(args.body["view"])[0]
    assert (again.prompt, again.brand_id, again.is_preview) == ("a dog", "b2", False)
    assert again.shapes == (AspectRatio.STORY, AspectRatio.SQUARE, AspectRatio.CINEMA)
    assert [one.id for one in again.attachments] == ["F2"]
    assert origin.offered == PICTURES
    # and a form drawn anew says the same where Slack remembers nothing
    assert replace(read(on_screen(anew))[0], brand_id="b2") == again
    assert "12 credits" in said(anew)


async def test_form_that_asks_for_a_yes_keeps_everything(stage: Stage, form: Form) -> None:
    await stage.world.store.save_preferences(TEAM, Preferences(revision=1, limits=Limits(confirm_above=1)))
    view = await opened(stage, form, FULL, ORIGIN)
    answer = await submit(stage, form, view)
    asking = approve_view(answer["view"])
    assert answer["response_action"] == "update"
    assert asking["submit"]["text"] == "Yes, 8 credits"
    assert read(on_screen(asking))[0] == FULL
    assert await submit(stage, form, asking) == {}
    assert (await started(stage)).request.parameters == FULL.parameters("b1")


async def test_refused_form_keeps_everything(stage: Stage, form: Form) -> None:
    view = await opened(stage, form, FULL, ORIGIN)
    await stage.world.store.save_preferences(TEAM, Preferences(revision=1, limits=Limits(credits_per_person=1)))
    answer = await submit(stage, form, view)
    assert ":no_entry:" in said(answer["view"])
    assert read(on_screen(answer["view"]))[0] == FULL


async def test_set_that_is_too_large_is_refused_at_the_shapes(stage: Stage, form: Form) -> None:
    view = await opened(stage, form, replace(FULL, variants=3), ORIGIN)
    answer = await submit(stage, form, view, ratio=options("1:1", "2:3", "3:2", "3:4", "4:3"), prompt={"value": " "})
    assert answer["errors"] == {
        "prompt": "Describe the image you want.",
        "ratio": "5 shapes × 3 images make 15; a set has 12 at most.",
    }


async def test_image_that_was_a_reference_is_told_as_the_source_as_long_as_it_is_one(stage: Stage, form: Form) -> None:
    source = replace(PRESSED, derivation=Derivation.REFERENCE)
    view = await opened(stage, form, FULL, ORIGIN.model_copy(update={"source": source}))
    assert await submit(stage, form, view) == {}
    assert (await started(stage)).request.source is None


async def test_edit_shows_the_image_and_is_an_edit_of_it(stage: Stage, form: Form) -> None:
    await made(stage)
    view = await opened(stage, form, Draft(size=ImageSize.SIZE_4K, model=ImageModel.FAST), EDITING)
    assert asked_for(view) == ["prompt", "model", "size"]
    assert [block["image_url"] for block in of_type(view, "image")] == ["https://www.trybloom.ai/img/1"]
    assert "2 credits" in said(view)
    for _ in range(2):  # delivered twice
        assert await submit(stage, form, view, prompt={"value": "darker"}) == {}
    edit = (await started(stage)).request
    assert (edit.source, edit.channel_id, edit.thread_id, edit.brand_name) == (PRESSED, "C1", "1.0", "Acme")
    wanted = edit.parameters
    assert (wanted.operation, wanted.subject_id, wanted.prompt) == (Operation.EDIT, "i1", "darker")
    assert (wanted.size, wanted.model, wanted.ratios) == (ImageSize.SIZE_4K, ImageModel.FAST, (AspectRatio.STORY,))


async def test_form_opens_without_waiting_for_slack_to_fetch_the_image(stage: Stage, form: Form) -> None:
    await made(stage)
    view = await opened(stage, form, Draft(), EDITING)
    first = as_json(stage.slack.named("views.open")[0].form["view"])
    assert not of_type(first, "image")
    assert of_type(view, "image")
    args = sent(stage, view, size={"selected_option": {"value": "4K", "text": {"type": "plain_text", "text": "4K"}}})
    await form.change(args)
    await stage.quiet()
    assert of_type(as_json(stage.slack.named("views.update")[-1].form["view"]), "image")


async def test_image_that_slack_does_not_fetch_is_named_in_words(stage: Stage, form: Form) -> None:
    await made(stage)
    stage.slack.answer("views.update", "invalid_blocks", {"view": {"id": "V1", "hash": "h9"}})
    await form.open(stage.args(), Draft(), EDITING)
    await stage.quiet()
    pictured, *others = [as_json(asked.form["view"]) for asked in stage.slack.named("views.update")]
    assert of_type(pictured, "image")
    assert [of_type(view, "image") for view in others] == [[]] * len(others)
    assert others  # what is left to spend is filled in all the same
    assert "was asked for as “a red door”. Brand and shape stay:" in said(others[-1])


@pytest.mark.parametrize(
    ("fields", "image_id", "sentence"),
    [
        ({"deleted_by": "U2"}, "i1", "This image was deleted, so there's nothing left to edit."),
        ({}, "i9", "I no longer know this image, so it can't be edited here."),
    ],
)
async def test_edit_of_what_is_gone_says_so_before_anything_is_typed(
    stage: Stage, form: Form, fields: dict[str, Any], image_id: str, sentence: str
) -> None:
    await made(stage, **fields)
    view = await opened(stage, form, Draft(), EDITING.model_copy(update={"subject_id": image_id}))
    assert (said(view), view.get("submit")) == (sentence, None)


async def test_edit_of_what_went_meanwhile_is_refused_at_the_prompt(stage: Stage, form: Form) -> None:
    await made(stage)
    view = await opened(stage, form, Draft(), EDITING)
    await stage.world.store.mark_deleted("g1", "i1", "U2")
    answer = await submit(stage, form, view, prompt={"value": "darker"})
    assert answer["errors"] == {"prompt": "This image was deleted, so there's nothing left to edit."}


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(None, "Bloom doesn't have this image's brand any more"), (BrandState.ANALYZING, "still being analyzed")],
)
async def test_edit_for_a_brand_that_cannot_draw_is_refused(
    stage: Stage, form: Form, state: BrandState | None, sentence: str
) -> None:
    await made(stage)
    (acme,) = stage.world.bloom.shelf
    stage.world.bloom.shelf[:] = [replace(acme, id="b7")] if state is None else [replace(acme, state=state)]
    await stage.world.brands.refresh(TEAM)
    assert sentence in said(await opened(stage, form, Draft(), EDITING))


async def test_edit_without_words_is_asked_for_some(stage: Stage, form: Form) -> None:
    await made(stage)
    view = await opened(stage, form, Draft(), EDITING)
    assert (await submit(stage, form, view))["errors"] == {"prompt": "Say what should change."}


async def test_edit_that_nobody_pressed_for_comes_in_the_thread_of_the_image(stage: Stage, form: Form) -> None:
    place = (await made(stage)).place
    assert place is not None
    view = await opened(stage, form, Draft("darker"), EDITING.model_copy(update={"source": None}))
    assert await submit(stage, form, view) == {}
    request = (await started(stage)).request
    assert (request.channel_id, request.thread_id) == (place.channel_id, place.thread_id)
    assert request.source is not None
    assert (request.source.image_id, request.source.asked_by) == ("i1", "U1")


async def test_request_that_failed_opens_with_everything_again(stage: Stage, form: Form) -> None:
    core = stage.world.core
    request = replace(a_request("failed"), parameters=FULL.parameters("b1"), is_preview=True, thread_id="7.0")
    failed = await stage.world.put(S.FAILED, request, generation_id="g2", finished_at=stage.world.clock.now())
    args = stage.args(BOSS, actions=[{"action_id": "edit_request", "value": failed.id}])
    await Actions(core, form, Refusals(core, stage.world.clock)).edit_request(args)
    view = as_json(stage.slack.named("views.open")[0].form["view"])
    assert read(on_screen(view))[0] == FULL
    assert (Origin.of_view(view).channel_id, Origin.of_view(view).thread_id) == ("C1", "7.0")


async def test_edit_that_failed_opens_about_the_same_image_again(stage: Stage, form: Form) -> None:
    await made(stage)
    core, wanted = stage.world.core, {"operation": Operation.EDIT, "subject_id": "i1", "prompt": "darker"}
    request = replace(a_request("failed", **wanted), source=PRESSED)
    failed = await stage.world.put(S.FAILED, request, generation_id="g2", finished_at=stage.world.clock.now())
    args = stage.args(BOSS, actions=[{"action_id": "edit_request", "value": failed.id}])
    await Actions(core, form, Refusals(core, stage.world.clock)).edit_request(args)
    view = as_json(stage.slack.named("views.open")[0].form["view"])
    assert asked_for(view) == ["prompt", "model", "size"]
    assert read(on_screen(view))[0].prompt == "darker"
    assert (Origin.of_view(view).subject_id, Origin.of_view(view).source) == ("i1", PRESSED)
