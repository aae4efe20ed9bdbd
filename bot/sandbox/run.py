"""Runs the real bot between the two stand-ins, with the page that shows them, and makes a first image in it."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import click

from bot.app import Bot, running
from bot.config import Settings
from bot.core.errors import ConfigError
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.loopback import HOST, free_port
from bot.sandbox.page import serving_page
from bot.sandbox.slack import Message, PersonCannot, SlackStandIn
from bot.sandbox.slack.manifest import Manifest

PAGE_PORT = 3000
VISITOR = "Sam"
CHANNEL = "marketing"
FORM = "generate"
FIRST_PROMPT = "A launch banner: a paper boat on a calm sea at sunrise"
PATIENCE = 60.0
"""Seconds that an image may take before the sandbox says that something is wrong."""
FIRST_IMAGE_SECONDS = 20.0
"""The same for the image that a visitor did not ask for."""
IMAGE_FOLDER = Path("sandbox-images")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The bot between its stand-ins, and the address of the page that shows them."""

    slack: SlackStandIn
    bloom: BloomStandIn
    bot: Bot
    page: str


@asynccontextmanager
async def open_sandbox(port: int | None = 0) -> AsyncIterator[Sandbox]:
    """Start both stand-ins, their page and the bot, on 127.0.0.1 and a database that is gone afterwards.

    ``port`` is the page's: 0 is any free one, None the usual one or, where that is taken, any free one. Raises
    ConfigError when the port cannot be had.
    """
    signing_secret, bot_token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(16)}"
    slack = SlackStandIn(signing_secret=signing_secret, bot_token=bot_token, manifest=Manifest.read())
    async with AsyncExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="bloom-sandbox-")))
        bloom = await parts.enter_async_context(BloomStandIn())
        await parts.enter_async_context(slack)
        page = await _open_page(parts, slack, bloom, port)
        bot = await parts.enter_async_context(running(_settings(slack, bloom, folder, signing_secret, bot_token)))
        slack.connect_http(f"http://{HOST}:{bot.port}/slack/events")
        yield Sandbox(slack, bloom, bot, page)


async def _open_page(parts: AsyncExitStack, slack: SlackStandIn, bloom: BloomStandIn, port: int | None) -> str:
    wanted = PAGE_PORT if port is None else port
    try:
        return await parts.enter_async_context(serving_page(slack, bloom, port=wanted))
    except OSError as error:
        if port is not None:
            raise ConfigError(f"PORT: the page cannot listen on 127.0.0.1:{port} ({error.strerror})") from error
    return await parts.enter_async_context(serving_page(slack, bloom))


def _settings(slack: SlackStandIn, bloom: BloomStandIn, folder: Path, signing_secret: str, bot_token: str) -> Settings:
    """Return the bot's settings; it has a public address so that a browser finds its way back from Bloom."""
    port = free_port()
    return Settings.load(
        _env_file=None,
        slack_api_url=slack.api_url,
        slack_signing_secret=signing_secret,
        slack_bot_token=bot_token,
        slack_app_token=None,
        slack_client_id=None,
        slack_client_secret=None,
        bloom_api_url=bloom.api_url,
        bloom_auth_url=bloom.auth_url,
        bloom_api_key=SANDBOX_API_KEY,
        database_url=f"sqlite:///{folder / 'bloom.db'}",
        encryption_keys=(),
        public_url=f"http://{HOST}:{port}",
        host=HOST,
        port=port,
    )


async def make_image(sandbox: Sandbox, prompt: str, *, person: str = "Mia", channel: str = "general") -> Message:
    """Make an image through the form as a person would; return the reply, which shows it or says what went wrong."""
    slack, one = sandbox.slack, sandbox.slack.person(person)
    await one.command(channel, "/bloom")
    view = await one.wait_for_view(FORM)
    await slack.wait_until(lambda: any(block.get("block_id") == "brand" for block in view.blocks), seconds=PATIENCE)
    brands = await one.load_options(view, "brand")
    await one.submit(view, {"prompt": prompt, "brand": brands[0]["value"]})
    return await slack.wait_until(lambda: _settled_reply(slack, channel), seconds=PATIENCE)


def _settled_reply(slack: SlackStandIn, channel: str) -> Message | None:
    """Return the latest reply whose request is no longer under way."""
    said = {message.ts: message for message in slack.messages(channel)}
    replies = (message for message in reversed(said.values()) if message.is_reply)
    return next((message for message in replies if said[message.thread_ts or ""].edited), None)


async def make_once(prompt: str, folder: Path | None) -> None:
    """Make one image, print the conversation, and leave the file in the folder."""
    folder = folder or IMAGE_FOLDER
    async with open_sandbox() as sandbox:
        reply = await make_image(sandbox, prompt)
        click.echo(sandbox.slack.transcript())
        for url in reply.images:
            path = await _download(url, folder)
            click.echo(f"\nThe image is in {path}")


async def stay_up(port: int | None) -> None:
    """Say where the page is, make a first image so that there is something to see, and go on until cancelled."""
    async with open_sandbox(port) as sandbox:
        click.echo(f"Open {sandbox.page} in a browser: a make-believe Slack with the bot in it.")
        click.echo(f"{VISITOR} types /bloom in #{CHANNEL} and fills in the form…\n")
        await _make_first_image(sandbox)
        click.echo("The sandbox stays up; Ctrl+C ends it.")
        await asyncio.Event().wait()


async def _make_first_image(sandbox: Sandbox) -> None:
    """Make it as someone else than the page's visitor is at first; who plays with the page may well prevent it."""
    try:
        async with asyncio.timeout(FIRST_IMAGE_SECONDS):
            await make_image(sandbox, FIRST_PROMPT, person=VISITOR, channel=CHANNEL)
    except (TimeoutError, PersonCannot, LookupError):
        click.echo("The first image has not come; the page shows why.")
    else:
        click.echo(f"{sandbox.slack.transcript()}\n")


async def _download(url: str, folder: Path) -> Path:
    async with aiohttp.ClientSession() as session, session.get(url, raise_for_status=True) as answer:
        content = await answer.read()
        path = folder / f"{answer.url.name.removesuffix('.png')}.png"
    await asyncio.to_thread(_write, path, content)
    return path


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
