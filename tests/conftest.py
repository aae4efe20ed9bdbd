"""What holds for every test."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # two cores are shared by several workers
settings.load_profile("unhurried")

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: that thousands of tests wait for a disk takes longer than all they do."""
ROOM = 2**30
"""Bytes that have to be free there."""

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no files without a test that measures time, where only those are wanted: the others are thousands."""
    is_moot = config.getoption("markexpr") == "timing" and collection_path.suffix == ".py"
    return True if is_moot and "mark.timing" not in collection_path.read_text("utf-8") else None
