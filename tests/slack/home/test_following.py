"""Pages follow what changes in their workspace."""

import asyncio

import pytest
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement

from bot.slack.home.screens import LOOKS_FOR, SCREENS_KEPT, Screens
from bot.slack.sights import PageName, Sight
from tests.core.world import BOSS, TEAM
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import settle
from tests.slack.home.stage import Stage, modal, screen
from tests.slack.loopback import Json


async def held_drawing(stage: Stage, says: str) -> asyncio.Event:
    """Open Home, and let Slack hold the drawing of a change until the gate is opened."""
    await stage.open()
    gate = stage.slack.hold("views.publish")
    stage.overview.says = says
    stage.world.changes.tell(TEAM)
    await stage.world.paused()
    await stage.world.clock.advance(0.5)
    await stage.reached("views.publish", 2)
    return gate


async def test_everybody_who_looks_sees_it_on_every_screen_of_theirs(stage: Stage) -> None:
    await stage.open()
    await stage.open("U7")
    await stage.home.open_modal(stage.args(), Sight(page=PageName.BRANDS))
    stage.overview.says, stage.brands.says = "changed", "more brands"
    await stage.change()
    assert stage.shown()[2:] == ["changed", "changed"]
    assert {asked.form["user_id"] for asked in stage.slack.named("views.publish")[2:]} == {BOSS, "U7"}
    assert stage.shown("views.update") == ["more brands"]


async def test_nothing_is_drawn_that_looks_the_same(stage: Stage) -> None:
    await stage.open()
    await stage.change()
    assert stage.shown() == ["the overview"]


async def test_many_changes_at_once_are_one(stage: Stage) -> None:
    await stage.open()
    for number in range(100):
        stage.overview.says = f"change {number}"
        stage.world.changes.tell(TEAM)
    await stage.quiet()
    assert stage.shown() == ["the overview", "change 99"]


async def test_change_during_a_drawing_is_not_lost(stage: Stage) -> None:
    gate = await held_drawing(stage, "first")
    stage.overview.says = "second"
    stage.world.changes.tell(TEAM)
    gate.set()
    await stage.quiet()
    assert stage.shown() == ["the overview", "first", "second"]
    assert stage.hashes() == [None, "h1", "h2"]


async def test_person_who_turns_the_page_during_a_drawing_stays_there(stage: Stage) -> None:
    gate = await held_drawing(stage, "changed")
    turning = asyncio.create_task(stage.turn("brands"))
    await settle()
    gate.set()
    await turning
    stage.brands.says = "more brands"
    await stage.change()
    assert stage.shown()[2:] == ["the brands", "more brands"]
    assert stage.hashes()[-1] == "h3"


async def test_many_screens_are_drawn_no_faster_than_slack_takes_them(stage: Stage) -> None:
    for number in range(10):
        await stage.open(f"U{number}")
    stage.overview.says = "first"
    stage.world.changes.tell(TEAM)
    await stage.world.paused()
    await stage.world.clock.advance(0.5)
    await stage.reached("views.publish", 20)
    stage.overview.says = "second"
    stage.world.changes.tell(TEAM)
    await settle()
    await stage.world.clock.advance(7.4)
    await settle()
    assert len(stage.shown()) == 20
    await stage.world.clock.advance(0.2)
    await stage.reached("views.publish", 30)


async def test_one_whom_slack_refuses_keeps_nobody_back(stage: Stage) -> None:
    await stage.open()
    await stage.open("U7")
    stage.overview.says = "changed"
    stage.slack.answer("views.publish", 503, {"view": {"hash": "h9"}})
    await stage.change()
    assert stage.shown()[-1] == "changed"
    assert stage.slack.named("views.publish")[-1].form["user_id"] == "U7"


async def test_who_has_not_looked_for_long_is_left_alone_and_so_are_other_workspaces(stage: Stage) -> None:
    await stage.open()
    stage.overview.says = "changed"
    stage.world.changes.tell("T9")
    await stage.quiet()
    assert len(stage.shown()) == 1
    await stage.world.clock.advance(LOOKS_FOR + 1)
    await stage.change()
    assert len(stage.shown()) == 1


async def test_listener_that_breaks_is_none_of_the_tellers_business(stage: Stage) -> None:
    def breaks(_: str) -> None:
        raise ZeroDivisionError

    heard: list[str] = []
    stage.world.changes.listen(breaks)
    stage.world.changes.listen(heard.append)
    stage.world.changes.tell(TEAM)
    assert heard == [TEAM]


async def test_drawing_behind_somebody_does_not_make_them_look(stage: Stage) -> None:
    await stage.open()
    for number in range(4):
        await stage.world.clock.advance(LOOKS_FOR / 3)
        stage.overview.says = f"change {number}"
        await stage.change()
    assert len(stage.shown()) == 3


async def test_modal_that_somebody_acts_in_is_followed_after_a_restart(stage: Stage) -> None:
    await stage.turn("overview", modal("V5"))
    stage.overview.says = "changed"
    await stage.change()
    assert stage.shown("views.update") == ["the overview", "changed"]


def test_memory_is_bounded_and_keeps_who_was_shown_something_last(stage: Stage) -> None:
    clock = ManualClock()
    screens = Screens(clock)
    for number in range(SCREENS_KEPT):
        screens.put(screen(f"U{number}"))
    screens.put(screen("U0"))
    screens.put(screen("U-new"))
    assert len(screens) == SCREENS_KEPT
    assert screens.recent(f"{TEAM}/U0")
    assert screens.get(f"{TEAM}/U1") is None


async def test_screens_that_nobody_looks_at_are_forgotten(stage: Stage) -> None:
    clock = ManualClock()
    screens = Screens(clock)
    screens.put(screen())
    await clock.advance(LOOKS_FOR)
    assert len(list(screens.of(TEAM))) == 1
    await clock.advance(1)
    assert not list(screens.of(TEAM))
    assert len(screens) == 0


@pytest.mark.parametrize("answer", ["hash_conflict", {"view": {"id": "V1", "hash": "h9"}}], ids=["late", "early"])
async def test_search_during_a_drawing_stays_and_is_followed(stage: Stage, answer: Json | str) -> None:
    stage.brands.blocks = [InputBlock(label="Find", element=PlainTextInputElement(action_id="q"))]
    await stage.home.open_modal(stage.args(), Sight(page=PageName.BRANDS))
    await stage.quiet()
    stage.slack.answer("views.update", answer, {"view": {"id": "V1", "hash": "h10"}})
    gate = stage.slack.hold("views.update")
    stage.brands.says = "changed"
    stage.world.changes.tell(TEAM)
    await stage.world.paused()
    await stage.world.clock.advance(0.5)
    await stage.reached("views.update", 1)
    await stage.home.submit(stage.searching("acme"))
    gate.set()
    await stage.quiet()
    stage.brands.says = "found"
    await stage.change()
    last = stage.slack.named("views.update")[-1].form["view"]
    assert stage.shown("views.update") == ["changed", "found"]
    assert Sight.of(last).query == "acme"


async def test_search_at_the_moment_of_a_press_is_what_stands(stage: Stage) -> None:
    await stage.home.open_modal(stage.args(), Sight(page=PageName.BRANDS))
    await stage.quiet()
    gate = stage.slack.hold("views.update")
    press = asyncio.create_task(stage.turn("overview", modal("V1")))
    await stage.reached("views.update", 1)
    await stage.home.submit(stage.searching("acme"))
    gate.set()
    await press
    await stage.quiet()
    assert stage.shown("views.update") == ["the overview", "the brands"]
    assert Sight.of(stage.slack.named("views.update")[-1].form["view"]).query == "acme"
    stage.brands.says = "found"
    await stage.change()
    assert stage.shown("views.update")[2:] == ["found"]


async def test_press_at_the_moment_of_a_search_is_what_stands(stage: Stage) -> None:
    await stage.home.open_modal(stage.args(), Sight(page=PageName.BRANDS))
    await stage.quiet()
    gate = stage.brands.gate = asyncio.Event()
    search = asyncio.create_task(stage.home.submit(stage.searching("acme")))
    await settle()
    await stage.turn("overview", modal("V1"))
    gate.set()
    await search
    await stage.quiet()
    assert stage.shown("views.update") == ["the overview", "the overview"]
    assert stage.hashes("views.update") == [None, None]
    stage.overview.says = "changed"
    await stage.change()
    assert stage.shown("views.update")[2:] == ["changed"]


async def test_page_is_drawn_anew_with_the_token_that_holds_by_then(stage: Stage) -> None:
    await stage.open()
    stage.reinstall("xoxb-2")
    stage.overview.says = "changed"
    await stage.change()
    assert [asked.token for asked in stage.slack.named("views.publish")] == ["xoxb-1", "xoxb-2"]
