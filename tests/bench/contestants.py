"""The bots under test, each as a process of its own whose use of the machine can be read."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.samples import Usage

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
END_SECONDS = 5.0
LOG = "log"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program that serves /slack/events, set up by environment variables."""

    name: str
    arguments: tuple[str, ...]


OURS = Contestant("ours", ("-m", "bot", "serve"))
NAIVE_ASYNC = Contestant("naive async", ("-m", "tests.bench.naive_async"))
NAIVE_SYNC = Contestant("naive sync", ("-m", "tests.bench.naive_sync"))
CONTESTANTS = (OURS, NAIVE_ASYNC, NAIVE_SYNC)


@dataclass(frozen=True, slots=True)
class Program:
    """A contestant while it runs."""

    process: subprocess.Popen[bytes]
    url: str

    def usage(self) -> Usage | None:
        """Return what it has used so far; None on a system without /proc.

        Not by `os.wait4`: there the peak of a child includes that of the process it was started from.
        """
        folder = Path("/proc", str(self.process.pid))
        if not folder.exists():
            return None
        times = (folder / "stat").read_text().rpartition(")")[2].split()[11:15]
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        return Usage(sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), int(status["VmHWM"].split()[0]) * 1024)


def machine_cpu() -> float | None:
    """Return the seconds of CPU that all processes of this machine have used; None on a system without /proc."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, stat.read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running(contestant: Contestant, environment: Mapping[str, str], folder: Path) -> AsyncIterator[Program]:
    """Run a contestant in this folder until the block ends."""
    port = _free_port()
    process = _start(contestant, {"HOST": "127.0.0.1", "PORT": str(port), **environment}, folder)
    try:
        if not await _listens(process, port):
            raise RuntimeError(f"{contestant.name} did not start:\n{_last_words(folder)}")
        yield Program(process, f"http://127.0.0.1:{port}/slack/events")
    finally:
        await _end(process)


def _start(contestant: Contestant, environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "BLOOM_"))}
    with (folder / LOG).open("wb") as log:
        return subprocess.Popen(
            (sys.executable, *contestant.arguments),
            cwd=folder,
            env={**clean, "PYTHONPATH": str(ROOT), **environment},
            stdout=log,
            stderr=log,
        )


def _last_words(folder: Path) -> str:
    return (folder / LOG).read_text()[-2000:]


async def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the process accepts connections; return whether it ever did."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return True
    return False


async def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.to_thread(process.wait, END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        await asyncio.to_thread(process.wait)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
