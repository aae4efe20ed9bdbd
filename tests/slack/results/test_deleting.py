"""Deleting: only for whom it is theirs, only when they mean it, and what came of it."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.errors import BloomUnavailable, SlackRefused
from bot.core.models import Place
from bot.slack.results.pressed import GONE
from bot.slack.views.buttons import More
from bot.slack.views.message import unescape
from bot.slack.views.results import delete_form
from tests.core.made import delivered, made_of
from tests.core.world import BOSS, S, a_request
from tests.slack.loopback import Json
from tests.slack.results.room import IMAGE, Room, judged
from tests.slack.views.judge import said


async def asked(room: Room, user: str = "U1") -> Json:
    """Choose Delete under an image, and return the modal."""
    await delivered(room.world)
    await room.choose(More.DELETE, user=user)
    return room.views()[-1]


async def is_present(room: Room) -> bool:
    return (await made_of(room.world)).is_present


class TestAsking:
    @pytest.mark.parametrize("user", ["U1", BOSS])
    async def test_requester_and_managers_are_asked_whether_they_mean_it(self, room: Room, user: str) -> None:
        view = await asked(room, user)
        assert "A red door" in said(view)
        assert delete_form.GOES in said(view)
        assert await is_present(room)

    async def test_others_read_whom_to_ask(self, room: Room) -> None:
        await room.world.managers.name("T1", BOSS, ["U2"])
        await delivered(room.world)
        await room.choose(More.DELETE, user="U9")
        assert room.told() == ["Only <@U1>, and managers of Bloom such as <@U2>, can delete this."]
        assert not room.views()

    async def test_while_slack_does_not_say_who_manages_it_is_asked_and_nothing_deleted(self, room: Room) -> None:
        await delivered(room.world)
        gate = room.world.directory.script.hold("member")
        pressing = asyncio.create_task(room.choose(More.DELETE, user="U9"))
        await room.world.paused()
        await room.world.pass_time(2)
        await pressing
        gate.set()
        (view,) = room.views()
        await room.send(room.results.deleting.submit, view, {}, user="U9")
        assert delete_form.NOT_YOURS in room.words("views.update")
        assert await is_present(room)

    async def test_what_is_still_being_posted_waits(self, room: Room) -> None:
        room.world.bloom.draw(a_request().parameters)
        (image,) = room.world.bloom.gallery
        row = await room.world.add()
        posting = row.but(state=S.POSTING, place=Place("C1", "1.0", "1.0"), image_ids=(IMAGE,), images=(image,))
        await room.world.save(posting, was=S.QUEUED)
        args = room.stage.args("U1", actions=[{"selected_option": {"value": f"{More.DELETE}:{IMAGE}"}}])
        await room.results.menu.choose(args)
        assert args.ack.response is not None
        assert room.told() == [delete_form.BEING_POSTED]

    async def test_of_a_deleted_one_it_is_told_and_what_still_shows_it_goes(self, room: Room) -> None:
        generation = await delivered(room.world)
        await room.world.store.mark_deleted(generation.id, IMAGE, "U1")
        await room.choose(More.DELETE)
        assert room.told() == ["This image was deleted by <@U1>."]
        assert len(room.world.messenger.redrawn) == 1


class TestDeleting:
    async def test_yes_deletes_it_and_says_so(self, room: Room) -> None:
        view = await asked(room)
        answer = await room.send(room.results.deleting.submit, view, {})
        assert delete_form.DELETING in said(judged(answer["view"]))
        assert delete_form.DELETED in room.words("views.update")
        assert not await is_present(room)
        assert room.world.bloom.gallery == []

    async def test_bloom_that_is_away_deletes_nothing_and_the_person_reads_why(self, room: Room) -> None:
        view = await asked(room)
        room.world.bloom.script.answer("delete_image", BloomUnavailable("cut off"))
        await room.send(room.results.deleting.submit, view, {})
        assert "Bloom isn't answering" in room.words("views.update")
        assert await is_present(room)

    async def test_slack_that_lags_behind_is_named_and_caught_up_with_at_the_next_press(self, room: Room) -> None:
        view = await asked(room)
        room.world.messenger.script.answer("redraw", SlackRefused("internal_error"))
        await room.send(room.results.deleting.submit, view, {})
        assert "Slack didn't let me take it away everywhere" in room.words("views.update")
        await room.choose(More.DELETE)
        assert len(room.world.messenger.redrawn) == 1

    async def test_nobody_who_may_not_deletes_by_an_old_form(self, room: Room) -> None:
        view = await asked(room)
        await room.send(room.results.deleting.submit, view, {}, user="U9")
        assert delete_form.NOT_YOURS in room.words("views.update")
        assert await is_present(room)

    async def test_who_may_is_not_guessed_while_slack_is_away(self, room: Room) -> None:
        view = await asked(room)
        room.world.directory.script.answer("member", SlackRefused("internal_error"))
        await room.send(room.results.deleting.submit, view, {}, user="U9")
        assert await is_present(room)

    async def test_image_that_is_not_known_any_more_is_said_to_be(self, room: Room) -> None:
        view = await asked(room)
        await room.world.store.erase_history("T1")
        await room.send(room.results.deleting.submit, view, {})
        assert unescape(room.words("views.update")).count("no longer know") == 1

    async def test_two_who_delete_at_once_are_both_told(self, room: Room) -> None:
        view = await asked(room)
        gate = room.world.bloom.script.hold("delete_image")
        for user in ("U1", BOSS):
            await room.send(
                room.results.deleting.submit, {**view, "id": user, "hash": "h"}, {}, user=user, is_quiet=False
            )
        gate.set()
        await room.stage.quiet()
        outcomes = [said(one) for one in room.views("views.update") if delete_form.DELETED in said(one)]
        assert len(outcomes) == 2


class TestDeletingAfterAnotherAccountWasConnected:
    @pytest.mark.parametrize(
        ("lag", "sentence"), [((), delete_form.ELSEWHERE), ((SlackRefused("x"),), delete_form.ELSEWHERE_AND_LAGS)]
    )
    async def test_image_that_may_be_left_at_the_former_account_is_not_said_to_be_deleted_there(
        self, room: Room, lag: tuple[SlackRefused, ...], sentence: str
    ) -> None:
        await delivered(room.world, connection_id="a former one")
        room.world.bloom.gallery.clear()
        await room.choose(More.DELETE)
        room.world.messenger.script.answer("redraw", *lag)
        await room.send(room.results.deleting.submit, room.views()[-1], {})
        assert sentence in unescape(room.words("views.update"))
        assert not await is_present(room)

    async def test_so_it_is_said_of_a_preview(self, room: Room) -> None:
        await delivered(room.world, replace(a_request(), is_preview=True), connection_id="a former one")
        room.world.bloom.gallery.clear()
        await room.press(room.results.deleting.discard, channel="D1")
        assert delete_form.ELSEWHERE in unescape(room.told()[0])


class TestDiscarding:
    async def test_preview_goes_without_another_question(self, room: Room) -> None:
        await delivered(room.world, replace(a_request(), is_preview=True))
        await room.press(room.results.deleting.discard, channel="D1")
        assert not await is_present(room)
        assert not room.views()
        assert room.told() == []
        assert len(room.world.messenger.redrawn) == 1

    async def test_what_keeps_it_from_going_is_told(self, room: Room) -> None:
        await delivered(room.world, replace(a_request(), is_preview=True))
        room.world.bloom.script.answer("delete_image", BloomUnavailable("cut off"))
        await room.press(room.results.deleting.discard, channel="D1")
        assert "Bloom isn't answering" in unescape(room.told()[0])
        assert await is_present(room)

    async def test_unknown_one_is_said_to_be(self, room: Room) -> None:
        await room.press(room.results.deleting.discard, channel="D1")
        assert room.told() == [GONE]
