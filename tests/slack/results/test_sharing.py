"""Sharing: where to is asked in a form, or known of a preview; what keeps an image from being shared is told."""

from dataclasses import replace

import pytest

from bot.core.errors import SlackRefused, SlackUnavailable, StoreError
from bot.core.models import GenerationRequest, Showing
from bot.slack.results.pressed import GONE
from bot.slack.results.sharing import DELETED
from bot.slack.views.buttons import Field
from bot.slack.views.message import unescape
from bot.slack.views.pictures import pictures
from bot.slack.views.results import share_form
from tests.core.made import delivered, show
from tests.core.world import World, a_request
from tests.slack.loopback import Json
from tests.slack.results.room import IMAGE, Room, judged
from tests.slack.views.judge import of_type, said

HERE = "C123"


async def opened(room: Room, request: GenerationRequest | None = None) -> Json:
    """Press Share under an image, and return the modal."""
    await delivered(room.world, request)
    await room.press(room.results.sharing.press, user="U2")
    return room.views()[-1]


def preview(channel_id: str = HERE, thread_id: str | None = "7.0") -> GenerationRequest:
    """Return a request that only the person sees the result of."""
    return replace(a_request(), channel_id=channel_id, thread_id=thread_id, is_preview=True)


def filled(channel_id: str | None = HERE, note: str | None = "Look!") -> Json:
    """Return what Slack says of the fields."""
    return {Field.SHARE_CHANNEL: {"selected_conversation": channel_id}, Field.SHARE_NOTE: {"value": note}}


async def share(room: Room, view: Json, values: Json) -> Json:
    return await room.send(room.results.sharing.submit, view, values, user="U2")


def shared(world: World) -> list[tuple[str, str | None, str]]:
    """Return where it was shared, by whom, and with which note."""
    return [(one.channel_id, one.shared_by, one.note) for one in world.messenger.shared]


class TestForm:
    async def test_it_shows_which_image_it_is_and_asks_where_to(self, room: Room) -> None:
        view = await opened(room)
        assert "A red door" in said(view)
        (menu,) = of_type(view, "conversations_select")
        assert "initial_conversation" not in menu

    async def test_of_a_preview_it_suggests_where_it_was_asked_for(self, room: Room) -> None:
        view = await opened(room, preview())
        assert of_type(view, "conversations_select")[0]["initial_conversation"] == HERE

    async def test_of_one_that_was_asked_for_in_a_direct_message_it_suggests_nothing(self, room: Room) -> None:
        view = await opened(room, preview("D5"))
        assert "initial_conversation" not in of_type(view, "conversations_select")[0]

    async def test_picture_comes_later_and_one_that_slack_refuses_not_at_all(self, room: Room) -> None:
        room.slack.answer("views.update", "invalid_arguments")
        view = await opened(room)
        (completed,) = room.views("views.update")
        assert not pictures(view)
        assert pictures(completed) == {f"https://bloom.test/{IMAGE}"}

    async def test_image_that_slack_shows_as_a_link_has_no_picture_here_either(self, room: Room) -> None:
        generation = await delivered(room.world)
        await show(room.world, generation, is_link=True)
        await room.press(room.results.sharing.press)
        assert not room.views("views.update")

    async def test_anybody_shares_with_a_note(self, room: Room) -> None:
        answer = await share(room, await opened(room), filled())
        assert share_form.SHARING.format(channel=f"<#{HERE}>") in said(judged(answer["view"]))
        assert shared(room.world) == [(HERE, "U2", "Look!")]
        assert share_form.SHARED.format(channel=f"<#{HERE}>") in room.words("views.update")

    async def test_note_may_be_left_out(self, room: Room) -> None:
        await share(room, await opened(room), filled(note=None))
        assert shared(room.world) == [(HERE, "U2", "")]

    @pytest.mark.parametrize(
        ("values", "field", "error"),
        [
            (filled(None), Field.SHARE_CHANNEL, share_form.MISSING_CHANNEL),
            (filled(note="x" * 1001), Field.SHARE_NOTE, "Use at most 1,000 characters; this has 1,001."),
        ],
    )
    async def test_what_is_missing_or_too_long_is_said_at_its_field(
        self, room: Room, values: Json, field: Field, error: str
    ) -> None:
        answer = await share(room, await opened(room), values)
        assert answer == {"response_action": "errors", "errors": {field: error}}
        assert shared(room.world) == []

    async def test_form_delivered_twice_is_shared_once(self, room: Room) -> None:
        view, gate = await opened(room), room.world.messenger.script.hold("share")
        for _ in range(2):
            await room.send(room.results.sharing.submit, view, filled(), is_quiet=False)
        gate.set()
        await room.stage.quiet()
        assert len(shared(room.world)) == 1

    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            ("not_in_channel", share_form.NOT_MEMBER.format(channel=f"<#{HERE}>")),
            ("channel_not_found", share_form.NOT_MEMBER.format(channel=f"<#{HERE}>")),
            ("is_archived", share_form.ARCHIVED),
            ("restricted_action_read_only_channel", share_form.RESTRICTED),
            ("thread_not_found", share_form.REFUSED),
        ],
    )
    async def test_where_the_bot_may_not_post_the_form_stays_and_says_how(
        self, room: Room, error: str, sentence: str
    ) -> None:
        view = await opened(room)
        room.world.messenger.script.answer("share", SlackRefused(error))
        await share(room, view, filled())
        again = room.views("views.update")[-1]
        assert sentence in said(again)
        assert of_type(again, "conversations_select")[0]["initial_conversation"] == HERE
        assert of_type(again, "plain_text_input")[0]["initial_value"] == "Look!"
        assert await room.send(room.results.sharing.submit, again, filled("C2"))
        assert shared(room.world) == [("C2", "U1", "Look!")]

    async def test_slack_that_is_away_is_no_reason_to_share_twice(self, room: Room) -> None:
        view = await opened(room)
        room.world.messenger.script.answer("share", SlackUnavailable("timeout"))
        await share(room, view, filled())
        assert "Look whether the image is there" in room.words("views.update")

    async def test_image_that_was_deleted_meanwhile_is_not_shared(self, room: Room) -> None:
        view = await opened(room)
        await room.world.store.mark_deleted("g1", IMAGE, "U1")
        await share(room, view, filled())
        assert DELETED in room.words("views.update")
        assert not of_type(room.views("views.update")[-1], "conversations_select")

    async def test_trouble_that_no_channel_helps_against_is_told(self, room: Room) -> None:
        view = await opened(room)
        room.world.messenger.script.answer("share", StoreError("disk full"))
        await share(room, view, filled())
        assert "Something went wrong on my side" in room.words("views.update")
        assert not of_type(room.views("views.update")[-1], "conversations_select")

    async def test_image_that_is_not_known_any_more_is_not_shared(self, room: Room) -> None:
        view = await opened(room)
        await room.world.store.erase_history("T1")
        await share(room, view, filled())
        assert "no longer know" in room.words("views.update")

    async def test_who_has_closed_the_form_is_written_to(self, room: Room) -> None:
        view = await opened(room)
        room.slack.answer("views.update", "view_not_found")
        room.world.messenger.script.answer("share", SlackRefused("not_in_channel"))
        await share(room, view, filled())
        assert [unescape(one) for one in room.told()] == [share_form.NOT_MEMBER_PLAIN]


class TestPreview:
    async def test_one_press_shares_it_where_it_was_asked_for(self, room: Room) -> None:
        generation = await delivered(room.world, preview())
        await room.press(room.results.sharing.press_here, channel="D1")
        ((channel_id, by, _),) = shared(room.world)
        assert (channel_id, by) == (HERE, "U1")
        assert room.world.messenger.shared[0].thread_id == "7.0"
        ((_, showings),) = room.world.messenger.redrawn
        assert showings == await room.world.store.showings(generation.id)
        assert room.told() == []

    async def test_second_press_says_that_it_is_there(self, room: Room) -> None:
        await delivered(room.world, preview())
        for trigger in ("t1", "t2"):
            await room.press(room.results.sharing.press_here, channel="D1", trigger=trigger)
        assert len(shared(room.world)) == 1
        assert room.told() == [share_form.ALREADY.format(channel=f"<#{HERE}>")]

    async def test_two_presses_at_once_share_it_once(self, room: Room) -> None:
        await delivered(room.world, preview())
        gate = room.world.messenger.script.hold("share")
        for trigger in ("t1", "t2"):
            args = room.stage.args("U1", trigger_id=trigger, actions=[{"value": IMAGE}])
            await room.results.sharing.press_here(args)
            assert args.ack.response is not None
        gate.set()
        await room.stage.quiet()
        assert len(shared(room.world)) == 1

    async def test_shared_elsewhere_it_is_not_there_yet(self, room: Room) -> None:
        generation = await delivered(room.world, preview())
        elsewhere = Showing(IMAGE, "C9", "8.0", "8.0", shared_by="U1")
        await room.world.store.add_showings(generation.id, [elsewhere])
        await room.press(room.results.sharing.press_here, channel="D1")
        assert len(shared(room.world)) == 1

    async def test_where_the_bot_may_not_post_the_person_reads_how(self, room: Room) -> None:
        await delivered(room.world, preview())
        room.world.messenger.script.answer("share", SlackRefused("not_in_channel"))
        await room.press(room.results.sharing.press_here, channel="D1")
        assert room.told() == [share_form.NOT_MEMBER.format(channel=f"<#{HERE}>")]

    async def test_unknown_image_is_said_to_be(self, room: Room) -> None:
        await room.press(room.results.sharing.press_here, channel="D1")
        assert room.told() == [GONE]
