"""Connecting Bloom and managing the connection, as managers and everybody else meet it in Slack.

Mia is an admin, Sam is not.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import Person, View
from tests.scenarios.world import World, open_world, own_buttons, words

WORKSPACES = "GET /workspaces"
REGISTER = "oauth2.register"
OWN = ["Make an image", "See all brands"]
"""What everybody may press once Bloom is connected."""


@pytest.fixture
async def unconnected(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world without a Bloom account."""
    async with open_world(tmp_path, bloom_api_key=None) as opened:
        yield opened


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world without a Bloom account whose bot has a public address, so that people can come back from Bloom."""
    async with open_world(tmp_path, bloom_api_key=None, public_url="http://127.0.0.1:3000") as opened:
        yield opened


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world that Mia, an admin, has connected by a key."""
    async with open_world(tmp_path, bloom_api_key=None) as opened:
        await opened.bot.core.connections.connect(opened.workspace_id, SANDBOX_API_KEY, opened.mia.id)
        await opened.brands_known()
        yield opened


async def home_of(world: World, person: Person, expected: str) -> View:
    """Open the Home tab and return it once it says something."""
    assert (await person.open_home()).ok
    await world.slack.wait_until(lambda: person.home and expected in words(person.home))
    home = person.home
    assert home is not None
    return home


async def settled_home(world: World, person: Person) -> View:
    """Open the Home tab and return it when Bloom has said everything that stands on it."""
    world.bloom.state.add_team("Agency", credits=7)
    return await home_of(world, person, "Which Bloom workspace pays")


async def connect_form(world: World, person: Person) -> View:
    assert (await person.command("general", "/bloom", "connect")).ok
    return await person.wait_for_view("connect")


async def name_sam(world: World) -> None:
    await world.bot.core.managers.name(world.workspace_id, world.mia.id, [world.sam.id])


def told(person: Person) -> str:
    return "\n".join(words(message) for message in person.direct_messages())


def sign_in_url(view: View) -> str | None:
    """Return where the button leads to, once there is one."""
    buttons = [element for block in view.blocks for element in block.get("elements", ()) if element.get("url")]
    return buttons[0]["url"] if buttons else None


def refused_update(world: World, than: int) -> bool:
    """Whether Slack was asked more often than that to redraw a view, the last time in vain."""
    updates = [call for call in world.slack.calls if call.method == "views.update"]
    return len(updates) > than and updates[-1].error == "hash_conflict"


class TestWhoMayNot:
    async def test_a_member_learns_who_can_connect_and_asks_them_once(self, unconnected: World) -> None:
        mia, sam = unconnected.mia, unconnected.sam
        view = await connect_form(unconnected, sam)
        assert f"Bloom isn't connected to this workspace yet.\n<@{mia.id}> can connect it." in words(view)
        assert not view.definition.get("submit")
        await sam.click(view, "Ask them")
        await unconnected.slack.wait_until(lambda: f"I've asked <@{mia.id}> to connect Bloom." in words(view))
        await unconnected.slack.wait_until(mia.direct_messages)
        assert f"<@{sam.id}>" in told(mia)
        await sam.close_view(view)
        again = await connect_form(unconnected, sam)
        await sam.click(again, "Ask them")
        await unconnected.slack.wait_until(lambda: "I've asked" in words(again))
        await unconnected.clock.sleep(2)
        assert len(mia.direct_messages()) == 1

    async def test_a_member_can_ask_from_the_home_tab_and_reads_there_who_was_asked(self, unconnected: World) -> None:
        home = await home_of(unconnected, unconnected.sam, "can connect it.")
        assert own_buttons(home) == ["Ask them"]
        await unconnected.sam.click(home, "Ask them")
        asked = f"I've asked <@{unconnected.mia.id}> to connect Bloom."
        await unconnected.slack.wait_until(lambda: asked in words(home))
        assert not unconnected.sam.direct_messages()

    async def test_a_member_sees_the_facts_without_controls(self, world: World) -> None:
        home = await home_of(world, world.sam, "250 credits left")
        assert f"Connected as *you@sandbox.example* by <@{world.mia.id}>" in words(home)
        assert own_buttons(home) == OWN
        assert not world.bloom.count("GET", "/workspaces")

    async def test_a_member_asks_to_change_a_connection_that_works(self, world: World) -> None:
        view = await connect_form(world, world.sam)
        await world.sam.click(view, "Ask them")
        await world.slack.wait_until(lambda: f"I've asked <@{world.mia.id}> to look at it." in words(view))
        await world.slack.wait_until(world.mia.direct_messages)
        assert f"<@{world.sam.id}> asks you to look at this workspace's connection to Bloom" in told(world.mia)
        assert "*you@sandbox.example*" in told(world.mia)

    async def test_a_form_that_stayed_open_connects_nothing_when_its_reader_may_no_more(
        self, unconnected: World
    ) -> None:
        await name_sam(unconnected)
        view = await connect_form(unconnected, unconnected.sam)
        await unconnected.bot.core.managers.name(unconnected.workspace_id, unconnected.mia.id, [])
        await unconnected.sam.submit(view, {"key": SANDBOX_API_KEY})
        await unconnected.slack.wait_until(lambda: f"<@{unconnected.mia.id}> can connect it." in words(view))
        assert await unconnected.bot.core.connections.current(unconnected.workspace_id) is None
        assert not unconnected.bloom.count("GET", "/account")

    async def test_a_tab_that_stayed_open_changes_nothing_when_its_reader_may_no_more(self, world: World) -> None:
        await name_sam(world)
        home = await settled_home(world, world.sam)
        await world.bot.core.managers.name(world.workspace_id, world.mia.id, [])
        await world.sam.click(home, "Disconnect", confirm=True)
        await world.slack.wait_until(lambda: "Only managers of Bloom can do that" in words(home))
        assert own_buttons(home) == OWN
        assert await world.bot.core.connections.current(world.workspace_id) is not None


class TestManagers:
    async def test_named_people_manage_bloom_and_are_told_so(self, world: World) -> None:
        await name_sam(world)
        await world.slack.wait_until(world.sam.direct_messages)
        assert f"<@{world.mia.id}>" in told(world.sam)
        theirs = await home_of(world, world.sam, "Take over")
        assert own_buttons(theirs) == [*OWN, "Take over", "Disconnect"]

    async def test_a_manager_cancels_what_somebody_else_asked_for(self, world: World) -> None:
        world.bloom.state.studio.generation_seconds = (400.0, 400.0)
        await world.sam.command("general", "/bloom", "a red bicycle --brand acme")
        request = (await world.slack.wait_until(world.posted))[0]
        await world.bloom.until_held()
        await world.mia.click(request, "Cancel", confirm=True)
        await world.slack.wait_until(lambda: f"<@{world.mia.id}> cancelled" in words(request))

    async def test_somebody_else_is_told_which_managers_could_cancel(self, world: World) -> None:
        world.bloom.state.studio.generation_seconds = (400.0, 400.0)
        await world.mia.command("general", "/bloom", "a red bicycle --brand acme")
        request = (await world.slack.wait_until(world.posted))[0]
        await world.sam.click(request, "Cancel", confirm=True)
        await world.slack.wait_until(lambda: world.sam.ephemerals)
        assert words(world.sam.ephemerals[0]) == f"Only <@{world.mia.id}> can cancel this."


class TestConnection:
    async def test_disconnecting_leaves_the_way_to_start_and_says_what_is_left(self, world: World) -> None:
        home = await settled_home(world, world.mia)
        await world.mia.click(home, "Disconnect", confirm=True)
        told = "Bloom is disconnected from this workspace. The API key still works elsewhere"
        await world.slack.wait_until(lambda: told in words(home))
        assert "Welcome to Bloom" in words(home)
        assert own_buttons(home) == ["Connect Bloom"]
        assert await world.bot.core.connections.current(world.workspace_id) is None

    async def test_a_manager_chooses_who_pays(self, world: World) -> None:
        state = world.bloom.state
        state.add_brand("Zephyr", "https://zephyr.example", workspace=state.add_team("Agency", credits=7))
        home = await home_of(world, world.mia, "Which Bloom workspace pays")
        await world.mia.choose(home, "choose_payer", "Agency")
        await world.slack.wait_until(lambda: "7 credits left" in words(home))
        assert "The Bloom workspace *Agency* pays, and its brands are used." in words(home)
        assert "Zephyr" in words(home)
        assert "Acme" not in words(home)
        kept = await world.bot.core.connections.current(world.workspace_id)
        assert kept is not None
        assert kept.bloom_workspace is not None
        assert kept.bloom_workspace.name == "Agency"

    async def test_a_payer_that_is_gone_when_it_is_chosen_changes_nothing(self, world: World) -> None:
        home = await settled_home(world, world.mia)
        world.bloom.state.account.workspaces.pop()
        await world.mia.choose(home, "choose_payer", "Agency")
        await world.slack.wait_until(lambda: "That Bloom workspace is gone" in words(home))
        kept = await world.bot.core.connections.current(world.workspace_id)
        assert kept is not None
        assert kept.bloom_workspace is None

    async def test_bloom_that_does_not_name_its_workspaces_leaves_the_rest_of_the_tab(self, world: World) -> None:
        world.bloom.faults.drop(WORKSPACES, times=None)
        home = await home_of(world, world.mia, "Who pays can't be changed just now. Bloom isn't answering right now")
        assert "250 credits left" in words(home)
        assert "Acme" in words(home)
        assert own_buttons(home) == [*OWN, "Reconnect", "Disconnect"]

    async def test_a_key_that_bloom_refuses_is_shown_with_the_way_to_mend_it(self, world: World) -> None:
        world.bloom.state.revoke(SANDBOX_API_KEY)
        world.clock.skip(61)
        home = await home_of(world, world.mia, "Bloom doesn't accept this connection any more")
        assert own_buttons(home) == ["Reconnect", "Disconnect", "See all brands"]
        world.bloom.state.restore(SANDBOX_API_KEY)
        await world.mia.click(home, "Reconnect")
        view = await world.mia.wait_for_view("connect")
        assert "Bloom doesn't accept that connection any more." in words(view)
        await world.mia.submit(view, {"key": SANDBOX_API_KEY})
        await world.slack.wait_until(lambda: "Connected as" in words(home))

    async def test_a_slack_that_does_not_say_who_is_an_admin_leaves_the_facts(self, world: World) -> None:
        world.clock.skip(301)
        world.slack.fail_next("users.info", "fatal_error", times=50)
        home = await home_of(world, world.mia, "250 credits left")
        assert own_buttons(home) == OWN
        assert not world.mia.direct_messages()

    async def test_a_connection_by_the_settings_says_so(self, tmp_path: Path) -> None:
        async with open_world(tmp_path) as world:
            await world.brands_known()
            home = await home_of(world, world.mia, "by this deployment's settings")
            assert own_buttons(home) == [*OWN, "Take over", "Disconnect"]


class TestSignIn:
    async def test_both_ways_stand_in_one_form(self, public: World) -> None:
        view = await connect_form(public, public.mia)
        url = await public.slack.wait_until(lambda: sign_in_url(view))
        assert url.startswith("http://127.0.0.1:3000/bloom/connect?state=")
        assert "API key" in words(view)
        await public.mia.submit(view, {"key": SANDBOX_API_KEY})
        await public.slack.wait_until(lambda: "Connected as *you@sandbox.example*." in words(view))

    async def test_who_follows_the_link_reads_how_it_goes_on_and_keeps_the_link(self, public: World) -> None:
        view = await connect_form(public, public.mia)
        url = await public.slack.wait_until(lambda: sign_in_url(view))
        await public.mia.click(view, "Sign in with Bloom")
        await public.slack.wait_until(lambda: "Go on in your browser." in words(view))
        assert sign_in_url(view) == url
        assert not view.definition.get("submit")

    async def test_a_key_that_failed_leaves_both_ways(self, public: World) -> None:
        view = await connect_form(public, public.mia)
        await public.slack.wait_until(lambda: sign_in_url(view))
        await public.mia.submit(view, {"key": "bloom_sk_wrong"})
        await public.slack.wait_until(lambda: "Bloom does not know this key." in words(view))
        assert sign_in_url(view)

    async def test_the_form_stands_while_bloom_is_slow_with_the_first_sign_in_of_all(self, public: World) -> None:
        public.bloom.faults.delay(REGISTER, 8)
        view = await connect_form(public, public.mia)
        assert "Getting the way to sign in ready…" in words(view)
        await public.mia.fill(view, key="half a key")
        await public.slack.wait_until(lambda: sign_in_url(view))
        assert view.form.value(("key", "key")) == "half a key"

    async def test_a_form_that_was_sent_before_the_way_to_sign_in_was_ready_stays_as_it_is(self, public: World) -> None:
        public.bloom.faults.delay(REGISTER, 8)
        view = await connect_form(public, public.mia)
        await public.mia.submit(view, {"key": SANDBOX_API_KEY})
        await public.slack.wait_until(lambda: "Connected as *you@sandbox.example*." in words(view))
        late = [call for call in public.slack.calls if call.method == "views.update"]
        await public.slack.wait_until(lambda: refused_update(public, than=len(late)))
        assert "Connected as *you@sandbox.example*." in words(view)
        assert not public.mia.direct_messages()

    async def test_bloom_that_takes_no_sign_in_now_leaves_the_key(self, public: World) -> None:
        public.bloom.faults.drop(REGISTER, times=None)
        view = await connect_form(public, public.mia)
        await public.slack.wait_until(lambda: "Signing in isn't possible just now." in words(view))
        assert sign_in_url(view) is None
        await public.mia.submit(view, {"key": SANDBOX_API_KEY})
        await public.slack.wait_until(lambda: "Connected as *you@sandbox.example*." in words(view))

    async def test_closing_the_form_shows_on_the_home_tab_what_came_of_signing_in(self, public: World) -> None:
        home = await home_of(public, public.mia, "Sign in with Bloom, or paste an API key")
        view = await connect_form(public, public.mia)
        await public.slack.wait_until(lambda: sign_in_url(view))
        await public.bot.core.connections.connect(public.workspace_id, SANDBOX_API_KEY, public.mia.id)
        await public.mia.close_view(view)
        await public.slack.wait_until(lambda: "Connected as *you@sandbox.example*" in words(home))

    async def test_members_get_no_way_to_sign_in(self, public: World) -> None:
        view = await connect_form(public, public.sam)
        await public.clock.sleep(2)
        assert sign_in_url(view) is None
        assert "ign in" not in words(view)
        assert not public.bloom.count("POST", "/oauth2/register")
