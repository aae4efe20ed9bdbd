"""Signing in with Bloom from Slack to Slack, on the real pages; and what becomes of the tokens afterwards."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.models import Connection
from bot.sandbox.bloom import SANDBOX_EMAIL
from bot.sandbox.bloom.demo import MAYA_EMAIL
from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.journal import fingerprint
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.slack import Person
from tests.scenarios.process import BotProcess
from tests.scenarios.visitor import (
    Visitor,
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
from tests.scenarios.world import World, open_world, words

TOKEN = "POST /oauth2/token"
REGISTER = "/oauth2/register"
GENERATIONS = "/images/generations"
CALLBACK = "/bloom/oauth/callback"
LIFE = 1500.0
"""Seconds that an access token holds here: a clock must not skip more than the lease of the worker allows."""
BROKEN = "Bloom doesn't accept this workspace's connection as"
EXPIRED = "This link doesn't work any more"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world whose bot people can come back to, and that nobody has connected yet."""
    async with open_world(tmp_path, **public_address(free_port())) as opened:
        opened.bloom.oauth.policy.access_token_seconds = LIFE
        yield opened


@pytest.fixture
async def connected(world: World) -> World:
    """Return a world that Mia has connected by signing in."""
    await sign_in(world)
    await world.brands_known()
    await world.slack.wait_until(lambda: told(world.mia))
    return world


async def connection(world: World) -> Connection | None:
    return await world.bot.core.connections.current(world.workspace_id)


async def ask(world: World, person: Person | None = None, brand: str = "acme", channel: str = "general") -> None:
    assert (await (person or world.mia).command(channel, "/bloom", f"a red bicycle --brand {brand}")).ok


def refreshes(world: World) -> int:
    return sum(grant.refreshes for grant in world.bloom.oauth.grants())


def told_that_it_is_broken(person: Person) -> int:
    return sum(BROKEN in message for message in told(person))


class TestTheWay:
    async def test_button_pages_and_consent_connect_the_workspace_and_its_images_are_made_so(
        self, world: World
    ) -> None:
        theirs = await home_of(world, world.sam, "can connect it.")
        await world.mia.command("general", "/bloom", "connect")
        view = await world.mia.wait_for_view("connect")
        landing = await world.slack.wait_until(lambda: sign_in_url(view))
        assert "Sign in with Bloom" in view.buttons
        async with Visitor() as visitor:
            consent = await visitor.to_bloom(landing)
            assert consent.startswith(f"{world.bloom.auth_url}/oauth2/authorize?")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(consent).query).items()}
            assert asked["redirect_uri"] == f"{world.address}{CALLBACK}"
            assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid offline_access")
            page = await visitor.open(await visitor.decide(consent))
        assert page.status_code == 200
        assert f"{world.slack.workspace.team.name} uses the Bloom account {SANDBOX_EMAIL} now." in said(page)
        assert f'href="slack://open?team={world.workspace_id}"' in page.text
        (message,) = await world.slack.wait_until(lambda: told(world.mia))
        assert f"Bloom is connected as *{SANDBOX_EMAIL}*" in message
        followed = (f"Connected as *{SANDBOX_EMAIL}*", "*Acme*", "250 credits left")
        await world.slack.wait_until(lambda: all(text in words(theirs) for text in followed))
        await world.mia.close_view(view)
        await world.slack.wait_until(lambda: world.mia.home and "250 credits left" in words(world.mia.home))
        home = await home_of(world, world.mia, "Acme")
        assert f"Connected as *{SANDBOX_EMAIL}* by <@{world.mia.id}>" in words(home)
        assert "Signed in with Bloom on" in words(home)
        await ask(world, world.sam)
        assert (await world.reply()).images
        (paid,) = world.bloom.requests.matching("POST", GENERATIONS)
        held = await present(world)
        grant = world.bloom.oauth.grant_of(held.credential)
        assert paid.credential == fingerprint(held.credential)
        assert grant is not None
        assert grant.account.email == SANDBOX_EMAIL

    async def test_saying_no_at_bloom_changes_nothing_and_the_way_can_be_gone_again(self, world: World) -> None:
        async with Visitor() as visitor:
            landing = await way_in(world)
            callback = await visitor.decide(await visitor.to_bloom(landing), "deny")
            page = await visitor.open(callback)
            assert (page.status_code, "declined at Bloom" in said(page)) == (403, True)
            for over in (callback, landing):
                assert EXPIRED in said(await visitor.open(over))
        assert await connection(world) is None
        assert world.bloom.oauth.grants() == []
        await sign_in(world)
        assert len(await world.slack.wait_until(lambda: told(world.mia))) == 1

    async def test_bloom_that_is_away_at_the_last_step_is_said_and_leaves_nothing(self, world: World) -> None:
        async with Visitor() as visitor:
            callback = await visitor.decide(await visitor.to_bloom(await way_in(world)))
            world.bloom.faults.drop("GET /account", times=None)
            page = await visitor.open(callback)
        assert (page.status_code, "Bloom isn't answering" in said(page)) == (502, True)
        assert await connection(world) is None
        (grant,) = world.bloom.oauth.grants()
        await world.slack.wait_until(lambda: grant.is_revoked)


class TestStates:
    @pytest.mark.parametrize("state", ["", "state=", "state=forged", "state=%ff%00", "state=a&state=b"])
    async def test_forged_state_leads_nowhere(self, world: World, state: str) -> None:
        async with Visitor() as visitor:
            for path in (f"/bloom/connect?{state}", f"{CALLBACK}?code=anything&{state}"):
                page = await visitor.open(f"{world.address}{path}")
                assert (page.status_code, EXPIRED in said(page)) == (400, True)
                assert not page.cookies
            assert (await visitor.go_on(f"{world.address}/bloom/connect?{state}")).status_code == 400
        assert not world.bloom.count("POST", "/oauth2/token")

    async def test_state_that_comes_twice_connects_once(self, world: World) -> None:
        async with Visitor() as visitor:
            callback = await visitor.decide(await visitor.to_bloom(await way_in(world)))
            assert (await visitor.open(callback)).status_code == 200
            first = await present(world)
            again = await visitor.open(callback)
        assert (again.status_code, EXPIRED in said(again)) == (400, True)
        assert await present(world) == first
        assert world.bloom.count("POST", "/oauth2/token") == 1
        assert [grant.is_revoked for grant in world.bloom.oauth.grants()] == [False]

    async def test_state_expires_after_a_quarter_of_an_hour(self, world: World) -> None:
        async with Visitor() as visitor:
            landing = await way_in(world)
            callback = await visitor.decide(await visitor.to_bloom(landing))
            world.clock.skip(901)
            for over in (landing, callback):
                page = await visitor.open(over)
                assert (page.status_code, EXPIRED in said(page)) == (400, True)
        assert await connection(world) is None
        assert not world.bloom.count("POST", "/oauth2/token")

    async def test_code_that_was_given_for_another_sign_in_connects_nothing(self, world: World) -> None:
        """What somebody gets for their own account, put into the way of another: PKCE tells them apart."""
        async with Visitor() as mallory, Visitor() as visitor:
            theirs = await mallory.decide(await mallory.to_bloom(await way_in(world)), account=MAYA_EMAIL)
            own = await visitor.decide(await visitor.to_bloom(await way_in(world)))
            code, state = (
                parse_qs(urlsplit(address).query)[name][0] for address, name in ((theirs, "code"), (own, "state"))
            )
            page = await visitor.open(f"{world.address}{CALLBACK}?code={code}&state={state}")
        assert (page.status_code, "Bloom didn't confirm the sign-in" in said(page)) == (400, True)
        assert await connection(world) is None

    async def test_way_back_in_another_browser_connects_nothing_and_the_first_one_goes_on(self, world: World) -> None:
        async with Visitor() as visitor, Visitor() as other:
            landing = await way_in(world)
            callback = await visitor.decide(await visitor.to_bloom(landing))
            page = await other.open(callback)
            assert (page.status_code, "begun in another browser" in said(page)) == (403, True)
            assert await connection(world) is None
            await other.open(landing)  # reading the first page there is not agreeing there
            assert (await other.open(callback)).status_code == 403
            assert (await visitor.open(callback)).status_code == 200
        assert (await present(world)).connected_by == world.mia.id

    async def test_link_to_blooms_page_sent_to_somebody_else_does_not_take_their_account(self, world: World) -> None:
        async with Visitor() as mallory, Visitor() as victim:
            consent = await mallory.to_bloom(await way_in(world))
            page = await victim.open(await victim.decide(consent, account=MAYA_EMAIL))
        assert page.status_code == 403
        assert await connection(world) is None
        assert world.bloom.oauth.grants() == []

    async def test_link_of_the_button_sent_to_somebody_else_asks_them_first(self, world: World) -> None:
        """Nor can another site send the form for them: that takes a cookie, and there is none but after reading."""
        landing = await way_in(world)
        async with Visitor() as victim:
            unread = await victim.go_on(landing)
            assert "location" not in unread.headers
            assert f"Let the Slack workspace {world.slack.workspace.team.name} use your Bloom account?" in said(unread)
            assert "Go on only if you asked for this in Slack yourself." in said(unread)
            assert "SameSite=Lax" in unread.headers["set-cookie"]
            assert "HttpOnly" in unread.headers["set-cookie"]
        assert not world.bloom.count("GET", "/oauth2/authorize")


class TestRegistration:
    async def test_deployment_registers_once_for_each_address_and_remembers(self, tmp_path: Path) -> None:
        first, second = free_port(), free_port()
        async with open_world(tmp_path, **public_address(first)) as world:
            assert world.bloom.count("POST", REGISTER) == 0
            await asyncio.gather(*(world.bot.core.sign_in.begin(world.workspace_id, world.mia.id) for _ in range(3)))  # type: ignore[union-attr]
            await sign_in(world)
            await world.restart()
            await sign_in(world, account=MAYA_EMAIL)
            assert world.bloom.count("POST", REGISTER) == 1
            await world.stop()
            world.settings = world.settings.model_copy(update=public_address(second))
            await world.start()
            await sign_in(world)
            assert world.bloom.count("POST", REGISTER) == 2
            assert len(world.bloom.oauth.clients) == 2

    async def test_registration_that_bloom_forgot_while_somebody_signs_in_is_made_anew(self, world: World) -> None:
        async with Visitor() as visitor:
            callback = await visitor.decide(await visitor.to_bloom(await way_in(world)))
            world.bloom.oauth.clients.forget()
            page = await visitor.open(callback)
            assert (page.status_code, "Bloom didn't confirm the sign-in" in said(page)) == (400, True)
        await sign_in(world)
        assert world.bloom.count("POST", REGISTER) == 2

    async def test_registration_that_bloom_forgot_is_made_anew_once_a_connection_breaks_by_it(
        self, connected: World
    ) -> None:
        connected.bloom.oauth.clients.forget()
        connected.clock.skip(LIFE + 100)
        home = await home_of(connected, connected.mia, "Bloom doesn't accept this connection any more")
        await connect_again(connected, connected.mia, home, "Reconnect")
        assert connected.bloom.count("POST", REGISTER) == 2


class TestRenewal:
    @pytest.mark.parametrize("noticed_by", ["bot", "bloom"])
    async def test_three_requests_at_the_end_of_a_token_make_one_renewal(
        self, connected: World, noticed_by: Literal["bot", "bloom"]
    ) -> None:
        connected.bloom.faults.delay(TOKEN, 10)
        if noticed_by == "bot":
            connected.clock.skip(LIFE + 100)
        else:
            connected.bloom.oauth.expire_access_tokens()
        before = (await present(connected)).credential
        await asyncio.gather(ask(connected), ask(connected, connected.sam), connected.mia.open_home())
        assert len(await connected.replies(count=2)) == 2
        assert refreshes(connected) == 1
        assert connected.bloom.count("POST", "/oauth2/token") == 2
        assert (await present(connected)).credential != before
        assert connected.generations_paid == 2

    async def test_token_is_renewed_ahead_of_its_end_and_nobody_waits(self, connected: World) -> None:
        held = connected.bloom.faults.hold(TOKEN)
        connected.clock.skip(LIFE - 200)
        old = (await present(connected)).credential
        await ask(connected)
        assert (await connected.reply()).images
        assert (await present(connected)).credential == old
        (paid,) = connected.bloom.requests.matching("POST", GENERATIONS)
        assert paid.credential == fingerprint(old)
        held.release()
        await connected.slack.wait_until(lambda: refreshes(connected) == 1)
        await ask(connected, channel="marketing")
        assert (await connected.reply("marketing")).images
        new = (await present(connected)).credential
        assert (
            connected.bloom.requests.matching("POST", GENERATIONS)[-1].credential == fingerprint(new) != paid.credential
        )
        assert refreshes(connected) == 1

    async def test_renewals_go_on_with_each_new_token_also_after_a_restart(self, connected: World) -> None:
        for turn in range(1, 4):
            connected.clock.skip(LIFE + 100)
            await ask(connected, channel="marketing" if turn % 2 else "general")
            await connected.slack.wait_until(lambda turn=turn: refreshes(connected) == turn)  # type: ignore[misc]
            await connected.slack.wait_until(lambda turn=turn: images(connected) == turn)  # type: ignore[misc]
            await connected.restart()
        assert not (await present(connected)).is_broken

    async def test_refused_renewal_breaks_the_connection_and_one_manager_is_told_once(self, connected: World) -> None:
        connected.bloom.oauth.revoke_grants()
        await ask(connected)
        await ask(connected, connected.sam, channel="marketing")
        await connected.mia.open_home()
        await connected.slack.wait_until(lambda: told_that_it_is_broken(connected.mia))
        assert (await present(connected)).is_broken
        home = await home_of(connected, connected.mia, "Bloom doesn't accept this connection any more")
        assert not images(connected)
        await connect_again(connected, connected.mia, home, "Reconnect")
        await home_of(connected, connected.mia, "250 credits left")
        await ask(connected, channel="marketing")
        await connected.slack.wait_until(lambda: images(connected) == 1)
        assert told_that_it_is_broken(connected.mia) == 1
        assert not told(connected.sam)
        assert not connected.sam.home

    async def test_bloom_that_is_away_at_the_end_of_a_token_does_not_break_the_connection(
        self, connected: World
    ) -> None:
        connected.bloom.faults.drop(TOKEN, times=None)
        connected.clock.skip(LIFE + 100)
        await ask(connected)
        await connected.slack.wait_until(lambda: connected.bloom.count("POST", "/oauth2/token") > 2)
        assert not (await present(connected)).is_broken
        connected.bloom.faults.clear()
        assert (await connected.reply()).images
        assert refreshes(connected) == 1
        assert not told_that_it_is_broken(connected.mia)


def images(world: World) -> int:
    return sum(bool(message.images) for channel in ("general", "marketing") for message in world.posted(channel))


class Held:
    """Keeps the answer of a renewal from whoever asked for it."""

    def __init__(self) -> None:
        self.reached, self.over = asyncio.Event(), asyncio.Event()

    async def watch(self, asked: Asked, _: Any, when: str) -> None:
        if (asked.path, when) == ("/oauth2/token", "after") and not self.over.is_set():
            self.reached.set()
            await self.over.wait()
            raise ConnectionCut


async def test_death_between_renewal_and_disk_costs_a_reconnection_and_a_manager_is_told_once(
    tmp_path: Path,
) -> None:
    port, held = free_port(), Held()
    address = {"BLOOM_API_KEY": None, "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    async with open_world(tmp_path, start=False) as world:
        bot = BotProcess(world, tmp_path, **address)
        try:
            await bot.start()
            await sign_in(world)
            await home_of(world, world.mia, "Acme")
            world.bloom.oauth.expire_access_tokens()
            world.bloom.watch(held.watch)
            await ask(world)
            async with asyncio.timeout(10):
                await held.reached.wait()
            await bot.kill()
            held.over.set()
            await bot.start()
            await world.slack.wait_until(lambda: told_that_it_is_broken(world.mia), seconds=10)
            home = await home_of(world, world.mia, "Bloom doesn't accept this connection any more")
            await ask(world, world.sam)
            await connect_again(world, world.mia, home, "Reconnect")
            await home_of(world, world.mia, "250 credits left")
            await ask(world, channel="marketing")
            await world.slack.wait_until(lambda: images(world) == 1, seconds=10)
            assert told_that_it_is_broken(world.mia) == 1
            assert world.generations_paid == 1
        finally:
            await bot.aclose()
