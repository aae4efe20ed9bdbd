"""What the README shows is there."""

import re
from pathlib import Path

from bot.config import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = [name.upper() for name in Settings.model_fields]


def test_readme_shows_every_picture_there_is() -> None:
    shown = set(re.findall(r"docs/([\w-]+)\.png", (ROOT / "README.md").read_text()))
    assert shown == {path.stem for path in (ROOT / "docs").glob("*.png")} != set()


def test_readme_lists_every_setting_there_is() -> None:
    section = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall("`([A-Z_]+)`", row)} == set(SETTINGS)


def test_example_names_only_settings_that_there_are() -> None:
    named = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert set(named) <= set(SETTINGS)
    assert len(named) == len(set(named)) > 0
