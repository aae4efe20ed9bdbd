"""App Home by a manager's side and by an ordinary member's: who sees a control may use it, and nobody else can."""

import asyncio
import copy
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.models import AspectRatio, Defaults, Limits
from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import Delivery, Person, View
from bot.sandbox.slack.block_kit import Control
from bot.slack.sights import PageName, Sight
from bot.slack.views.home.frame import NAVIGATION
from tests.scenarios.decisions import brand, decide
from tests.scenarios.pages import make
from tests.scenarios.world import World, open_world, words

ONLY_MANAGERS = "Only managers of Bloom can do that"
BROKE = "Something went wrong on my side"
WORDS = {
    PageName.BRANDS: "brands",
    PageName.HISTORY: "history",
    PageName.USAGE: "credits",
    PageName.SETTINGS: "settings",
}
"""What is typed after `/bloom` for a page."""
REFUSALS = (ONLY_MANAGERS, BROKE, "invalid_")
SEEN_BY_MEMBERS = {
    "running": {"open_form", "brand_details", "make_for_brand", "all_brands", "search", "history_brand", "use_again"},
    "without brands": {"history_person", "use_again"},
    "broken": {"ask_managers", "brand_details"},
    "not connected": {"ask_managers", "use_again"},
}
"""Some of what members see in each state of a workspace, lest nothing at all be pressed."""
AT_WORK = ("renew", "redraw", "ask", "audit log", "give", "delete", "disconnect", "choose_payer", "show")
"""How the names of what is at work behind a press begin; what only sleeps until it is time is none of it."""
CHANGES = ("preferences", "managers", "connections", "brand_jobs", "audit_log")


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which there is as much to press as there can be, in each of its states."""
    async with open_world(tmp_path, fetch_images=False) as opened:
        await opened.brands_known()
        await _furnish(opened)
        await _bring_about(opened, request.param)
        yield opened


async def _furnish(world: World) -> None:
    """Let both have made an image, and let managers have decided something of everything."""
    world.bloom.state.studio.generation_seconds = (0.5, 0.5)
    world.bloom.state.add_team("Agency", credits=7)
    await make(world, world.mia, "a red bicycle")
    await make(world, world.sam, "a blue door", "marketing")
    acme = await brand(world, "Acme")
    limits = Limits(people=frozenset({world.sam.id}), credits_per_month=500, credits_per_person=50, confirm_above=4)
    channels = {"general": Defaults(acme.id, shape=AspectRatio.WIDE), "marketing": Defaults(acme.id)}
    await decide(world, limits=limits, defaults=Defaults(acme.id), channels=channels)


async def _bring_about(world: World, state: str) -> None:
    workspace_id, brands = world.workspace_id, world.bloom.state.brands
    if state == "without brands":
        for one in brands.of(world.bloom.state.account):
            brands.remove(one)
        await world.look_at_brands()
    elif state == "broken":
        world.bloom.state.revoke(SANDBOX_API_KEY)
        await world.mia.command("general", "/bloom", "a green hat --brand acme")
        connections = world.bot.core.connections
        while not (known := await connections.current(workspace_id)) or not known.is_broken:
            await world.clock.sleep(0.2)
    elif state == "not connected":
        await world.bot.core.connections.disconnect(workspace_id, world.mia.id)


@dataclass(frozen=True)
class Screen:
    """A page in front of somebody: on their Home tab or in the modal of a command; of a brand, or of all."""

    page: PageName
    in_modal: bool = False
    brand: str | None = None

    async def open(self, world: World, person: Person) -> View:
        """Show it, and return it when all of it is there."""
        if person.open_view:
            await person.close_view(person.open_view, everything=True)
        view = await (self._in_modal(person) if self.in_modal else self._on_home(world, person))
        if self.brand:
            await person.click(view, _beside(view, self.brand))
            view = await person.wait_for_view("page")
        await settled(world)
        return view

    async def _on_home(self, world: World, person: Person) -> View:
        await person.open_home()
        home = await world.slack.wait_until(lambda: person.home)
        await person.click(home, f"page:{self.page}")
        await world.slack.wait_until(lambda: Sight.of(home.definition).page is self.page)
        return home

    async def _in_modal(self, person: Person) -> View:
        assert (await person.command("general", "/bloom", WORDS[self.page])).ok
        return await person.wait_for_view("page")


def screens(state: str = "running") -> Iterator[Screen]:
    """Yield every screen there is in that state; where something is wrong, those that show it."""
    yield from map(Screen, PageName)
    if state in ("running", "broken"):
        yield Screen(PageName.BRANDS, brand="Lumen Labs")
    if state == "running":
        yield from (Screen(PageName.BRANDS, brand=name) for name in ("Paperplane", "Old Harbor"))
        yield from (Screen(page, in_modal=True) for page in WORDS)


@dataclass(frozen=True)
class Form:
    """A form that only managers are shown: where its button is, and what may be filled in."""

    callback_id: str
    screen: Screen
    button: str
    filled: Mapping[str, Any]


IN_SETTINGS, OF_ACME = Screen(PageName.SETTINGS), Screen(PageName.BRANDS, brand="Acme")
FORMS = (
    Form("settings_limits", IN_SETTINGS, "change_limits", {"credits_per_month": "400"}),
    Form("settings_defaults", IN_SETTINGS, "change_defaults", {"model": "fast"}),
    Form("settings_managers", IN_SETTINGS, "change_managers", {"managers": ["Sam"]}),
    Form("add_brand", Screen(PageName.BRANDS), "Add a brand", {"address": "zephyr.example"}),
    Form("brand_logo", OF_ACME, "Replace logo", {"logo_address": "zephyr.example/logo.png"}),
    Form("connect", Screen(PageName.OVERVIEW), "connect", {"key": SANDBOX_API_KEY}),
)
ONLY_FOR_MANAGERS = {
    "add_brand",
    "change_channel",
    "change_defaults",
    "change_limits",
    "change_managers",
    "channel_menu",
    "choose_payer",
    "connect",
    "delete_brand",
    "disconnect",
    "give_logo",
    "make_default",
    "send_log",
    "usage_month",
}


async def settled(world: World) -> None:
    """Wait until everything that was pressed has come to its end."""

    def at_work() -> list[str]:
        names = [task.get_name() for task in world.bot.core.tasks._running]
        return [name for name in names if name.startswith(AT_WORK)]

    async with asyncio.timeout(10):
        while at_work():
            await asyncio.sleep(0.005)


def _beside(view: View, name: str) -> tuple[str, str]:
    block = next(block for block in view.blocks if f"*{name}*" in block.get("text", {}).get("text", ""))
    return block["block_id"], block["accessory"]["action_id"]


async def press(person: Person, view: View, control: Control) -> None:
    """Use a control as its kind is used, saying yes to whatever it asks."""
    if control.type == "button":
        answer = await person.click(view, control.place, confirm=True)
    elif control.type == "external_select":
        offered = await person.load_options(view, control.place)
        if not offered:
            return
        answer = await person.choose(view, control.place, offered[0]["value"])
    elif control.type == "users_select":
        answer = await person.choose(view, control.place, person.id)
    elif control.type == "plain_text_input":
        await person.fill(view, {control.place[0]: "door"})
        answer = await person.press_enter(view, control.place)
    else:
        answer = await person.choose(view, control.place, control.element["options"][-1]["value"], confirm=True)
    assert answer.ok, (control.place, answer)


def told(world: World, since: int) -> str:
    """Return everything that Slack was given to show since then, and what only one person sees."""
    calls = [str(call.args) for call in list(world.slack.calls)[since:]]
    return "\n".join([*calls, *(words(message) for message in world.sam.ephemerals)])


def decided(world: World) -> dict[str, Any]:
    """Return all that managers decide, as it is on disk, and which brands Bloom has."""
    with closing(sqlite3.connect(f"file:{world.settings.database_path}?mode=ro", uri=True)) as database:
        rows: dict[str, Any] = {
            table: sorted(map(repr, database.execute(f"SELECT * FROM {table}"))) for table in CHANGES
        }
    return {**rows, "at Bloom": sorted(one.id for one in world.bloom.state.brands.of(world.bloom.state.account))}


def own_controls(view: View, screen: Screen) -> list[Control]:
    """Return the controls of a page, without the buttons between pages but on the first."""
    is_first = screen == Screen(PageName.OVERVIEW)
    return [one for one in view.controls if is_first or one.block.get("block_id") != NAVIGATION]


@pytest.mark.parametrize("world", ["running", "without brands", "broken", "not connected"], indirect=True)
async def test_member_may_use_whatever_a_member_sees(world: World, request: pytest.FixtureRequest) -> None:
    state = str(request.node.callspec.params["world"])
    before, pressed = decided(world), set[str]()
    for screen in screens(state):
        view = await screen.open(world, world.sam)
        for number in range(len(own_controls(view, screen))):
            view = await screen.open(world, world.sam)
            await settled(world)  # a page that is drawn anew would take the control away under the hand
            control, since = own_controls(view, screen)[number], len(world.slack.calls)
            await press(world.sam, view, control)
            await settled(world)
            for refusal in REFUSALS:
                assert refusal not in told(world, since), (screen, control.place)
            pressed.add(control.place[1])
    assert pressed >= SEEN_BY_MEMBERS[state]
    assert decided(world) == before


@pytest.mark.parametrize("world", ["running"], indirect=True)
async def test_nothing_that_only_managers_see_works_for_a_member_who_forges_it(world: World) -> None:
    theirs = await seen_by(world, world.mia)
    ours = await seen_by(world, world.sam)
    only_theirs = {action: control for action, control in theirs.items() if action not in ours}
    assert only_theirs.keys() == ONLY_FOR_MANAGERS
    home = await Screen(PageName.OVERVIEW).open(world, world.sam)
    await world.sam.click(home, f"page:{PageName.SETTINGS}")
    await settled(world)
    pressed = last_payload(world, "block_actions")
    before = decided(world)
    for action, control in only_theirs.items():
        since = len(world.slack.calls)
        assert (await world.slack.redeliver(Delivery("interactive", {**pressed, "actions": [as_pressed(control)]}))).ok
        await is_told(world, since, "can change that." if action == "connect" else ONLY_MANAGERS)
        assert world.sam.open_view is None or action == "connect"
        assert decided(world) == before, action
        if world.sam.open_view:
            await world.sam.close_view(world.sam.open_view)


async def is_told(world: World, since: int, sentence: str, beside: object = "") -> None:
    """Wait until somebody reads this, in what Slack was given to show since then or ``beside`` that."""
    await settled(world)
    await world.slack.wait_until(lambda: sentence in f"{beside}{told(world, since)}")


@pytest.mark.parametrize("world", ["running"], indirect=True)
@pytest.mark.parametrize("form", FORMS, ids=[form.callback_id for form in FORMS])
async def test_form_of_a_manager_is_refused_from_a_member_and_taken_from_the_manager(world: World, form: Form) -> None:
    view = await form.screen.open(world, world.mia)
    await world.mia.click(view, form.button)
    shown = await world.mia.wait_for_view(form.callback_id)
    await settled(world)
    await world.mia.fill(shown, form.filled)
    workspace, before, since = world.slack.workspace, decided(world), len(world.slack.calls)
    payload = last_payload(world, "block_actions") | {"type": "view_submission"}
    payload["user"] |= {"id": world.sam.id, "username": world.sam.name, "name": world.sam.name}
    payload["view"] = shown.payload(workspace.team, workspace.app)
    answer = await world.slack.redeliver(Delivery("interactive", payload))
    await is_told(world, since, ONLY_MANAGERS, beside=answer.body)
    assert decided(world) == before
    await world.mia.submit(shown)
    await world.slack.wait_until(lambda: decided(world) != before)


async def seen_by(world: World, person: Person) -> dict[str, Control]:
    """Return one control of each kind that somebody sees on all the pages."""
    found: dict[str, Control] = {}
    for screen in screens():
        view = await screen.open(world, person)
        found |= {control.place[1]: control for control in view.controls if not control.is_input}
    if person.open_view:
        await person.close_view(person.open_view, everything=True)
    return found


def as_pressed(control: Control) -> dict[str, Any]:
    """Return a control as Slack tells of it when it is used."""
    element = control.element
    used: dict[str, Any] = {"type": control.type, "block_id": "b", "action_id": control.place[1]}
    if "options" in element:
        return used | {"selected_option": element["options"][-1]}
    return used | ({"value": element["value"]} if "value" in element else {})


def last_payload(world: World, kind: str) -> dict[str, Any]:
    """Return a copy of what Slack sent last of this kind."""
    found = [one.payload for one in world.slack.deliveries if one.payload.get("type") == kind]
    return copy.deepcopy(found[-1])
