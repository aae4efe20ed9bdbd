"""What holds for every test."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None, max_examples=50)  # two cores, shared by several workers
settings.load_profile("unhurried")

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: that thousands of tests wait for a disk takes longer than all they do."""
ROOM = 2**30
"""Bytes that have to be free there."""

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

FONTS = Path(__file__).parents[1] / ".pytest_cache" / "matplotlib"
"""Where processes that draw charts find the fonts that the first looked for, which takes a third of a drawing."""
os.environ.setdefault("MPLCONFIGDIR", str(FONTS))

gc.disable()  # to read thousands of tests leaves nothing to collect


def pytest_collection_finish() -> None:
    """Have what was loaded left alone by every later collection, and collect what the tests leave less often."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no files without a test that measures time, where only those are wanted: the others are thousands."""
    is_moot = config.getoption("markexpr") == "timing" and collection_path.suffix == ".py"
    return True if is_moot and "mark.timing" not in collection_path.read_text("utf-8") else None
