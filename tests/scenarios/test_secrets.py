"""Every flow at DEBUG, and then a search for every secret there was: in logs, views, messages, pages and on disk."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing
from pathlib import Path

from cryptography.fernet import Fernet

from bot.logs import QUIETED
from bot.sandbox.bloom import SANDBOX_API_KEY, SANDBOX_EMAIL
from bot.sandbox.bloom.demo import LEO_EMAIL, MAYA_EMAIL
from bot.sandbox.slack import View
from bot.store import Vault
from tests.scenarios.process import BotProcess
from tests.scenarios.visitor import Visitor, choose_payer, connect_again, free_port, home_of, sign_in_url, told
from tests.scenarios.world import World, open_world, shows, words

TOKEN = "POST /oauth2/token"
BROKEN = "Bloom doesn't accept this"
WRONG_KEY = "bloom_sk_wrong-0123456789abcdef"


class Flows:
    """Goes every way, and keeps what anybody could see of it."""

    def __init__(self, world: World, bot: BotProcess, keys: list[str]) -> None:
        self.world, self.bot = world, bot
        self._vault = Vault.from_keys(keys)
        self.shown: list[str] = []
        """What the bot gave to Slack and to browsers."""
        self.states: set[str] = set()
        self.secrets = {*keys, WRONG_KEY}
        self.disk: dict[str, bytes] = {}
        """What stood in the files at one time or another, by file and time."""
        self._visitors: list[Visitor] = []
        world.slack.on_call(lambda call: self.shown.append(repr(call.args)))
        world.slack.on_exchange(lambda exchange: self.shown.append(repr(exchange.answer.body)))

    def collect(self) -> None:
        """Keep what is there at the end only; what was given out is secret for ever."""
        for visitor in self._visitors:
            self.shown += [f"{page.headers!r}{page.text}" for page in visitor.shown if "location" not in page.headers]
            self.shown += [page.headers["location"] for page in visitor.shown if "location" in page.headers]
        self.shown += [repr([view.definition for view in self.world.slack.workspace.homes.values()])]
        self.shown += [self.world.slack.transcript()]
        self.secrets |= self.world.bloom.secrets | self.world.slack.credentials

    def look_at_disk(self) -> None:
        """Keep what is in the files now; later it may be overwritten."""
        files = {file.name: file.read_bytes() for file in self.bot.database.parent.iterdir() if file.is_file()}
        assert "bloom.db" in files
        self.disk |= {f"{name} ({len(self.disk)})": content for name, content in files.items()}

    async def visitor(self, stack: AsyncExitStack) -> Visitor:
        """Open another browser."""
        visitor = await stack.enter_async_context(Visitor())
        self._visitors.append(visitor)
        return visitor

    async def key(self, key: str, outcome: str) -> None:
        """Type an API key."""
        view = await self.form()
        assert (await self.world.mia.submit(view, {"key": key})).ok
        await self.world.slack.wait_until(lambda: outcome in words(view))
        await self.world.mia.close_view(view)

    async def form(self) -> View:
        """Open the connect form, with a way to sign in."""
        await self.world.mia.command("general", "/bloom", "connect")
        view = await self.world.mia.wait_for_view("connect")
        landing = await self.world.slack.wait_until(lambda: sign_in_url(view))
        self.states.add(landing.partition("state=")[2])
        with closing(sqlite3.connect(self.bot.database)) as database:
            self.secrets |= {
                self._vault.open(sealed) for (sealed,) in database.execute("SELECT verifier FROM sign_ins")
            }
        return view

    async def landing(self) -> str:
        """Return where the button of the form leads."""
        view = await self.form()
        landing = sign_in_url(view)
        assert landing is not None
        await self.world.mia.close_view(view)
        return landing

    async def image(self, brand: str) -> None:
        """Make an image, and see the form on the way."""
        before = images(self.world)
        view = await self.world.open_form()
        await self.world.mia.submit(view, {"prompt": "a red bicycle", "brand": brand})
        await self.world.slack.wait_until(lambda: images(self.world) > before, seconds=10)


def images(world: World) -> int:
    return sum(bool(message.images) for message in world.posted())


async def by_key(flows: Flows) -> None:
    world = flows.world
    await world.sam.command("general", "/bloom", "connect")
    view = await world.sam.wait_for_view("connect")
    await world.sam.click(view, "Ask them")
    await world.slack.wait_until(lambda: told(world.mia))
    await world.sam.close_view(view)
    await flows.key(WRONG_KEY, "Bloom does not know this key.")
    world.bloom.faults.drop("GET /account", times=None)
    await flows.key(SANDBOX_API_KEY, "Bloom isn't answering right now")
    world.bloom.faults.clear()
    await flows.key(SANDBOX_API_KEY, "Connected as")
    await home_of(world, world.mia, "Acme")
    await flows.image("Acme")
    world.bloom.state.revoke(SANDBOX_API_KEY)
    await world.mia.command("general", "/bloom", "a red bicycle --brand acme")
    await world.slack.wait_until(lambda: any(BROKEN in text for text in told(world.mia)))


async def astray(flows: Flows) -> None:
    """Go every way of signing in that ends nowhere."""
    world = flows.world
    async with AsyncExitStack() as stack:
        visitor, other = await flows.visitor(stack), await flows.visitor(stack)
        denied = await visitor.decide(await visitor.to_bloom(await flows.landing()), "deny")
        assert (await visitor.open(denied)).status_code == 403
        callback = await visitor.decide(await visitor.to_bloom(await flows.landing()))
        assert (await other.open(callback)).status_code == 403
        assert (await other.open(callback.replace("state=", "state=forged"))).status_code == 400
        for trouble in ("refused", "garbled", "lost", "without account"):
            callback = await visitor.decide(await visitor.to_bloom(await flows.landing()))
            make_trouble(world, trouble)
            assert (await visitor.open(callback)).status_code in (400, 502)
            world.bloom.faults.clear()
            assert (await visitor.open(callback)).status_code == 400


def make_trouble(world: World, kind: str) -> None:
    match kind:
        case "refused":
            world.bloom.faults.next("invalid_grant", path=TOKEN)
        case "garbled":
            world.bloom.faults.garble(TOKEN, times=None)
        case "lost":
            world.bloom.faults.drop(TOKEN, "after", times=None)
        case _:
            world.bloom.faults.garble("GET /account", times=None)


async def by_sign_in(flows: Flows) -> None:
    world = flows.world
    async with AsyncExitStack() as stack:
        visitor = await flows.visitor(stack)
        landing = await flows.landing()
        callback = await visitor.decide(await visitor.to_bloom(landing), account=MAYA_EMAIL)
        for status in (200, 400):
            assert (await visitor.open(callback)).status_code == status
    home = await home_of(world, world.mia, "Which Bloom workspace pays")
    await choose_payer(world, world.mia, "Harbor Studio")
    await world.slack.wait_until(lambda: "1,000 credits left" in words(home))
    await flows.image("Kestrel Bikes")
    world.bloom.oauth.expire_access_tokens()
    await flows.image("Kestrel Bikes")
    (grant,) = (grant for grant in world.bloom.oauth.grants(MAYA_EMAIL) if not grant.is_revoked)
    assert grant.refreshes == 1
    for _ in range(2):
        make_trouble(world, "lost")
        world.bloom.oauth.expire_access_tokens()
        await world.mia.open_home()
        await world.clock.sleep(10)
        world.bloom.faults.clear()
    home = await home_of(world, world.mia, BROKEN)
    await connect_again(world, world.mia, home, "Reconnect", LEO_EMAIL)


async def handed_over(flows: Flows) -> None:
    world = flows.world
    await world.slack.promote("Sam")
    await world.slack.deactivate("Mia")
    await world.slack.wait_until(lambda: any("has left" in text for text in told(world.sam)))
    home = await home_of(world, world.sam, "Take over")
    await connect_again(world, world.sam, home, "Take over")
    world.bloom.faults.down = True
    home = await home_of(world, world.sam, SANDBOX_EMAIL)
    await world.sam.click(home, "Disconnect", confirm=True)
    await world.slack.wait_until(lambda: "Bloom couldn't be told" in words(home), seconds=10)
    world.bloom.faults.clear()
    await world.sam.click(home, "Connect Bloom")
    view = await world.sam.wait_for_view("connect")
    await world.slack.wait_until(lambda: shows(view, "key"))
    await world.sam.submit(view, {"key": "bloom_sk_maya"})
    await world.slack.wait_until(lambda: f"Connected as *{MAYA_EMAIL}*" in words(view))


def leaks(secrets: Iterable[str], places: dict[str, str | bytes]) -> list[str]:
    """Return where secrets stand; an `=` at the end of one may be spelled otherwise."""
    wanted = [secret.rstrip("=").encode() for secret in secrets]
    assert all(len(secret) > 9 for secret in wanted)
    found = {name: text.encode() if isinstance(text, str) else text for name, text in places.items()}
    return [f"{secret[:12]!r}… in {name}" for name, text in found.items() for secret in wanted if secret in text]


def chatter(log: str) -> set[str]:
    """Return which libraries say more than warnings: there they print whatever passes through them."""
    lines = [json.loads(line) for line in log.splitlines()]
    return {
        line["logger"] for line in lines if line["level"] in ("debug", "info") and line["logger"].startswith(QUIETED)
    }


async def test_no_secret_stands_in_logs_views_messages_pages_or_on_disk(tmp_path: Path) -> None:
    keys, port = [Fernet.generate_key().decode() for _ in range(2)], free_port()
    settings = {
        "BLOOM_API_KEY": None,
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ENCRYPTION_KEYS": ",".join(keys),
        "LOG_LEVEL": "DEBUG",
    }
    async with open_world(tmp_path, start=False, fetch_images=False) as world:
        world.bloom.state.studio.generation_seconds = (2, 2)
        bot = BotProcess(world, tmp_path, **settings)
        flows = Flows(world, bot, keys)
        try:
            await bot.start()
            for flow in (by_key, astray, by_sign_in, handed_over):
                await flow(flows)
                flows.look_at_disk()
            assert await bot.terminate() == 0
            said_by_commands = [(await bot.run(command))[1] for command in ("doctor", "rotate-keys")]
            assert "Secrets sealed anew" in said_by_commands[1]
        finally:
            await bot.aclose()
        flows.look_at_disk()
        flows.collect()
        given = repr([delivery.payload for delivery in world.slack.deliveries])

    hidden: dict[str, str | bytes] = {"log": bot.log, "commands": "".join(said_by_commands), **flows.disk}
    assert chatter(bot.log) == set()
    assert SANDBOX_EMAIL.encode() in b"".join(flows.disk.values())
    assert "private_metadata" in "".join(flows.shown)
    assert len(flows.secrets) > 20
    assert leaks(flows.secrets, {"what Slack sends": given}), "the search finds nothing even where a key was typed"
    assert leaks(flows.secrets, {**hidden, "shown": "\n".join(flows.shown)}) == []
    assert leaks(flows.states, hidden) == []
