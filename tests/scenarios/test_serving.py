"""The bot as a server and as a program: health, signatures, settings, and ending well."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.core.errors import ConfigError
from bot.sandbox.run import open_sandbox
from tests.fakes.scaled_clock import ScaledClock
from tests.scenarios.world import BOT_TOKEN, SIGNING_SECRET, World, open_world, words

ROOT = Path(__file__).parents[2]


async def get(address: str, **kwargs: object) -> httpx.Response:
    async with httpx.AsyncClient(verify=False) as client:
        return await client.get(address)


async def test_health_and_readiness_answer_over_both_transports(world: World) -> None:
    assert (await get(f"{world.address}/healthz")).status_code == 200
    assert (await get(f"{world.address}/readyz")).json() == {"status": "ready"}


async def test_forged_signature_is_refused(http_world: World) -> None:
    answer = await http_world.slack.forge(X_Slack_Signature="v0=0000")
    assert answer.status == 401


async def test_stale_request_is_refused(http_world: World) -> None:
    answer = await http_world.slack.forge(X_Slack_Request_Timestamp=str(int(time.time()) - 3600))
    assert answer.status == 401


@pytest.mark.parametrize(("content", "status"), [(b"x" * 2 * 1024 * 1024, 413), (b"\xff\xfe\xff", 400)])
async def test_body_that_slack_never_sends_is_refused(http_world: World, content: bytes, status: int) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.post(f"{http_world.address}/slack/events", content=content)
    assert answer.status_code == status


async def test_socket_mode_leaves_no_door_for_http(tmp_path: Path) -> None:
    async with open_world(tmp_path, "socket") as world, httpx.AsyncClient(verify=False) as client:
        assert (await client.post(f"{world.address}/slack/events")).status_code == 404


async def test_socket_mode_comes_back_when_slack_closes_the_connection(tmp_path: Path) -> None:
    async with open_world(tmp_path, "socket") as world:
        await world.slack.disconnect("refresh_requested")
        await world.slack.wait_until(lambda: world.slack.connections == 1, seconds=10)
        async with asyncio.timeout(15):  # the SDK may renew a fresh connection once more; what was sent over it is gone
            while not (await world.mia.command("general", "/bloom", "help")).ok:
                await world.clock.sleep(1)


@pytest.mark.parametrize(
    ("setting", "value", "line"),
    [
        ("slack_bot_token", "xoxb-wrong", "SLACK_BOT_TOKEN is refused by Slack (invalid_auth)"),
        ("bloom_api_key", "bloom_sk_wrong", "BLOOM_API_KEY is refused by Bloom (UNAUTHORIZED)"),
    ],
)
async def test_refused_secret_is_one_clear_line(tmp_path: Path, setting: str, value: str, line: str) -> None:
    wrong: dict[str, Any] = {setting: value}
    with pytest.raises(ConfigError) as refused:
        async with open_world(tmp_path, **wrong):
            pass
    assert str(refused.value) == line


async def test_refused_app_token_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^SLACK_APP_TOKEN is refused by Slack \(invalid_auth\)$"):
        async with open_world(tmp_path, slack_app_token="xapp-wrong"):
            pass


async def test_slack_away_at_start_is_waited_for(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.slack.fail_next("auth.test", status=503, times=2)
        with capture_logs() as lines:
            await world.start()
        assert [line["event"] for line in lines].count("Slack is not reachable yet") == 2
        assert (await world.mia.command("general", "/bloom", "help")).ok


async def test_slack_that_stays_away_is_one_clear_line(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.clock = ScaledClock(1000)
        world.slack.fail_next("auth.test", status=503, times=100)
        with pytest.raises(ConfigError, match=r"^Slack cannot be reached at SLACK_API_URL \(\w+\)$"):
            await world.start()
        assert sum(call.method == "auth.test" for call in world.slack.calls) == 5


async def test_port_that_is_taken_is_one_clear_line(tmp_path: Path, http_world: World) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(ConfigError, match="cannot listen on"):
        async with open_world(tmp_path / "other", port=http_world.bot.port):
            pass


async def test_second_bot_on_one_database_is_one_clear_line(tmp_path: Path, http_world: World) -> None:
    with pytest.raises(ConfigError, match="Another bot is running"):
        async with open_world(tmp_path):
            pass


async def test_bloom_away_at_start_is_connected_to_later(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.bloom.faults.down = True
        await world.start()
        world.bloom.faults.down = False
        while await world.bot.core.connections.current(world.workspace_id) is None:
            await world.clock.sleep(1)


async def test_account_that_a_person_connected_is_kept_over_the_setting(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.bloom.state.add_account("bloom_sk_team", "team@acme.com")
        connections = world.bot.core.connections
        await connections.connect(world.workspace_id, "bloom_sk_team", world.mia.id)
        await world.restart()
        kept = await world.bot.core.connections.current(world.workspace_id)
        assert kept is not None
        assert kept.account.email == "team@acme.com"


@pytest.mark.parametrize("setting", ["a..b", f"{'x' * 64}.example"])
async def test_host_that_cannot_be_is_one_clear_line(tmp_path: Path, setting: str) -> None:
    with pytest.raises(ConfigError, match="HOST and PORT"):
        async with open_world(tmp_path, host=setting):
            pass


async def test_one_workspace_and_many_at_once_is_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    with pytest.raises(ConfigError, match="SLACK_BOT_TOKEN is for one workspace"):
        async with open_world(tmp_path):
            pass


async def test_key_that_bloom_is_too_busy_to_know_is_tried_later(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.bloom.faults.next("TOO_MANY_REQUESTS", path="GET /account", times=5)
        await world.start()
        await world.brands_known()


async def test_new_key_in_the_settings_replaces_the_old_one_though_bloom_is_away_at_start(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.stop()
        world.bloom.state.add_account("bloom_sk_new", "new@acme.com")
        world.settings = world.settings.model_copy(update={"bloom_api_key": SecretStr("bloom_sk_new")})
        world.bloom.faults.down = True
        await world.start()
        world.bloom.faults.down = False
        async with asyncio.timeout(10):
            while (connection := await world.bot.core.connections.current(world.workspace_id)) is not None:
                if connection.account.email == "new@acme.com":
                    break
                await world.clock.sleep(1)


class Program:
    """`python -m bot …` as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, *arguments: str, folder: Path, **environment: str) -> "Program":
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "BLOOM_"))}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=folder,
            env={**clean, "PYTHONPATH": str(ROOT), **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return cls(process)

    async def port(self) -> int:
        """Wait until the bot says that it is ready, and where."""
        assert self.process.stderr is not None
        async with asyncio.timeout(30):
            while line := await self.process.stderr.readline():
                if (said := json.loads(line))["event"] == "ready":
                    return int(said["port"])
        raise AssertionError("the bot ended before it was ready")

    async def end(self, seconds: float = 30) -> tuple[int, str, str]:
        """Wait for the end; return status, output, errors."""
        output, errors = await asyncio.wait_for(self.process.communicate(), seconds)
        return self.process.returncode or 0, output.decode(), errors.decode()


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "SLACK_SIGNING_SECRET is missing"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN, "PORT": "http"}, "PORT "),
        ({"SLACK_BOT_TOKEN": "token"}, "SLACK_BOT_TOKEN should start with xoxb-"),
    ],
)
async def test_wrong_setting_is_one_line_and_status_2(tmp_path: Path, environment: dict[str, str], line: str) -> None:
    program = await Program.start("serve", folder=tmp_path, **environment)
    status, _, errors = await program.end()
    assert status == 2
    assert errors.startswith(f"bloom-for-slack: {line}")
    assert len(errors.strip().splitlines()) == 1


async def test_sandbox_once_leaves_the_picture_and_ends_well(tmp_path: Path) -> None:
    program = await Program.start("sandbox", "--once", "a red bicycle", folder=tmp_path)
    status, output, errors = await program.end()
    assert status == 0, errors
    assert not errors
    assert "here is your image for" in output
    (picture,) = pictures(tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert str(picture.relative_to(tmp_path)) in output


async def test_sandbox_without_tokens_stays_up_until_asked_to_end(tmp_path: Path) -> None:
    program = await Program.start("serve", "--or-sandbox", folder=tmp_path, PORT="0")
    assert program.process.stdout is not None
    said = ""
    async with asyncio.timeout(30):
        while "stays up" not in said:
            line = (await program.process.stdout.readline()).decode()
            assert line, (await program.end())[2]
            said += line
    assert "here is your image for" in said
    program.process.send_signal(signal.SIGTERM)
    status, _, errors = await program.end(10)
    assert status == 0, errors


async def test_sandbox_says_first_where_its_page_is_and_ends_at_once_though_people_look(tmp_path: Path) -> None:
    program = await Program.start("sandbox", "--port", "0", folder=tmp_path)
    assert program.process.stdout is not None
    async with asyncio.timeout(30):
        said = (await program.process.stdout.readline()).decode()
    address = re.fullmatch(
        r"Open (http://127\.0\.0\.1:\d+) in a browser: a make-believe Slack with the bot in it\.\n", said
    )
    assert address, said
    async with aiohttp.ClientSession() as http:
        pages = [await http.ws_connect(f"{address[1]}/live?as={person}") for person in ("mia", "sam", "mia")]
        for page in pages:
            assert (await page.receive_json())["kind"] == "workspace"
        async with asyncio.timeout(30):
            while b"stays up" not in await program.process.stdout.readline():
                pass
        started = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        status, _, errors = await program.end(10)
        assert time.monotonic() - started < 3
    assert status == 0, errors
    assert "Traceback" not in errors


async def test_first_image_that_does_not_come_is_one_line(tmp_path: Path) -> None:
    program = await Program.start("sandbox", "--port", "0", folder=tmp_path)
    assert program.process.stdout is not None
    async with asyncio.timeout(30), aiohttp.ClientSession() as http:
        address = (await program.process.stdout.readline()).decode().split()[1]
        async with http.post(f"{address}/bloom", json={"fail_next": {"code": "INSUFFICIENT_CREDITS", "times": 20}}):
            pass
        said = ""
        while "stays up" not in said:
            said += (await program.process.stdout.readline()).decode()
    assert "here is your image" not in said
    program.process.send_signal(signal.SIGTERM)
    status, _, errors = await program.end(10)
    assert (status, errors) == (0, "")


async def test_port_of_the_page_that_is_taken_is_one_clear_line(tmp_path: Path, http_world: World) -> None:
    port = str(http_world.bot.port)
    for arguments, environment in ((("sandbox", "--port", port), {}), (("serve", "--or-sandbox"), {"PORT": port})):
        program = await Program.start(*arguments, folder=tmp_path, **environment)
        status, _, errors = await program.end()
        assert status == 2
        assert errors.startswith(f"bloom-for-slack: PORT: the page cannot listen on 127.0.0.1:{port}")
        assert len(errors.strip().splitlines()) == 1


async def test_sandbox_takes_another_port_when_the_usual_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_sandbox() as first:
        monkeypatch.setattr("bot.sandbox.run.PAGE_PORT", int(first.page.rpartition(":")[2]))
        async with open_sandbox(None) as second:
            assert second.page != first.page


async def test_sigterm_during_the_start_ends_it_at_once(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.slack.fail_next("auth.test", status=503, times=100)
        program = await Program.start(
            "serve",
            folder=tmp_path,
            SLACK_BOT_TOKEN=BOT_TOKEN,
            SLACK_SIGNING_SECRET=SIGNING_SECRET,
            SLACK_API_URL=world.slack.api_url,
        )
        await world.slack.wait_until(lambda: world.slack.calls, seconds=20)
        program.process.send_signal(signal.SIGTERM)
        status, _, errors = await program.end(5)
        assert status == 0, errors
        assert "Traceback" not in errors


async def test_sigterm_ends_the_served_bot_well_with_work_under_way(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.bloom.state.studio.generation_seconds = (4000, 4000)
        program = await Program.start(
            "serve",
            folder=tmp_path,
            SLACK_BOT_TOKEN=BOT_TOKEN,
            SLACK_SIGNING_SECRET=SIGNING_SECRET,
            SLACK_API_URL=world.slack.api_url,
            BLOOM_API_URL=world.bloom.api_url,
            BLOOM_API_KEY="bloom_sk_sandbox",
            HOST="127.0.0.1",
            PORT="0",
            LOG_FORMAT="json",
        )
        port = await program.port()
        world.slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
        await world.mia.open_home()
        await world.slack.wait_until(lambda: world.mia.home and "Acme" in words(world.mia.home))
        await world.mia.command("general", "/bloom", "a red bicycle --brand Acme")
        await world.bloom.until_held()
        program.process.send_signal(signal.SIGTERM)
        status, _, errors = await program.end(10)
        assert status == 0, errors
        assert "Traceback" not in errors


HANGING = """
import asyncio, time
from bot import __main__ as program

async def hang():
    print("ready", flush=True)
    try:
        await asyncio.sleep(60)
    finally:
        time.sleep(60)

program.END_LIMIT = 0.2
program._run(hang())
"""


async def test_end_that_hangs_is_an_end_all_the_same() -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HANGING, cwd=ROOT, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 5)
    assert (process.returncode, errors.count(b"\n")) == (1, 1), errors


def pictures(folder: Path) -> list[Path]:
    return list(folder.rglob("*.png"))
