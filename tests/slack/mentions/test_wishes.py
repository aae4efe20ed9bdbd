"""What a message comes to: an edit of the thread's latest image, an image with references, or a word of it."""

import asyncio
import json
from typing import Any

import pytest

from bot.core.models import (
    AspectRatio,
    Brand,
    BrandState,
    Defaults,
    Derivation,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    Limits,
    Operation,
    Parameters,
    Place,
    Preferences,
    Showing,
    Source,
)
from bot.slack.mentions.threads import PATIENCE
from bot.slack.views import mentions as views
from bot.slack.views.buttons import ActionId
from tests.core.world import BOSS, TEAM
from tests.fakes.eventually import eventually, settle
from tests.slack.loopback import Json
from tests.slack.mentions.talk import BOT, HELLO, Talk

DARKER = f"<@{BOT}> make the sky darker"
HERE = {"thread_ts": "0.1"}


async def show_image(
    talk: Talk,
    image_id: str = "image-1",
    *,
    thread: str = "0.1",
    asked_in: str = "0.1",
    team: str = TEAM,
    **chosen: Any,
) -> Generation:
    """Let a thread show an image, by its reply or (asked for in another one) by a message that it was shared in."""
    parameters = Parameters(prompt="a door", brand_id="b1", aspect_ratio=AspectRatio.WIDE).but(**chosen)
    request = GenerationRequest(f"V{image_id}", team, "C1", "U1", parameters, "Acme")
    row = await talk.world.store.add_generation(f"of-{image_id}", request, talk.world.clock.now(), worker_id="w9")
    done = row.but(
        state=GenerationState.DELIVERED,
        place=Place("C1", asked_in, asked_in),
        image_ids=(image_id,),
        yields=(1,),
        images=(Image(image_id, ImageState.COMPLETED, url="https://bloom.test/i"),),
        reply_id=f"{asked_in}9",
        finished_at=talk.world.clock.now(),
    )
    assert await talk.world.store.save_generation(done, was=GenerationState.QUEUED, worker_id="w9")
    await talk.world.store.add_showings(done.id, (Showing(image_id, "C1", f"{thread}9", thread),))
    return done


async def limit(talk: Talk, **limits: Any) -> None:
    await talk.world.preferences.change(TEAM, BOSS, Preferences(limits=Limits(**limits)))


def a_file(number: int = 1, kind: str = "image/png", **more: Any) -> Json:
    return {"id": f"F{number}", "name": f"{number}.png", "mimetype": kind, "size": 1000, "mode": "hosted", **more}


def a_thread(talk: Talk, *messages: Json) -> None:
    talk.slack.answer("conversations.replies", {"messages": list(messages)})


async def only(talk: Talk) -> GenerationRequest:
    """Return the one request that came of what was said."""
    (one,) = [row.request for row in await talk.started() if row.request.key.startswith("event:")]
    return one


async def nothing(talk: Talk) -> Json:
    """Return what the person was told instead of anything being started."""
    told = await talk.answer()
    await talk.quiet()
    assert not [key for key in talk.rows() if key.startswith("event:")]
    return told


class TestEdits:
    async def test_latest_image_of_the_thread_is_edited_as_it_is(self, talk: Talk) -> None:
        await show_image(talk, "image-0")
        await show_image(talk, "image-1", size=ImageSize.SIZE_4K, model=ImageModel.FAST)
        await talk.say(DARKER, **HERE)
        asked = await only(talk)
        wanted = asked.parameters
        assert (wanted.operation, wanted.subject_id, wanted.prompt) == (
            Operation.EDIT,
            "image-1",
            "make the sky darker",
        )
        assert (wanted.size, wanted.model, wanted.aspect_ratio) == (
            ImageSize.SIZE_4K,
            ImageModel.FAST,
            AspectRatio.WIDE,
        )
        assert (asked.channel_id, asked.thread_id, asked.user_id) == ("C1", "0.1", "U1")
        assert asked.source == Source("image-1", Derivation.EDIT, "C1", "0.19", "0.1", asked_by="U1")
        assert not talk.slack.named("conversations.replies")

    async def test_image_that_was_shared_is_edited_below_the_share(self, talk: Talk) -> None:
        await show_image(talk, thread="7.7", asked_in="0.1")
        await talk.say(DARKER, thread_ts="7.7")
        assert (await only(talk)).source == Source("image-1", Derivation.EDIT, "C1", "7.7", "7.7", asked_by="U1")

    async def test_size_and_model_may_be_named_and_own_pictures_are_references(self, talk: Talk) -> None:
        await show_image(talk)
        await talk.say(f"{DARKER} --size 4k --model fast", files=[a_file(1), a_file(2)], **HERE)
        wanted = (await only(talk)).parameters
        assert (wanted.size, wanted.model) == (ImageSize.SIZE_4K, ImageModel.FAST)
        assert [one.id for one in wanted.attachments] == ["F1", "F2"]

    @pytest.mark.parametrize(
        ("flags", "named"), [("--ar 1:1", "`--ar`"), ("--brand acme --n 2", "`--brand` and `--n`")]
    )
    async def test_flags_that_an_edit_has_no_use_for_are_named(self, talk: Talk, flags: str, named: str) -> None:
        await show_image(talk)
        await talk.say(f"{DARKER} {flags}", **HERE)
        assert f"{named} can't be used" in (await nothing(talk))["text"]

    async def test_deleted_image_gives_way_to_the_one_before(self, talk: Talk) -> None:
        await show_image(talk, "image-0")
        await show_image(talk, "image-1")
        await talk.world.store.mark_deleted("of-image-1", "image-1", "U1")
        await talk.say(DARKER, **HERE)
        assert (await only(talk)).parameters.subject_id == "image-0"

    async def test_image_of_another_workspace_in_a_shared_channel_is_not_edited_at_its_expense(
        self, talk: Talk
    ) -> None:
        await show_image(talk, team="T9")
        a_thread(talk)
        await talk.say(DARKER, **HERE)
        asked = await only(talk)
        assert (asked.workspace_id, asked.parameters.operation) == (TEAM, Operation.GENERATE)

    async def test_vector_cannot_be_edited(self, talk: Talk) -> None:
        await show_image(talk, operation=Operation.VECTORIZE, subject_id="image-0")
        await talk.say(DARKER, **HERE)
        assert (await nothing(talk))["text"] == views.AS_IT_IS

    async def test_brand_that_is_gone_is_told_before_anything_is_spent(self, talk: Talk) -> None:
        await show_image(talk, brand_id="b9")
        await talk.say(DARKER, **HERE)
        assert (await nothing(talk))["text"] == views.BRAND_IS_GONE

    async def test_ten_files_are_one_too_many(self, talk: Talk) -> None:
        await show_image(talk)
        await talk.say(DARKER, files=[a_file(number) for number in range(10)], **HERE)
        assert "I can take 9 files along for this, and your message has 10." in (await nothing(talk))["text"]

    async def test_mention_outside_of_the_thread_makes_a_new_image(self, talk: Talk) -> None:
        await show_image(talk)
        await talk.say(DARKER)
        assert (await only(talk)).parameters.operation is Operation.GENERATE


class TestReferences:
    async def test_own_files_come_first_and_then_the_newest_of_the_thread(self, talk: Talk) -> None:
        a_thread(
            talk,
            {"ts": "0.1", "user": "U2", "files": [a_file(1), a_file(2, "image/webp")]},
            {"ts": "0.2", "user": BOT, "files": [a_file(3)]},
            {"ts": "0.3", "user": "U2", "files": [a_file(4, "image/gif"), a_file(5, mode="tombstone")]},
            {"ts": "0.4", "user": "U1", "files": [a_file(6, "image/avif"), a_file(7, size=11 * 2**20), {"id": "F8"}]},
            {"ts": "0.5", "user": "U1", "files": [a_file(9)]},
        )
        await talk.say(HELLO, ts="0.5", files=[a_file(9)], **HERE)
        assert [one.id for one in (await only(talk)).parameters.attachments] == ["F9", "F6", "F2", "F1"]

    async def test_ten_at_most_and_of_every_page_of_the_thread(self, talk: Talk) -> None:
        pages = [[a_file(10 * page + number) for number in range(6)] for page in range(3)]
        cursors = ("more", "more", "")
        talk.slack.answer(
            "conversations.replies",
            *(
                {
                    "messages": [{"ts": "0.1", "user": "U2", "files": files}],
                    "response_metadata": {"next_cursor": cursor},
                }
                for files, cursor in zip(pages, cursors, strict=True)
            ),
        )
        await talk.say(**HERE)
        newest_first = [*(f"F{n}" for n in range(25, 19, -1)), *(f"F{n}" for n in range(15, 11, -1))]
        assert [one.id for one in (await only(talk)).parameters.attachments] == newest_first

    async def test_file_of_another_kind_is_named_and_nothing_is_spent_without_it(self, talk: Talk) -> None:
        files = [a_file(1), a_file(2, "application/pdf", name="<plan>.pdf"), a_file(3, size=11 * 2**20)]
        await talk.say(files=files)
        said = (await nothing(talk))["text"]
        assert "_&lt;plan&gt;.pdf_ isn't a PNG, JPEG, WebP or AVIF; _3.png_ is over 10 MB." in said

    async def test_picture_whose_kind_slack_does_not_know_is_known_by_its_name(self, talk: Talk) -> None:
        await talk.say(files=[a_file(1, "application/octet-stream", name="door.avif")])
        assert [one.id for one in (await only(talk)).parameters.attachments] == ["F1"]

    async def test_picture_that_is_not_at_slack_is_named_and_nothing_is_spent_without_it(self, talk: Talk) -> None:
        await talk.say(files=[a_file(1, name="drive.png", is_external=True, mode="external")])
        assert "drive.png" in (await nothing(talk))["text"]

    async def test_own_file_that_slack_says_nothing_of_yet_is_tried(self, talk: Talk) -> None:
        await talk.say(files=[{"id": "F1", "file_access": "check_file_info"}])
        assert [one.id for one in (await only(talk)).parameters.attachments] == ["F1"]

    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            ("not_in_channel", views.NOT_IN_THREAD),
            ("missing_scope", views.MAY_NOT_READ),
            ("fatal_error", views.NOT_READ),
        ],
    )
    async def test_thread_that_cannot_be_read_is_told_kindly(self, talk: Talk, error: str, sentence: str) -> None:
        talk.slack.answer("conversations.replies", error)
        await talk.say(**HERE)
        assert (await nothing(talk))["text"] == sentence

    async def test_slack_that_is_slow_is_not_waited_for(self, talk: Talk) -> None:
        gate = talk.slack.hold("conversations.replies")
        answer = asyncio.create_task(talk.say(**HERE))
        await talk.stage.reached("conversations.replies")
        await eventually(lambda: talk.world.clock.sleepers >= 2)
        await talk.world.clock.advance(PATIENCE)
        assert await answer == 200
        assert (await nothing(talk))["text"] == views.NOT_READ
        gate.set()


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("help", "How to make images with /bloom"),
            ("brands", "`/bloom brands` shows that"),
            ("connect", views.CONNECT),
            ("a red door --ar 7:3", "--ar takes"),
            ("a red door --brand nope", "No brand is called “nope”."),
            ("", "like this: _@Bloom a launch banner, morning light --ar 16:9_."),
        ],
    )
    async def test_is_told_to_one_person_in_the_channel(self, talk: Talk, text: str, sentence: str) -> None:
        await talk.say(f"<@{BOT}> {text}")
        told = await nothing(talk)
        assert sentence in told["text"]
        assert (told["channel"], told["user"]) == ("C1", "U1")
        assert "thread_ts" not in told

    async def test_is_told_openly_in_a_direct_message_in_its_thread(self, talk: Talk) -> None:
        await talk.say("help", kind="message", thread_ts="4.4")
        told = await talk.answer("chat.postMessage")
        assert (told["channel"], told["thread_ts"]) == ("D1", "4.4")
        assert not talk.told()

    async def test_nobody_is_asked_to_name_the_bot_in_a_direct_message(self, talk: Talk) -> None:
        await talk.say("--n 3", kind="message")
        told = await talk.answer("chat.postMessage")
        assert told["text"] == "What shall I make? For example: _a launch banner, morning light --ar 16:9_."

    async def test_nothing_that_people_typed_calls_anybody(self, talk: Talk) -> None:
        await talk.say(f"<@{BOT}> hi --brand &lt;!channel&gt;")
        assert "<!channel>" not in (await nothing(talk))["text"]

    async def test_workspace_without_bloom_is_shown_the_way(self, talk: Talk) -> None:
        await talk.world.connections.disconnect(TEAM, BOSS)
        await talk.say()
        assert ActionId.CONNECT in (await nothing(talk))["said"]

    async def test_limit_is_told_with_whom_to_ask(self, talk: Talk) -> None:
        await limit(talk, channels=frozenset({"C9"}))
        await talk.say()
        told = await nothing(talk)
        assert told["text"].startswith("Images can't be made in <#C1>, only in <#C9>.")
        assert views.NEW_MESSAGE in told["said"]

    async def test_limit_names_what_it_would_cost_with_the_defaults_of_the_channel(self, talk: Talk) -> None:
        wanted = Preferences(defaults=Defaults(size=ImageSize.SIZE_4K), limits=Limits(credits_per_month=1))
        await talk.world.preferences.change(TEAM, BOSS, wanted)
        await talk.say()
        assert "this takes 2." in (await nothing(talk))["text"]

    async def test_limit_holds_for_edits_too(self, talk: Talk) -> None:
        await limit(talk, channels=frozenset({"C9"}))
        await show_image(talk)
        await talk.say(DARKER, **HERE)
        assert (await nothing(talk))["text"].startswith("Images can't be made in <#C1>")

    async def test_flags_alone_in_a_thread_with_an_image_ask_what_to_change(self, talk: Talk) -> None:
        await show_image(talk)
        await talk.say(f"<@{BOT}> --size 4K", **HERE)
        assert "like this: _@Bloom make the sky darker_" in (await nothing(talk))["text"]


class TestYes:
    async def test_starts_what_was_asked_for_also_after_a_restart(self, talk: Talk) -> None:
        await limit(talk, confirm_above=1)
        await talk.say(f"{HELLO} --size 4K", event_id="Ev1", ts="5.5", files=[a_file(1)])
        told = await nothing(talk)
        assert "This takes 2 credits." in told["text"]
        message = {"ts": "5.5", "user": "U1", "text": f"{HELLO} --size 4K", "files": [a_file(1)]}
        a_thread(talk, message)
        talk.restart()
        for _ in range(2):
            await talk.press(ActionId.CONFIRM_MESSAGE, talk.value_of(told, ActionId.CONFIRM_MESSAGE))
        asked = await only(talk)
        assert (asked.key, asked.thread_id, asked.parameters.credits) == ("event:Ev1", "5.5", 2)
        assert [one.id for one in asked.parameters.attachments] == ["F1"]

    async def test_is_about_the_image_that_was_the_latest_when_it_was_asked(self, talk: Talk) -> None:
        await limit(talk, confirm_above=0)
        await show_image(talk, "5f0c3b34-8a37-4d0c-9a52-3a1d7a3a9b01")
        ts = "1700000000.123456"
        await talk.say(DARKER, event_id="Ev0123456789AB", ts=ts, **HERE)
        value = talk.value_of(await nothing(talk), ActionId.CONFIRM_MESSAGE)
        assert len(value) <= 150
        await show_image(talk, "image-2")
        a_thread(talk, {"ts": ts, "thread_ts": "0.1", "user": "U1", "text": DARKER})
        await talk.press(ActionId.CONFIRM_MESSAGE, value)
        assert (await only(talk)).parameters.subject_id == "5f0c3b34-8a37-4d0c-9a52-3a1d7a3a9b01"

    async def test_is_about_a_new_image_where_the_thread_showed_none_when_it_was_asked(self, talk: Talk) -> None:
        await limit(talk, confirm_above=0)
        a_thread(talk, {"ts": "5.5", "thread_ts": "0.1", "user": "U1", "text": HELLO})
        await talk.say(ts="5.5", **HERE)
        value = talk.value_of(await nothing(talk), ActionId.CONFIRM_MESSAGE)
        await show_image(talk)
        await talk.press(ActionId.CONFIRM_MESSAGE, value)
        assert (await only(talk)).parameters.operation is Operation.GENERATE

    async def test_more_than_was_said_yes_to_is_asked_again(self, talk: Talk) -> None:
        await limit(talk, confirm_above=1)
        await talk.say(f"{HELLO} --n 2", ts="5.5")
        value = talk.value_of(await nothing(talk), ActionId.CONFIRM_MESSAGE)
        a_thread(talk, {"ts": "5.5", "user": "U1", "text": f"{HELLO} --n 5", "edited": {"user": "U1", "ts": "6"}})
        await talk.press(ActionId.CONFIRM_MESSAGE, value)
        assert not talk.rows()
        assert "This takes 5 credits." in talk.told("chat.postMessage")[0]["text"]

    @pytest.mark.parametrize("messages", [[], [{"ts": "5.5", "user": "U2", "text": HELLO}]])
    async def test_message_that_is_gone_or_not_theirs_starts_nothing(self, talk: Talk, messages: list[Json]) -> None:
        await limit(talk, confirm_above=0)
        await talk.say(ts="5.5")
        value = talk.value_of(await nothing(talk), ActionId.CONFIRM_MESSAGE)
        a_thread(talk, *messages)
        await talk.press(ActionId.CONFIRM_MESSAGE, value)
        assert not talk.rows()
        assert talk.told("chat.postMessage")[0]["text"] == views.GONE


class TestForm:
    async def several_brands(self, talk: Talk) -> None:
        talk.world.bloom.shelf.append(Brand("b2", "Beta", "https://beta.com", BrandState.READY))
        await talk.world.brands.look_anew(TEAM)

    async def test_opens_with_what_was_said_where_nobody_can_tell_the_brand(self, talk: Talk) -> None:
        await self.several_brands(talk)
        text = f"{HELLO} --size 4K"
        await talk.say(text, ts="5.5", files=[a_file(1)])
        told = await nothing(talk)
        assert told["text"] == views.WHICH_BRAND
        a_thread(talk, {"ts": "5.5", "user": "U1", "text": text, "files": [a_file(1)]})
        await talk.press(ActionId.FORM_OF_MESSAGE, talk.value_of(told, ActionId.FORM_OF_MESSAGE))
        (opened,) = talk.slack.named("views.open")
        view = opened.form["view"]
        origin = json.loads(view["private_metadata"])
        assert "a red door" in json.dumps(view["blocks"])
        assert (origin["channel_id"], origin["thread_id"]) == ("C1", "5.5")
        assert [one["id"] for one in origin["offered"]] == ["F1"]

    async def test_default_brand_of_the_channel_needs_no_form(self, talk: Talk) -> None:
        await self.several_brands(talk)
        channels = {"C1": Defaults(brand_id="b2")}
        await talk.world.preferences.change(TEAM, BOSS, Preferences(channels=channels))
        await talk.say()
        assert (await only(talk)).brand_name == "Beta"

    async def test_edit_opens_about_the_image(self, talk: Talk) -> None:
        await show_image(talk)
        await talk.say(f"<@{BOT}>", ts="5.5", **HERE)
        told = await nothing(talk)
        a_thread(talk, {"ts": "5.5", "thread_ts": "0.1", "user": "U1", "text": f"<@{BOT}>"})
        await talk.press(ActionId.FORM_OF_MESSAGE, talk.value_of(told, ActionId.FORM_OF_MESSAGE))
        (opened,) = talk.slack.named("views.open")
        origin = json.loads(opened.form["view"]["private_metadata"])
        assert origin["subject_id"] == "image-1"
        assert origin["source"]["message_id"] == "0.19"

    async def test_opens_empty_where_the_message_is_gone(self, talk: Talk) -> None:
        await talk.say(f"<@{BOT}>", ts="5.5")
        value = talk.value_of(await nothing(talk), ActionId.FORM_OF_MESSAGE)
        a_thread(talk)
        await talk.press(ActionId.FORM_OF_MESSAGE, value)
        assert talk.slack.named("views.open")

    async def test_is_given_up_before_slack_takes_none_any_more(self, talk: Talk) -> None:
        await talk.say(f"<@{BOT}>", ts="5.5", **HERE)
        value = talk.value_of(await nothing(talk), ActionId.FORM_OF_MESSAGE)
        a_thread(talk, {"ts": "5.5", "thread_ts": "0.1", "user": "U1", "text": HELLO})
        gate = talk.slack.hold("conversations.replies")
        await talk.press(ActionId.FORM_OF_MESSAGE, value, is_quiet=False)
        await talk.stage.reached("conversations.replies")
        await talk.world.clock.advance(PATIENCE - 0.1)
        gate.set()
        gate.clear()  # the message is read by now, and the thread is not
        await talk.stage.reached("conversations.replies", 2)
        await settle()
        await talk.world.clock.advance(0.1)
        await eventually(lambda: talk.told("chat.postMessage"), seconds=1.0)
        gate.set()
        assert not talk.slack.named("views.open")
