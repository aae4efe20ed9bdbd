from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.views.pictures import pictures, refused_pictures, without_pictures

Json = dict[str, Any]


def image(name: str) -> Json:
    return {"type": "image", "image_url": f"https://bloom.test/{name}.png", "alt_text": name}


def url(name: str) -> str:
    return f"https://bloom.test/{name}.png"


FILE = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A chart"}
WORDS = {"type": "mrkdwn", "text": "words", "verbatim": True}
SECTION = {"type": "section", "text": WORDS}
BUTTON = {"type": "button", "action_id": "a"}
VIEW = {
    "type": "home",
    "blocks": [
        SECTION,
        image("block"),
        {**SECTION, "accessory": image("beside")},
        {"type": "context", "elements": [image("small"), WORDS]},
        {"type": "context", "elements": [image("alone")]},
        FILE,
        {**SECTION, "accessory": BUTTON},
        {"type": "actions", "elements": [BUTTON]},
    ],
}
ALL = {url(name) for name in ("block", "beside", "small", "alone")} | {"F1"}


def test_every_picture_is_found_wherever_it_stands() -> None:
    assert pictures(VIEW) == ALL
    assert not pictures({"blocks": [SECTION, {**SECTION, "accessory": BUTTON}]})


def test_without_them_everything_else_is_left() -> None:
    assert without_pictures(VIEW, ALL)["blocks"] == [
        SECTION,
        SECTION,
        {"type": "context", "elements": [WORDS]},
        {**SECTION, "accessory": BUTTON},
        {"type": "actions", "elements": [BUTTON]},
    ]
    assert without_pictures(VIEW, ()) == VIEW


@pytest.mark.parametrize(
    ("detail", "refused"),
    [
        ("[ERROR] downloading image failed [json-pointer:/view/blocks/1/image_url]", {url("block")}),
        ("… [json-pointer:/view/blocks/2/accessory/image_url]; … /view/blocks/5/slack_file", {url("beside"), "F1"}),
        ("… [json-pointer:/view/blocks/3/elements/0/image_url]", {url("small")}),
        ("downloading image failed", ALL),
        ("", ALL),
        ("something about /view/blocks/0 which is none", ALL),
    ],
)
def test_slack_names_those_that_it_refuses_or_none(detail: str, refused: set[str]) -> None:
    assert refused_pictures(VIEW, detail) == refused


@given(st.sets(st.sampled_from(sorted(ALL))))
def test_those_that_are_not_refused_stay(refused: set[str]) -> None:
    assert pictures(without_pictures(VIEW, refused)) == ALL - refused
