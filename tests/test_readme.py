"""What the README shows is there."""

import re
from pathlib import Path

from bot.__main__ import main
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


def test_readme_names_every_command_there_is() -> None:
    readme = (ROOT / "README.md").read_text()
    assert {name for name in main.commands if f"python -m bot {name}" not in readme} == set()


def test_architecture_names_only_rooms_that_there_are() -> None:
    drawing = (ROOT / "README.md").read_text().partition("```\nbot/\n")[2].partition("\ntests/")[0]
    named, folder = list[Path](), ROOT / "bot"
    for indent, column in re.findall(r"^( {2}| {4})(\S+(?: \S+)*)", drawing, re.MULTILINE):
        folder = ROOT / "bot" if indent == "  " else folder
        named += [folder / name for name in column.split()]
        folder = named[-1] if indent == "  " else folder
    assert len(named) > 40
    assert [path for path in named if not path.exists()] == []


def test_example_names_only_settings_that_there_are() -> None:
    named = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert set(named) <= set(SETTINGS)
    assert len(named) == len(set(named)) > 0
