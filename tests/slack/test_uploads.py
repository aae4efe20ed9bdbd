"""Files of ours at Slack, which looks at a picture before it can be shown."""

import io
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin

import pytest
from aiohttp import web
from PIL import Image

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.sandbox.slack import SlackStandIn
from bot.slack.client import SlackApi
from bot.slack.installation.clients import Clients
from bot.slack.uploads import LOOKS, Uploads
from tests.fakes.clock import SwiftClock
from tests.slack.loopback import WrittenSlack, slack_api
from tests.slack.places import ACME, KnownInstallations


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def clock() -> SwiftClock:
    return SwiftClock()


@pytest.fixture
async def slack(clock: SwiftClock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token="xoxb-acme", clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
async def uploads(slack: SlackStandIn, clock: SwiftClock) -> AsyncIterator[Uploads]:
    async with slack_api(slack.api_url, clock) as api:
        yield _uploads(api, clock, ACME)


def _uploads(api: SlackApi, clock: SwiftClock, *installations: Installation) -> Uploads:
    return Uploads(Clients(KnownInstallations(*installations), api), clock)


async def test_picture_is_seen_by_nobody_until_a_view_shows_it(slack: SlackStandIn, uploads: Uploads) -> None:
    file_id = await uploads.picture("T1", "usage.png", png(), "A chart")
    file = slack.file(file_id)
    assert file is not None
    assert (file.data, file.alt_text, file.name) == (png(), "A chart", "usage.png")
    assert slack.workspace.messages == []


async def test_picture_is_waited_for_until_slack_knows_it(
    slack: SlackStandIn, uploads: Uploads, clock: SwiftClock
) -> None:
    slack.look_at_uploads_for(3.0)
    await uploads.picture("T1", "usage.png", png(), "A chart")
    assert tuple(clock.slept) == LOOKS[:3]


async def test_picture_that_slack_does_not_come_to_know_is_given_up(
    slack: SlackStandIn, uploads: Uploads, clock: SwiftClock
) -> None:
    slack.look_at_uploads_for(1000.0)
    with pytest.raises(SlackRefused, match="file_not_known"):
        await uploads.picture("T1", "usage.png", png(), "A chart")
    assert [call.error for call in slack.calls if call.method == "files.delete"] == [None]
    assert tuple(clock.slept) == LOOKS


async def test_file_comes_as_a_direct_message(slack: SlackStandIn, uploads: Uploads) -> None:
    mia = slack.person("Mia")
    await uploads.send("T1", mia.id, "log.csv", "a,ß\r\n".encode(), "Here it is")
    (message,) = mia.direct_messages()
    file = slack.file(message.files[0]["id"])
    assert (message.text, file and file.data) == ("Here it is", "a,ß\r\n".encode())


async def test_missing_scope_is_told(slack: SlackStandIn, uploads: Uploads) -> None:
    slack.fail_next("files.getUploadURLExternal", "missing_scope")
    with pytest.raises(SlackRefused, match="missing_scope"):
        await uploads.picture("T1", "usage.png", png(), "A chart")


async def test_file_that_does_not_reach_its_address_may_be_tried_again(
    written: WrittenSlack, clock: SwiftClock
) -> None:
    address = f"{written.api_url}upload"
    written.answer("files.getUploadURLExternal", {"upload_url": address, "file_id": "F1"})
    written.answer("upload", 413)
    async with slack_api(written.api_url, clock) as api:
        with pytest.raises(SlackUnavailable, match="upload_failed"):
            await _uploads(api, clock, ACME).picture("T1", "usage.png", png(), "A chart")


LARGE = 16 * 2**20


@asynccontextmanager
async def hole() -> AsyncIterator[tuple[str, list[int]]]:
    """Open an address that takes files without keeping them; give it, and the sizes of what came."""
    sizes: list[int] = []

    async def take(request: web.Request) -> web.Response:
        sizes.append(sum([len(chunk) async for chunk in request.content.iter_any()]))
        return web.Response(text="OK")

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", sizes
    await runner.cleanup()


async def test_large_file_arrives_without_ever_being_in_memory(
    written: WrittenSlack, clock: SwiftClock, tmp_path: Path
) -> None:
    path = tmp_path / "images.zip"
    with path.open("wb") as file:
        file.truncate(LARGE)
    async with hole() as (address, sizes), slack_api(written.api_url, clock) as api:
        written.answer("files.getUploadURLExternal", {"upload_url": address, "file_id": "F1"})
        tracemalloc.start()
        assert await _uploads(api, clock, ACME).upload("T1", "images.zip", path) == "F1"
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert written.named("files.getUploadURLExternal")[0].form["length"] == str(LARGE)
    assert sizes == [LARGE]
    assert peak < LARGE / 4


@pytest.mark.parametrize("address", ["upload", "http://127.0.0.1:1/upload"])
async def test_large_file_that_is_not_taken_may_be_tried_again_but_not_for_ever(
    written: WrittenSlack, clock: SwiftClock, tmp_path: Path, address: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("row,prompt")
    written.answer("files.getUploadURLExternal", {"upload_url": urljoin(written.api_url, address), "file_id": "F1"})
    written.answer("upload", 413)
    async with slack_api(written.api_url, clock) as api:
        with pytest.raises(SlackUnavailable, match="upload_failed") as refused:
            await _uploads(api, clock, ACME).upload("T1", "table.csv", path)
    assert refused.value.answered
