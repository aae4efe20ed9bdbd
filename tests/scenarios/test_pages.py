"""Pages of the whole bot, met with what no browser sends."""

import asyncio
from pathlib import Path

import pytest

from tests.scenarios.world import open_world


@pytest.mark.parametrize("target", [b"/bloom/connect", b"/bloom/oauth/callback", b"/slack/oauth_redirect"])
async def test_state_that_is_no_text_is_answered(tmp_path: Path, target: bytes) -> None:
    async with open_world(tmp_path, public_url="http://127.0.0.1:1") as world:
        for junk in (b"\xff\xfe", b"%ff", b"%ed%a0%80", b"%00", b"\xed\xa0\x80"):
            reader, writer = await asyncio.open_connection("127.0.0.1", world.bot.port)
            line = b"GET " + target + b"?code=c&state=" + junk + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            writer.write(line)
            status = (await reader.readline()).split()[1]
            writer.close()
            assert status in (b"400", b"404"), junk
