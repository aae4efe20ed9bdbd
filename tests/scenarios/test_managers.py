"""Who looks after Bloom in a workspace, and what they do with its connection; everybody else asks them."""

import copy
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY, SANDBOX_EMAIL
from bot.sandbox.bloom.demo import MAYA_EMAIL
from bot.sandbox.bloom.journal import fingerprint
from bot.sandbox.bloom.oauth import Grant
from bot.sandbox.slack import Delivery, Message, Person
from tests.scenarios.visitor import (
    Visitor,
    choose_payer,
    connect_again,
    free_port,
    home_of,
    present,
    public_address,
    said,
    sign_in,
    sign_in_url,
    told,
    way_in,
)
from tests.scenarios.world import World, open_world, own_buttons, words

GENERATIONS = "/images/generations"
LEFT = "has left this workspace"
ONLY_MANAGERS = "Only managers of Bloom can do that"
SETTLED = "Which Bloom workspace pays"


@pytest.fixture
async def unconnected(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world whose bot people can come back to. Mia is an admin, Sam is not."""
    async with open_world(tmp_path, **public_address(free_port())) as opened:
        opened.bloom.state.add_team("Agency", credits=7)
        yield opened


@pytest.fixture
async def world(unconnected: World) -> World:
    """Return it once Mia has signed in with the account that has Acme."""
    await sign_in(unconnected)
    await unconnected.brands_known()
    await unconnected.slack.wait_until(lambda: told(unconnected.mia))
    return unconnected


async def ask(world: World, person: Person, brand: str, *, channel: str = "general", seconds: float = 2.0) -> Message:
    """Ask for an image that takes Bloom so long, and return the request message."""
    world.bloom.state.studio.generation_seconds = (seconds, seconds)
    known = len(world.posted(channel))
    assert (await person.command(channel, "/bloom", f"a red bicycle --brand {brand}")).ok
    return (await world.slack.wait_until(lambda: world.posted(channel)[known:]))[0]


def grant(world: World, email: str) -> Grant:
    return world.bloom.oauth.grants(email)[-1]


def kept(world: World) -> int:
    """Return how many connections, present and replaced, are on disk."""
    with closing(sqlite3.connect(world.settings.database_path)) as database:
        found: int = database.execute("SELECT count(*) FROM connections").fetchone()[0]
        return found


class TestHandingOver:
    async def test_account_of_a_generation_under_way_finishes_it_while_new_ones_use_the_new_account(
        self, world: World
    ) -> None:
        await world.slack.promote("Sam")
        old = await present(world)
        await ask(world, world.mia, "acme", seconds=140)
        await world.bloom.until_held()
        home = await home_of(world, world.sam, SETTLED)
        await connect_again(world, world.sam, home, "Take over", MAYA_EMAIL)
        new = await present(world)
        assert (new.connected_by, new.account.email) == (world.sam.id, MAYA_EMAIL)
        await world.restart()  # so that it has to look up which account was asked
        asked = len(world.bloom.requests)
        await world.brands_known()
        await ask(world, world.mia, "Kestrel", channel="marketing")
        assert (await world.reply("marketing")).images
        assert not grant(world, SANDBOX_EMAIL).is_revoked
        assert (await world.reply("general")).images
        first, second = world.bloom.requests.matching("POST", GENERATIONS)
        assert [first.credential, second.credential] == [fingerprint(one.credential) for one in (old, new)]
        later = [one for one in list(world.bloom.requests)[asked:] if one.path.startswith("/images")]
        assert fingerprint(old.credential) in {one.credential for one in later}
        await world.restart()  # what nothing needs any more goes at every start and every hour
        await world.slack.wait_until(lambda: grant(world, SANDBOX_EMAIL).is_revoked)
        assert not grant(world, MAYA_EMAIL).is_revoked
        assert kept(world) == 1
        assert (await present(world)).id == new.id

    async def test_account_that_nothing_needs_is_revoked_as_soon_as_it_is_replaced(self, world: World) -> None:
        home = await home_of(world, world.mia, SETTLED)
        await connect_again(world, world.mia, home, "Reconnect")
        first, second = world.bloom.oauth.grants(SANDBOX_EMAIL)
        await world.slack.wait_until(lambda: first.is_revoked)
        assert not second.is_revoked

    async def test_other_managers_hear_once_that_who_connected_has_left_and_take_over(self, world: World) -> None:
        await world.slack.promote("Sam")
        await world.slack.deactivate("Mia")
        await world.slack.redeliver()
        (message,) = await world.slack.wait_until(world.sam.direct_messages)
        assert f"<@{world.mia.id}> {LEFT}" in words(message)
        assert f"with the Bloom account *{SANDBOX_EMAIL}*" in words(message)
        await ask(world, world.sam, "acme")
        assert (await world.reply()).images
        await world.sam.click(message, "Take over")
        view = await world.sam.wait_for_view("connect")
        landing = await world.slack.wait_until(lambda: sign_in_url(view))
        async with Visitor() as visitor:
            assert (await visitor.sign_in(landing, MAYA_EMAIL)).status_code == 200
        assert (await present(world)).connected_by == world.sam.id
        await world.slack.wait_until(lambda: grant(world, SANDBOX_EMAIL).is_revoked)
        assert sum(LEFT in text for text in told(world.sam)) == 1
        assert not any(LEFT in text for text in told(world.mia))

    async def test_others_who_leave_are_no_news(self, world: World) -> None:
        await world.slack.deactivate("Sam")
        await world.clock.sleep(2)
        assert not any(LEFT in text for text in told(world.mia))


class TestDisconnecting:
    async def test_it_revokes_at_bloom_and_erases(self, world: World) -> None:
        token = (await present(world)).credential
        home = await home_of(world, world.mia, SETTLED)
        await world.mia.click(home, "Disconnect", confirm=True)
        await world.slack.wait_until(lambda: "Bloom is disconnected from this workspace." in words(home))
        assert "couldn't be told" not in words(home)
        assert grant(world, SANDBOX_EMAIL).is_revoked
        assert world.bloom.oauth.grant_of(token) is None
        assert kept(world) == 0
        assert own_buttons(home) == ["Connect Bloom"]
        await world.sam.command("general", "/bloom", "a red bicycle --brand acme")
        assert "Bloom isn't connected to this workspace yet." in words(world.sam.ephemerals[-1])

    async def test_it_erases_also_while_bloom_is_down_and_says_what_is_left_to_do(self, world: World) -> None:
        home = await home_of(world, world.mia, SETTLED)
        world.bloom.faults.down = True
        await world.mia.click(home, "Disconnect", confirm=True)
        await world.slack.wait_until(lambda: "Bloom couldn't be told" in words(home), seconds=10)
        assert f"so *{SANDBOX_EMAIL}* still lists this app" in words(home)
        assert kept(world) == 0
        assert await world.bot.core.connections.current(world.workspace_id) is None
        world.bloom.faults.clear()
        await sign_in(world, account=MAYA_EMAIL)
        assert (await present(world)).account.email == MAYA_EMAIL

    async def test_image_under_way_ends_and_that_is_said(self, world: World) -> None:
        request = await ask(world, world.sam, "acme", seconds=400)
        await world.bloom.until_held()
        home = await home_of(world, world.mia, SETTLED)
        await world.mia.click(home, "Disconnect", confirm=True)
        await world.slack.wait_until(lambda: "Bloom is disconnected" in words(home))
        reply = await world.reply()
        assert not reply.images
        assert "Bloom isn't connected" in words(reply)
        assert request.edited

    async def test_way_to_sign_in_from_before_is_over(self, world: World) -> None:
        landing = await way_in(world)
        async with Visitor() as visitor:
            callback = await visitor.decide(await visitor.to_bloom(landing))
            await world.bot.core.connections.disconnect(world.workspace_id, world.mia.id)
            assert (await visitor.open(callback)).status_code == 400
        assert kept(world) == 0


class TestWhoPays:
    async def test_choice_changes_brands_and_credits_and_pays(self, unconnected: World) -> None:
        world = unconnected
        await sign_in(world, account=MAYA_EMAIL)
        account = next(one for one in world.bloom.oauth.accounts() if one.email == MAYA_EMAIL)
        personal, team = account.workspaces
        home = await home_of(world, world.mia, "Maya Makes")
        await home_of(world, world.mia, SETTLED)
        assert "Kestrel Bikes" in words(home)
        await choose_payer(world, world.mia, "Harbor Studio")
        await world.slack.wait_until(lambda: "1,000 credits left" in words(home))
        assert "The Bloom workspace *Harbor Studio* pays, and its brands are used." in words(home)
        assert "Kestrel Bikes" in words(home)
        assert "Maya Makes" not in words(home)
        form = await world.open_form()
        offered = await world.mia.load_options(form, "brand")
        assert [option["text"]["text"] for option in offered] == ["Harbor Lights", "Kestrel Bikes"]
        assert "1,000 left" in words(form)
        await world.mia.submit(form, {"prompt": "a red bicycle", "brand": "Kestrel Bikes"})
        assert (await world.reply()).images
        assert (personal.credits, team.credits) == (20, 999)
        home = await home_of(world, world.mia, "999 credits left")
        await choose_payer(world, world.mia, "Personal")
        await world.slack.wait_until(lambda: "20 credits left" in words(home) and "Maya Makes" in words(home))
        assert "Kestrel Bikes" not in words(home)

    async def test_choice_outlives_a_reconnection_with_the_same_account_only(self, unconnected: World) -> None:
        world = unconnected
        await sign_in(world, account=MAYA_EMAIL)
        home = await home_of(world, world.mia, SETTLED)
        await choose_payer(world, world.mia, "Harbor Studio")
        await world.slack.wait_until(lambda: "1,000 credits left" in words(home))
        await sign_in(world, account=MAYA_EMAIL)
        chosen = (await present(world)).bloom_workspace
        assert chosen is not None
        assert chosen.name == "Harbor Studio"
        await sign_in(world)
        assert (await present(world)).bloom_workspace is None


class TestEverybodyElse:
    async def test_command_and_button_say_who_can_connect_and_asking_reaches_them_once(
        self, unconnected: World
    ) -> None:
        world, mia, sam = unconnected, unconnected.mia, unconnected.sam
        await sam.command("general", "/bloom", "a red bicycle")
        await sam.click(sam.ephemerals[-1], "Connect Bloom")
        from_button = await sam.wait_for_view("connect")
        assert f"<@{mia.id}> can connect it." in words(from_button)
        await sam.close_view(from_button)
        await sam.command("general", "/bloom", "connect")
        view = await sam.wait_for_view("connect")
        assert f"<@{mia.id}> can connect it." in words(view)
        assert not view.definition.get("submit")
        assert sign_in_url(view) is None
        await sam.click(view, "Ask them")
        await world.slack.wait_until(lambda: f"I've asked <@{mia.id}> to connect Bloom." in words(view))
        await sam.close_view(view)
        await sam.command("general", "/bloom", "brands")
        brands = await sam.wait_for_view("page")
        await sam.click(brands, "Ask them")
        await world.slack.wait_until(lambda: f"I've asked <@{mia.id}> to connect Bloom." in words(brands))
        assert "Overview" in brands.buttons
        await sam.close_view(brands)
        home = await home_of(world, sam, "can connect it.")
        await sam.click(home, "Ask them")
        await world.slack.wait_until(lambda: f"I've asked <@{mia.id}> to connect Bloom." in words(home))
        (message,) = await world.slack.wait_until(mia.direct_messages)
        assert words(message).startswith(f"<@{sam.id}> would like to make images with Bloom")
        await world.clock.sleep(2)
        assert len(mia.direct_messages()) == 1
        await mia.click(message, "Connect Bloom")
        form = await mia.wait_for_view("connect")
        async with Visitor() as visitor:
            page = await visitor.sign_in(await world.slack.wait_until(lambda: sign_in_url(form)))
        assert page.status_code == 200

    async def test_forged_submission_of_the_form_connects_nothing(self, unconnected: World) -> None:
        world = unconnected
        await world.mia.command("general", "/bloom", "connect")
        view = await world.mia.wait_for_view("connect")
        await world.mia.submit(view, {"key": "bloom_sk_wrong"})
        await world.slack.wait_until(lambda: "Bloom does not know this key." in words(view))
        payload = sent(world, "view_submission")
        payload["view"]["state"]["values"]["key"]["key"]["value"] = SANDBOX_API_KEY
        asked = world.bloom.count("GET", "/account")
        assert (await forge(world, payload, world.sam)).ok
        await world.slack.wait_until(lambda: any(ONLY_MANAGERS in text for text in told(world.sam)), seconds=10)
        assert await world.bot.core.connections.current(world.workspace_id) is None
        assert world.bloom.count("GET", "/account") == asked

    @pytest.mark.parametrize(
        "action",
        [
            {"action_id": "disconnect", "type": "button"},
            {"action_id": "choose_payer", "type": "static_select", "selected_option": {"value": "every"}},
        ],
        ids=lambda action: action["action_id"],
    )
    async def test_forged_press_on_the_home_tab_changes_nothing(self, world: World, action: dict[str, Any]) -> None:
        before, mia, sam = await present(world), world.mia, world.sam
        ours = await home_of(world, mia, SETTLED)
        await world.bot.core.managers.name(world.workspace_id, mia.id, [mia.id])
        await choose_payer(world, mia, "Personal")
        await world.slack.wait_until(lambda: "*Personal*" in words(ours))
        home = await home_of(world, sam, "Acme")
        pressed = {**sent(world, "block_actions"), "actions": [{"block_id": "b", **action}]}
        assert (await forge(world, pressed, sam)).ok
        await world.slack.wait_until(lambda: ONLY_MANAGERS in words(home))
        assert own_buttons(home) == ["Make an image", "See all brands"]
        after = await present(world)
        assert (after.id, after.bloom_workspace and after.bloom_workspace.name) == (before.id, "Personal")
        assert await world.bot.core.managers.named(world.workspace_id) == {mia.id}
        assert not grant(world, SANDBOX_EMAIL).is_revoked


def sent(world: World, kind: str) -> dict[str, Any]:
    """Return a copy of what Slack sent last of this kind."""
    found = [one.payload for one in world.slack.deliveries if one.payload.get("type") == kind]
    return copy.deepcopy(found[-1])


async def forge(world: World, payload: dict[str, Any], person: Person) -> Any:
    """Send a payload as if another person had caused it, by way of whatever app lets them write one."""
    payload["user"] |= {"id": person.id, "username": person.name, "name": person.name}
    return await world.slack.redeliver(Delivery("interactive", payload))


class TestNamedManagers:
    async def test_they_are_told_and_may_connect(self, unconnected: World) -> None:
        world = unconnected
        await world.bot.core.managers.name(world.workspace_id, world.mia.id, [world.sam.id])
        (message,) = await world.slack.wait_until(lambda: told(world.sam))
        assert f"<@{world.mia.id}> named you as a manager of Bloom" in message
        await sign_in(world, world.sam)
        assert (await present(world)).connected_by == world.sam.id

    async def test_who_is_none_any_more_by_the_end_of_the_way_connects_nothing(self, unconnected: World) -> None:
        world, name = unconnected, unconnected.bot.core.managers.name
        await name(world.workspace_id, world.mia.id, [world.sam.id])
        async with Visitor() as visitor:
            callback = await visitor.decide(await visitor.to_bloom(await way_in(world, world.sam)))
            await name(world.workspace_id, world.mia.id, [])
            page = await visitor.open(callback)
        assert (page.status_code, "You can't connect Bloom in that workspace" in said(page)) == (403, True)
        assert await world.bot.core.connections.current(world.workspace_id) is None
        assert world.bloom.oauth.grants() == []

    async def test_they_cancel_what_others_asked_for_and_nobody_else_does(self, world: World) -> None:
        ben = world.slack.workspace.add_person("Ben")
        world.slack.workspace.join("general", ben.id)
        await world.bot.core.managers.name(world.workspace_id, world.mia.id, [ben.id])
        request = await ask(world, world.mia, "acme", seconds=400)
        await world.bloom.until_held()
        await world.sam.click(request, "Cancel", confirm=True)
        await world.slack.wait_until(lambda: world.sam.ephemerals)
        assert words(world.sam.ephemerals[-1]) == (
            f"Only <@{world.mia.id}>, and managers of Bloom such as <@{ben.id}>, can cancel this."
        )
        await world.slack.person("Ben").click(request, "Cancel", confirm=True)
        await world.slack.wait_until(lambda: f"<@{ben.id}> cancelled an image" in words(request))
