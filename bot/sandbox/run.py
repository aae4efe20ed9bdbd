"""Runs the real bot between the two stand-ins, and makes a first image through the form as a person would."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import click

from bot.app import Bot, running
from bot.config import Settings
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.slack import Message, SlackStandIn
from bot.sandbox.slack.settings import BOT_TOKEN, SIGNING_SECRET

CHANNEL = "general"
FORM = "generate"
FIRST_PROMPT = "A launch banner: a paper boat on a calm sea at sunrise"
PATIENCE = 60.0
"""Seconds that a first image may take before the sandbox says that something is wrong."""
IMAGE_FOLDER = Path("sandbox-images")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The bot between its stand-ins."""

    slack: SlackStandIn
    bloom: BloomStandIn
    bot: Bot


@asynccontextmanager
async def open_sandbox() -> AsyncIterator[Sandbox]:
    """Start both stand-ins and the bot, on 127.0.0.1 and a database that is gone afterwards."""
    slack = SlackStandIn(signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN)
    with tempfile.TemporaryDirectory(prefix="bloom-sandbox-") as folder:
        async with BloomStandIn() as bloom, slack, running(_settings(slack, bloom, Path(folder))) as bot:
            slack.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
            yield Sandbox(slack, bloom, bot)


def _settings(slack: SlackStandIn, bloom: BloomStandIn, folder: Path) -> Settings:
    return Settings.load(
        _env_file=None,
        slack_api_url=slack.api_url,
        slack_signing_secret=SIGNING_SECRET,
        slack_bot_token=BOT_TOKEN,
        slack_app_token=None,
        bloom_api_url=bloom.api_url,
        bloom_api_key=SANDBOX_API_KEY,
        database_url=f"sqlite:///{folder / 'bloom.db'}",
        encryption_keys=(),
        host="127.0.0.1",
        port=0,
    )


async def make_image(sandbox: Sandbox, prompt: str) -> Message:
    """Make an image through the form as a person would; return the reply that shows it."""
    slack, mia = sandbox.slack, sandbox.slack.person("Mia")
    await mia.command(CHANNEL, "/bloom")
    view = await mia.wait_for_view(FORM)
    await slack.wait_until(lambda: any(block.get("block_id") == "brand" for block in view.blocks), seconds=PATIENCE)
    brands = await mia.load_options(view, "brand")
    await mia.submit(view, {"prompt": prompt, "brand": brands[0]["value"]})
    await slack.wait_until(lambda: any(call.method == "chat.update" for call in slack.calls), seconds=PATIENCE)
    return next(message for message in reversed(slack.messages(CHANNEL)) if message.is_reply)


async def make_once(prompt: str, folder: Path | None) -> None:
    """Make one image, print the conversation, and leave the file in the folder."""
    folder = folder or IMAGE_FOLDER
    async with open_sandbox() as sandbox:
        reply = await make_image(sandbox, prompt)
        click.echo(sandbox.slack.transcript())
        for url in reply.images:
            path = await _download(url, folder)
            click.echo(f"\nThe image is in {path}")


async def stay_up() -> None:
    """Make a first image, print the conversation, and go on until cancelled."""
    async with open_sandbox() as sandbox:
        click.echo(f"Bloom stands in at {sandbox.bloom.site_url}, Slack at {sandbox.slack.api_url}")
        click.echo("Mia types /bloom and fills in the form…\n")
        reply = await make_image(sandbox, FIRST_PROMPT)
        click.echo(sandbox.slack.transcript())
        click.echo(f"\nLook at the image: {reply.images[0]}")
        click.echo("The sandbox stays up; Ctrl+C ends it.")
        await asyncio.Event().wait()


async def _download(url: str, folder: Path) -> Path:
    async with aiohttp.ClientSession() as session, session.get(url, raise_for_status=True) as answer:
        content = await answer.read()
        path = folder / f"{answer.url.name.removesuffix('.png')}.png"
    await asyncio.to_thread(_write, path, content)
    return path


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
