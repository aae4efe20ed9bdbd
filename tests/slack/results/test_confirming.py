"""What costs much is asked about in a modal, and made by the yes."""

from typing import Any

from bot.core.models import Credits
from bot.slack.results.pressed import DELETED
from bot.slack.views.buttons import More
from bot.slack.views.pictures import pictures
from tests.core.made import delivered, show
from tests.core.world import TEAM
from tests.slack.loopback import Json
from tests.slack.results.room import IMAGE, Room


async def asked(room: Room, **limits: Any) -> Json:
    """Choose what costs more than may go without a yes, and return the modal."""
    await delivered(room.world)
    await room.limit(confirm_above=1, **limits)
    await room.choose(More.ENLARGE)
    assert await room.rows() == []
    return room.views()[0]


async def test_it_says_what_it_costs_and_from_what_on_it_is_asked(room: Room) -> None:
    view = await asked(room, credits_per_person=10)
    words = room.words()
    assert view["submit"]["text"] == "Yes, 2 credits"
    assert "anything above 1 credit is asked about first" in words
    assert "you have 9 left this month" in words
    assert "A red door" in words


async def test_yes_starts_it_once_however_often_it_is_delivered(room: Room) -> None:
    view = await asked(room)
    for _ in range(2):
        assert await room.send(room.results.deriving.confirm, view, {}) == {}
    (row,) = await room.rows()
    assert (row.request.key, row.request.parameters.credits, row.request.thread_id) == ("press:t1", 2, "9.0")


async def test_what_was_deleted_meanwhile_is_not_made(room: Room) -> None:
    view = await asked(room)
    await room.world.store.mark_deleted("g1", IMAGE, "U1")
    answer = await room.send(room.results.deriving.confirm, view, {})
    assert answer["response_action"] == "update"
    assert DELETED.format(who="<@U1>") in str(answer["view"])
    assert await room.rows() == []


async def test_account_that_was_disconnected_meanwhile_is_told_of_without_an_input_to_say_it_at(room: Room) -> None:
    view = await asked(room)
    await room.world.connections.leave(TEAM)
    assert await room.send(room.results.deriving.confirm, view, {}) == {}
    assert "isn't connected" in room.told()[0]
    assert await room.rows() == []


async def test_limit_that_was_set_meanwhile_is_told_in_the_modal(room: Room) -> None:
    view = await asked(room)
    await room.limit(confirm_above=1, people=frozenset({"U9"}))
    answer = await room.send(room.results.deriving.confirm, view, {})
    assert "Only some people" in str(answer["view"])
    assert await room.rows() == []


async def test_picture_and_balance_come_when_they_are_known(room: Room) -> None:
    room.world.bloom.balance = Credits(40.0)
    await asked(room)
    (first,), (second,) = room.views(), room.views("views.update")
    assert not pictures(first)
    assert pictures(second) == {f"https://bloom.test/{IMAGE}"}
    assert "40 left" in room.words("views.update")
    assert first["private_metadata"] == second["private_metadata"]


async def test_picture_is_the_file_that_slack_shows_already(room: Room) -> None:
    generation = await delivered(room.world)
    await show(room.world, generation, file_id="F1")
    await room.limit(confirm_above=1)
    await room.choose(More.ENLARGE)
    assert pictures(room.views("views.update")[0]) == {"F1"}


async def test_picture_that_slack_refuses_is_done_without(room: Room) -> None:
    room.slack.answer("views.update", "invalid_arguments", {"view": {"id": "V1", "hash": "h2"}})
    await asked(room)
    assert [bool(pictures(view)) for view in room.views("views.update")] == [True, False]


async def test_modal_that_was_closed_is_let_go(room: Room) -> None:
    room.slack.answer("views.update", "not_found")
    await asked(room)
    assert len(room.views("views.update")) == 1
