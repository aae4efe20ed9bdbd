"""The bot as a process of its own between a world's stand-ins, to be killed and started again on the same file.

It is `python -m bot serve` in every respect but its clock and the terms of its lease, which are its world's: half a
minute of looking for a lost image takes less than a second.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from tests.scenarios.world import BOT_TOKEN, SIGNING_SECRET, TERMS, World

ROOT = Path(__file__).parents[2]
PROGRAM = """
import gc
import sys

gc.disable()
sys.modules["numpy"] = sys.modules["rich"] = None

from datetime import timedelta
from functools import partial
from bot import __main__
from bot.core.engine import Terms
from tests.fakes.scaled_clock import ScaledClock

clock, holds, late_after = sys.argv[1:]
terms = Terms(timedelta(seconds=float(holds)), float(late_after))
__main__.running = partial(__main__.running, clock=ScaledClock.like(clock), terms=terms)
__main__.main(["serve"])
"""


class BotProcess:
    """One database, and the process that works on it now."""

    def __init__(self, world: World, folder: Path, **settings: str | None) -> None:
        """Make ready to start one; ``settings`` are environment variables beside the usual, None takes one away."""
        self.world = world
        """The stand-ins that the process works between."""
        self._folder = folder
        self._settings = settings
        self._log = folder / "bot.log"
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""
        """Where the process listens."""

    @property
    def database(self) -> Path:
        """Return the file that outlives the process."""
        return self._folder / "bloom.db"

    @property
    def log(self) -> str:
        """Return everything that all the processes said."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        """Return the process's id."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start the bot, wait until it is ready, and let Slack find it."""
        began = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("a") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                PROGRAM,
                self.world.clock.setting,
                str(TERMS.holds.total_seconds()),
                str(TERMS.late_after),
                cwd=self._folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        self.address = f"http://127.0.0.1:{await self._port(began)}"
        self.world.slack.connect_http(f"{self.address}/slack/events")

    async def run(self, command: str) -> tuple[int, str]:
        """Run another command with the same settings to its end; return its status, and all that it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", command),
            cwd=self._folder,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(30):
            output, _ = await process.communicate()
        return await process.wait(), output.decode()

    async def kill(self) -> None:
        """End the process as `kill -9` does."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """Ask the process to end, and return its status."""
        return await self._end(signal.SIGTERM)

    async def aclose(self) -> None:
        """Leave nothing running."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def _end(self, name: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(name)
        async with asyncio.timeout(15):
            return await self._process.wait()

    async def _port(self, began: int) -> int:
        assert self._process is not None
        async with asyncio.timeout(30):
            while self._process.returncode is None:
                for line in self._log.read_bytes()[began:].splitlines(keepends=True):
                    if line.endswith(b"\n") and b'"ready"' in line:
                        return int(json.loads(line)["port"])
                await asyncio.sleep(0.02)
        raise AssertionError(f"the bot ended before it was ready\n{self.log}")

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "BLOOM_"))}
        variables = {
            **clean,
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": self.world.slack.api_url,
            "BLOOM_API_URL": self.world.bloom.api_url,
            "BLOOM_AUTH_URL": self.world.bloom.auth_url,
            "BLOOM_API_KEY": "bloom_sk_sandbox",
            "BLOOM_RATE_LIMIT": "100000/60",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "LOG_FORMAT": "json",
            **self._settings,
        }
        return {name: value for name, value in variables.items() if value is not None}


class Gate:
    """Holds so many requests of the process until it is killed: before they are carried out, or after."""

    def __init__(self, count: int = 1) -> None:
        self._left = count
        self._reached, self._over = asyncio.Event(), asyncio.Event()

    async def hold(self, lost: Exception, when: str) -> None:
        if self._over.is_set():
            return
        self._left -= 1
        if self._left == 0:
            self._reached.set()
        await self._over.wait()
        if when == "before":
            raise lost

    async def killed(self, bot: BotProcess) -> None:
        """Wait until the requests are there, kill the process, and start it again."""
        await self.reached()
        await bot.kill()
        self.let_go()
        await bot.start()

    async def reached(self) -> None:
        """Wait until the requests are there."""
        async with asyncio.timeout(15):
            await self._reached.wait()

    def let_go(self) -> None:
        """Hold nothing any more; what was not carried out yet never is."""
        self._over.set()
