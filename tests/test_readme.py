"""What the README shows is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_readme_shows_every_picture_there_is() -> None:
    shown = set(re.findall(r"docs/([\w-]+)\.png", (ROOT / "README.md").read_text()))
    assert shown == {path.stem for path in (ROOT / "docs").glob("*.png")} != set()
