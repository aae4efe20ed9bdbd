"""The sandbox as it is started: its secrets are its own, it ends quietly, and it does not wait for ever."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import run
from bot.sandbox.run import open_sandbox, stay_up
from bot.sandbox.slack.settings import BOT_TOKEN, SIGNING_SECRET

ROOT = Path(__file__).parents[2]


async def test_slack_and_the_bot_share_secrets_that_no_other_run_has() -> None:
    async with open_sandbox() as one, open_sandbox() as other:
        assert (await one.slack.person("Mia").command("general", "/bloom", "help")).ok
        tokens = [next(word for word in each.slack.credentials if word.startswith("xoxb-")) for each in (one, other)]
        assert tokens[0] != tokens[1]
        assert not one.slack.credentials & {BOT_TOKEN, SIGNING_SECRET}
        address = f"{one.slack.api_url}chat.postMessage?token={BOT_TOKEN}&channel=general&text=x"
        async with aiohttp.ClientSession() as http, http.get(address) as answer:
            assert (await answer.json())["error"] == "invalid_auth"


async def test_signing_in_is_offered_at_an_address_of_this_machine_whatever_the_environment_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "of-an-app-that-is-not-meant")
    async with open_sandbox() as sandbox:
        mia = sandbox.slack.person("Mia")
        assert (await mia.command("general", "/bloom", "connect")).ok
        view = await mia.wait_for_view("connect")
        await sandbox.slack.wait_until(lambda: "Sign in with Bloom" in view.buttons)
        url = next(link for block in view.blocks for one in block.get("elements", ()) if (link := one.get("url")))
        assert url.startswith(f"http://127.0.0.1:{sandbox.bot.port}/bloom/connect?state=")
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert "Let the Slack workspace Bloom Sandbox use your Bloom account?" in await answer.text()


async def test_first_image_that_takes_too_long_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.FIRST_IMAGE_SECONDS <= 20
    monkeypatch.setattr(run, "FIRST_IMAGE_SECONDS", 0.05)
    said = ""
    staying = asyncio.create_task(stay_up(0))
    async with asyncio.timeout(10):
        while "stays up" not in said:
            await asyncio.sleep(0.02)
            said += capsys.readouterr().out
    staying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await staying
    assert "The first image has not come; the page shows why." in said


async def test_end_in_the_middle_of_the_first_image_is_quiet(tmp_path: Path) -> None:
    pipe = asyncio.subprocess.PIPE
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0"),
        cwd=tmp_path,
        env=environment,
        stdout=pipe,
        stderr=pipe,
    )
    assert program.stdout
    async with asyncio.timeout(30), aiohttp.ClientSession() as http:
        address = (await program.stdout.readline()).decode().split()[1].replace("http", "ws", 1)
        async with http.ws_connect(f"{address}/live?as=sam") as page:
            while "/images/generations" not in str(await page.receive_json()):
                pass
            program.send_signal(signal.SIGTERM)
        _, errors = await program.communicate()
    assert (program.returncode, errors.decode()) == (0, "")
