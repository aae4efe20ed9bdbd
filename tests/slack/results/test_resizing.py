"""Resizing: which shapes there are to choose, what they cost, and one set of them."""

from typing import Any

import pytest

from bot.core.models import AspectRatio, Derivation, Operation
from bot.slack.results.pressed import DELETED
from bot.slack.views.buttons import Field
from bot.slack.views.pictures import pictures
from bot.slack.views.results import resize_form
from tests.core.made import delivered
from tests.core.world import a_request
from tests.slack.loopback import Json
from tests.slack.results.room import IMAGE, Room, judged
from tests.slack.views.judge import of_type, said

WIDE, STORY = AspectRatio.WIDE, AspectRatio.STORY


async def opened(room: Room, **chosen: Any) -> Json:
    """Press Resize under an image, and return the modal."""
    await delivered(room.world, a_request(**{"aspect_ratio": "1:1", "size": "4K", **chosen}))
    await room.press(room.results.resizing.press)
    return room.views()[-1]


def chosen(*ratios: str) -> Json:
    """Return what Slack says of the field."""
    return {Field.NEW_RATIOS: {"selected_options": [{"value": ratio} for ratio in ratios]}}


async def test_all_shapes_but_its_own_are_offered(room: Room) -> None:
    view = await opened(room)
    (menu,) = of_type(view, "multi_static_select")
    offered = [option["value"] for option in menu["options"]]
    assert offered == [ratio.value for ratio in AspectRatio if ratio is not AspectRatio.SQUARE]
    assert "1 credit for each shape" in said(view)


async def test_several_are_one_set_in_the_order_they_were_chosen_in(room: Room) -> None:
    view = await opened(room)
    assert await room.send(room.results.resizing.submit, view, chosen("16:9", "9:16")) == {}
    (row,) = await room.rows()
    asked = row.request.parameters
    assert (asked.operation, asked.subject_id, asked.ratios) == (Operation.RESIZE, IMAGE, (WIDE, STORY))
    assert (asked.credits, row.request.key) == (2, "press:t1")
    assert row.request.source is not None
    assert (row.request.source.derivation, row.request.thread_id) == (Derivation.RESIZE, "9.0")


async def test_sent_twice_it_is_made_once(room: Room) -> None:
    view = await opened(room)
    for _ in range(2):
        await room.send(room.results.resizing.submit, view, chosen("16:9"))
    assert len(await room.rows()) == 1


@pytest.mark.parametrize(
    ("ratios", "error"),
    [
        ((), resize_form.MISSING),
        (("7:7",), resize_form.MISSING),
        (("1:1",), resize_form.SAME.format(ratio="1:1")),
        (("9:16", "1:1"), resize_form.SAME.format(ratio="1:1")),
    ],
)
async def test_what_bloom_would_refuse_is_refused_at_the_field(room: Room, ratios: tuple[str, ...], error: str) -> None:
    view = await opened(room)
    answer = await room.send(room.results.resizing.submit, view, chosen(*ratios))
    assert answer == {"response_action": "errors", "errors": {Field.NEW_RATIOS: error}}
    assert await room.rows() == []


async def test_cost_follows_what_is_chosen_and_the_picture_stays(room: Room) -> None:
    await room.limit(credits_per_person=9)
    view = await opened(room)
    completed = room.views("views.update")[-1]
    for shown, is_pictured in ((view, False), (completed, True)):
        args = room.filled_in(shown, chosen("16:9", "9:16"), type="block_actions")
        await room.results.resizing.change(args)
        drawn = room.views("views.update")[-1]
        assert "2 credits" in said(drawn)
        assert "you have 7 left this month" in said(drawn)
        assert bool(pictures(drawn)) is is_pictured
        assert drawn["private_metadata"] == view["private_metadata"]


async def test_line_that_slack_does_not_redraw_is_no_news(room: Room) -> None:
    view = await opened(room)
    room.slack.answer("views.update", "internal_error")
    await room.results.resizing.change(room.filled_in(view, chosen("16:9"), type="block_actions"))
    assert room.told() == []


async def test_much_is_asked_about_and_made_after_a_yes(room: Room) -> None:
    await room.limit(confirm_above=1)
    view = await opened(room)
    answer = await room.send(room.results.resizing.submit, view, chosen("16:9", "9:16"))
    asking = judged(answer["view"])
    assert (answer["response_action"], asking["submit"]["text"]) == ("update", "Yes, 2 credits")
    assert await room.rows() == []
    fewer = await room.send(room.results.resizing.submit, asking, chosen("16:9", "9:16", "4:5"))
    assert fewer["view"]["submit"]["text"] == "Yes, 3 credits"
    assert await room.send(room.results.resizing.submit, asking, chosen("16:9", "9:16")) == {}
    assert len(await room.rows()) == 1


async def test_limit_is_told_above_the_fields_with_what_was_chosen(room: Room) -> None:
    await room.limit(credits_per_person=3)
    view = await opened(room)
    answer = await room.send(room.results.resizing.submit, view, chosen("16:9", "9:16"))
    assert "takes 2" in said(answer["view"])
    (menu,) = of_type(answer["view"], "multi_static_select")
    assert [option["value"] for option in menu["initial_options"]] == ["16:9", "9:16"]


async def test_whom_a_limit_keeps_from_all_reads_that_at_once(room: Room) -> None:
    await room.limit(channels=frozenset({"C9"}))
    await delivered(room.world)
    await room.press(room.results.resizing.press)
    assert "<#C1>" in room.told()[0]
    assert not room.views()


async def test_what_was_deleted_meanwhile_is_not_resized(room: Room) -> None:
    view = await opened(room)
    await room.world.store.mark_deleted("g1", IMAGE, "U1")
    answer = await room.send(room.results.resizing.submit, view, chosen("16:9"))
    assert DELETED.format(who="<@U1>") in said(judged(answer["view"]))


async def test_image_of_a_workspace_that_was_left_meanwhile_is_not_known(room: Room) -> None:
    view = await opened(room)
    await room.world.store.erase_history("T1")
    answer = await room.send(room.results.resizing.submit, view, chosen("16:9"))
    assert "no longer know" in said(judged(answer["view"]))
    await room.results.resizing.change(room.filled_in(view, chosen("16:9"), type="block_actions"))
    assert room.told() == []
