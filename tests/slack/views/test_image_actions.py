"""The buttons under an image: only what can be done, each with the image's id."""

from typing import Any

import pytest

from bot.core.derivations import Made
from bot.core.models import Derivation, Generation, ImageSize, Operation
from bot.slack.views.results.actions import actions_of
from tests.slack.views.samples import derived, generation, image

SHORT = {"is_preview": False, "channel_id": "C123", "is_shared": False}


def made(asked: Generation | None = None, **changes: Any) -> Made:
    one = image(**changes)
    asked = asked or generation()
    return Made(asked.but(images=(one,), image_ids=(one.id,), yields=(1,)), one)


def row_of(one: Made, **changes: Any) -> dict[str, Any]:
    actions = actions_of(one, **{**SHORT, **changes})
    assert actions is not None
    return actions.to_dict()


def offered(row: dict[str, Any]) -> list[str]:
    """Return the values of the menu, or of the button that stands in for it."""
    (more,) = [one for one in row["elements"] if one["action_id"] == "more"] or [{"options": []}]
    return [option["value"] for option in more.get("options", [more])]


def buttons(row: dict[str, Any]) -> list[str]:
    return [one["action_id"] for one in row["elements"] if one["type"] == "button"]


def test_every_image_has_a_row_that_is_known_again() -> None:
    row = row_of(made())
    assert row["block_id"] == "image:image-1"
    assert buttons(row) == ["vary", "edit_image", "resize", "share"]
    assert {one["value"] for one in row["elements"] if one["type"] == "button"} == {"image-1"}
    assert [one["text"]["text"] for one in row["elements"] if one["type"] == "button"] == [
        "Vary",
        "Edit…",
        "Resize…",
        "Share to…",
    ]
    kinds = ["enlarge", "remove_background", "vectorize", "reference", "delete"]
    assert offered(row) == [f"{kind}:image-1" for kind in kinds]


@pytest.mark.parametrize(
    ("asked", "absent"),
    [
        (generation(size=ImageSize.SIZE_4K), {"enlarge"}),
        (derived(Derivation.EDIT), set()),
        (derived(Derivation.RESIZE, aspect_ratio="1:1"), {"enlarge"}),
        (derived(Derivation.REMOVE_BACKGROUND), {"vary", "enlarge", "remove_background"}),
        (
            derived(Derivation.VECTORIZE),
            {"vary", "edit_image", "resize", "enlarge", "remove_background", "vectorize", "reference"},
        ),
    ],
)
def test_what_makes_no_sense_of_an_image_is_not_offered(asked: Generation, absent: set[str]) -> None:
    row = row_of(made(asked))
    there = {*buttons(row), *(value.split(":")[0] for value in offered(row))} - {"more"}
    everything = {"vary", "edit_image", "resize", "share", "enlarge", "remove_background", "vectorize", "reference"}
    assert there == (everything | {"delete"}) - absent


def test_a_menu_of_one_is_a_button() -> None:
    last = row_of(made(derived(Derivation.VECTORIZE)))["elements"][-1]
    assert (last["type"], last["text"]["text"], last["value"]) == ("button", "Delete…", "delete:image-1")


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("is_shared", [True, False])
def test_a_preview_is_discarded_and_not_deleted(operation: Operation, is_shared: bool) -> None:
    asked = derived(Derivation.VARY, operation, aspect_ratio="1:1", is_preview=True)
    row = row_of(made(asked), is_preview=True, is_shared=is_shared)
    assert buttons(row)[0] == ("share" if is_shared else "share_here")
    assert "discard" in buttons(row)
    assert "delete:image-1" not in offered(row)
    (discard,) = [one for one in row["elements"] if one["action_id"] == "discard"]
    assert discard["confirm"]["deny"]["text"] == "Keep it"


@pytest.mark.parametrize("channel_id", [None, "D123"])
def test_a_preview_is_shared_only_where_there_is_a_channel(channel_id: str | None) -> None:
    assert buttons(row_of(made(), is_preview=True, channel_id=channel_id))[0] == "share"


@pytest.mark.parametrize("is_preview", [True, False])
def test_a_deleted_image_has_no_buttons(is_preview: bool) -> None:
    one = made(deleted_by="U2")
    assert actions_of(one, is_preview=is_preview, channel_id="C123", is_shared=False) is None
