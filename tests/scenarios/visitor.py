"""Signing in at Bloom as people do it: a button in Slack, and then a browser with its own cookies."""

import html
import random
import re
import socket
from contextlib import suppress
from typing import Any, Self

import httpx

from bot.core.models import Connection
from bot.sandbox.bloom import SANDBOX_EMAIL
from bot.sandbox.slack import Person, View
from tests.sandbox.bloom.signing_in import decide
from tests.scenarios.world import World, words


class Visitor:
    """A browser: it keeps cookies, follows nothing by itself, and remembers every answer of ours."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(verify=False)  # nothing here speaks TLS, and loading it takes long
        self.shown: list[httpx.Response] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def open(self, url: str) -> httpx.Response:
        """Go to one of the bot's pages."""
        return self._seen(await self._http.get(url))

    async def go_on(self, landing: str) -> httpx.Response:
        """Send the form of the landing page."""
        return self._seen(await self._http.post(landing))

    async def to_bloom(self, landing: str) -> str:
        """Read the landing page, press its button, and return where that leads."""
        page = await self.open(landing)
        assert "Continue to Bloom" in said(page), said(page)
        answer = await self.go_on(landing)
        assert answer.status_code == 303, said(answer)
        return answer.headers["location"]

    async def decide(self, consent: str, decision: str = "allow", account: str = SANDBOX_EMAIL) -> str:
        """Decide on Bloom's page, and return where Bloom sends the browser then."""
        return await decide(self._http, consent, decision, account)

    async def sign_in(self, landing: str, account: str = SANDBOX_EMAIL) -> httpx.Response:
        """Go the whole way and return the page at its end."""
        return await self.open(await self.decide(await self.to_bloom(landing), account=account))

    def _seen(self, response: httpx.Response) -> httpx.Response:
        self.shown.append(response)
        return response


def said(page: httpx.Response) -> str:
    """Return what a page says, without its markup."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", page.text, flags=re.DOTALL)).strip()


def free_port() -> int:
    """Return a port that nobody listens on: where people come back to has to be known before the bot starts.

    It is below those that a system gives out by itself, or else another test's connection may take it until then.
    """
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def public_address(port: int) -> dict[str, Any]:
    """Return the settings of a bot that listens there, that people can come back to, and that nobody has connected."""
    return {"bloom_api_key": None, "port": port, "public_url": f"http://127.0.0.1:{port}"}


def sign_in_url(view: View) -> str | None:
    """Return where the button of a connect form leads, once there is one."""
    buttons = [element for block in view.blocks for element in block.get("elements", ()) if element.get("url")]
    return buttons[0]["url"] if buttons else None


async def way_in(world: World, person: Person | None = None) -> str:
    """Type the command, and return where the button of its form leads; the form is closed again."""
    person = person or world.mia
    assert (await person.command("general", "/bloom", "connect")).ok
    view = await person.wait_for_view("connect")
    url = await world.slack.wait_until(lambda: sign_in_url(view))
    await person.close_view(view)
    return url


async def sign_in(world: World, person: Person | None = None, account: str = SANDBOX_EMAIL) -> None:
    """Connect the workspace by signing in."""
    async with Visitor() as visitor:
        page = await visitor.sign_in(await way_in(world, person), account)
    assert page.status_code == 200, said(page)


async def connect_again(world: World, person: Person, surface: View, button: str, account: str = SANDBOX_EMAIL) -> None:
    """Press the button on a Home tab that opens the connect form, and sign in from there."""
    await person.click(surface, button)
    view = await person.wait_for_view("connect")
    url = await world.slack.wait_until(lambda: sign_in_url(view))
    await person.close_view(view)
    async with Visitor() as visitor:
        page = await visitor.sign_in(url, account)
    assert page.status_code == 200, said(page)


async def present(world: World) -> Connection:
    """Return the connection that the workspace has now."""
    found = await world.bot.core.connections.current(world.workspace_id)
    assert found is not None
    return found


async def home_of(world: World, person: Person, expected: str) -> View:
    """Open the Home tab and return it once it says something."""
    assert (await person.open_home()).ok
    await world.slack.wait_until(lambda: person.home and expected in words(person.home))
    home = person.home
    assert home is not None
    return home


def told(person: Person) -> list[str]:
    """Return everything that the bot wrote to one person."""
    return [words(message) for message in person.direct_messages() if message.bot_id]


async def choose_payer(world: World, person: Person, name: str) -> None:
    """Choose on the Home tab which of Bloom's workspaces pays, as soon as the menu is there."""
    home = person.home
    assert home is not None
    block_id = await world.slack.wait_until(lambda: _block_of_payer(home))
    await person.choose(home, (block_id, "choose_payer"), name)


def _block_of_payer(home: View) -> str | None:
    """Return the block of the menu; it has no id of its own, so Slack has given it one."""
    blocks = (block for block in home.blocks if block.get("accessory", {}).get("action_id") == "choose_payer")
    return next((str(block["block_id"]) for block in blocks), None)
