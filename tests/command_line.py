"""`python -m bot …` as a process of its own, with the settings that a test gives and no others."""

import asyncio
import os
import sys
from pathlib import Path

from bot.config import Settings

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
"""Seconds that a command may take on a busy machine."""


async def run_bot(*arguments: str, folder: Path, **settings: str) -> tuple[int, str, str]:
    """Run a command in a folder to its end; return its status, output and errors."""
    ours = {name.upper() for name in Settings.model_fields}
    clean = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, output.decode(), errors.decode()
