"""Files of ours at Slack: pictures that a page shows, and tables that somebody asked for.

What may be large is read from the disk as it is sent, so that it is never in memory as a whole.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.slack.client import TIMEOUT, slack_errors
from bot.slack.installation.clients import Clients

LOOKS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between looks at whether Slack knows a picture by now: until it does, it refuses a view that shows it."""

SLOWEST = 100_000
"""Bytes a second at which an upload is given up at last."""
GONE = frozenset({"file_deleted", "file_not_found"})


class Uploads:
    """Hands files to Slack."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    async def picture(self, workspace_id: str, name: str, content: bytes, words: str) -> str:
        """Upload a picture that nobody sees yet, and return its id once it may be shown. Raises SlackRefused."""
        client = await self._clients.of(workspace_id)
        with upload_errors():
            answer = await client.files_upload_v2(filename=name, content=content, title=name, alt_txt=words)
        file, file_id = answer["files"][0], str(answer["files"][0]["id"])
        if not file.get("mimetype") and not await self._is_known_in_time(client, file_id):
            await self.delete(workspace_id, file_id)
            raise SlackRefused("file_not_known", "Slack has not looked at the picture yet")
        return file_id

    async def put(self, workspace_id: str, channel_id: str, thread_id: str, name: str, content: bytes) -> str:
        """Post a file in a thread, and return its id. Raises SlackRefused: `not_in_channel` for who may only post."""
        client = await self._clients.of(workspace_id)
        with upload_errors():
            answer = await client.files_upload_v2(
                channel=channel_id, thread_ts=thread_id, filename=name, content=content, title=name
            )
        return str(answer["files"][0]["id"])

    async def upload(self, workspace_id: str, name: str, path: Path) -> str:
        """Hand over a file, read as it is sent, that nobody sees before it is posted; return its id.

        Raises SlackRefused.
        """
        client = await self._clients.of(workspace_id)
        length = (await asyncio.to_thread(path.stat)).st_size
        with slack_errors():
            announced = await client.files_getUploadURLExternal(filename=name, length=length)
        try:
            await self._stream(client, str(announced["upload_url"]), path, length)
        except (aiohttp.ClientError, TimeoutError) as exc:  # Slack is there, so it may be the file's own fault
            raise SlackUnavailable("upload_failed", type(exc).__name__, answered=True) from exc
        return str(announced["file_id"])

    async def post(self, workspace_id: str, channel_id: str, thread_id: str | None, file_id: str, name: str) -> str:
        """Post what was uploaded, in a thread unless there is none; return its id. Raises SlackRefused as `put`."""
        client = await self._clients.of(workspace_id)
        with slack_errors():
            await client.files_completeUploadExternal(
                files=[{"id": file_id, "title": name}], channel_id=channel_id, thread_ts=thread_id
            )
        return file_id

    async def send(self, workspace_id: str, user_id: str, name: str, content: bytes, comment: str) -> None:
        """Send somebody a file by direct message; ``comment`` is escaped already. Raises SlackRefused."""
        client = await self._clients.of(workspace_id)
        with upload_errors():
            channel = (await client.conversations_open(users=user_id))["channel"]["id"]
            await client.files_upload_v2(
                channel=channel, filename=name, content=content, title=name, initial_comment=comment
            )

    async def has(self, workspace_id: str, file_id: str) -> bool:
        """Tell whether Slack has a file still: what it does not say is taken for a yes."""
        try:
            client = await self._clients.of(workspace_id)
            with slack_errors():
                await client.files_info(file=file_id)
        except SlackRefused as refusal:
            return refusal.error not in GONE
        return True

    async def delete(self, workspace_id: str, file_id: str) -> None:
        """Delete a file of ours; one that is gone is no news. Raises SlackRefused."""
        client = await self._clients.of(workspace_id)
        try:
            with slack_errors():
                await client.files_delete(file=file_id)
        except SlackRefused as refusal:
            if refusal.error not in GONE:
                raise

    async def _stream(self, client: AsyncWebClient, address: str, path: Path, length: int) -> None:
        """Send a file to the address that Slack gave for it."""
        patience = aiohttp.ClientTimeout(
            total=(TIMEOUT.total or 0) + length / SLOWEST,
            connect=TIMEOUT.connect,
            sock_connect=TIMEOUT.sock_connect,
            sock_read=TIMEOUT.sock_read,
        )
        content = await asyncio.to_thread(path.open, "rb")
        with content:
            async with self._clients.session.post(
                address, data=content, timeout=patience, proxy=client.proxy
            ) as answer:
                if answer.status != HTTPStatus.OK:
                    raise SlackUnavailable("upload_failed", f"the file was not taken ({answer.status})", answered=True)

    async def _is_known_in_time(self, client: AsyncWebClient, file_id: str) -> bool:
        for pause in LOOKS:
            await self._clock.sleep(pause)
            with slack_errors():
                if (await client.files_info(file=file_id))["file"].get("mimetype"):
                    return True
        return False


@contextmanager
def upload_errors() -> Iterator[None]:
    """Raise SlackRefused also for a file that did not reach the address it was to go to."""
    try:
        with slack_errors():
            yield
    except SlackRequestError as exc:
        raise SlackUnavailable("upload_failed", "the file was not taken") from exc
