"""What somebody typed becomes a request, a question for what is missing, or a word of what is wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.models import Brand, BrandState, Generation, ImageSize, Limits, Preferences
from bot.slack.form.drafts import Draft
from bot.slack.starting import BrandOpen, Starting, Wish, YesNeeded
from bot.slack.views.message import Message
from tests.core.world import BOSS, TEAM, World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = World(tmp_path / "bloom.db")
    await opened.start()
    await opened.connect()
    await opened.brands.refresh(TEAM)
    yield opened
    await opened.stop()


def a_wish(channel: str = "C1", confirmed: int = 0, **draft: object) -> Wish:
    return Wish("K1", TEAM, "U1", channel, Draft(prompt="a door", **draft), thread_id="0.1", confirmed=confirmed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("channel", "is_preview"), [("C1", True), ("D1", False)])
async def test_preview_is_for_what_others_would_see(world: World, channel: str, is_preview: bool) -> None:
    answer = await Starting(world.core).start(a_wish(channel, is_preview=True))
    assert isinstance(answer, Generation)
    assert answer.request.is_preview == is_preview
    assert answer.request.thread_id == "0.1"


async def test_brand_that_nobody_can_tell_is_asked_for(world: World) -> None:
    world.bloom.shelf.append(Brand("b2", "Beta", "https://beta.com", BrandState.READY))
    await world.brands.look_anew(TEAM)
    assert await Starting(world.core).start(a_wish()) == BrandOpen()


async def test_yes_is_asked_for_with_the_brand_known_and_holds(world: World) -> None:
    await world.preferences.change(TEAM, BOSS, Preferences(limits=Limits(confirm_above=1)))
    asked = await Starting(world.core).start(a_wish(size=ImageSize.SIZE_4K))
    assert isinstance(asked, YesNeeded)
    assert (asked.credits, asked.draft.brand_id) == (2, "b1")
    assert isinstance(await Starting(world.core).start(a_wish(confirmed=2, size=ImageSize.SIZE_4K)), Generation)


@pytest.mark.parametrize(
    ("brand", "sentence"),
    [("nope", "No brand is called “nope”."), ("beta", "Beta needs a logo"), ("b", "can be any of")],
)
async def test_brand_that_cannot_be_used_is_told(world: World, brand: str, sentence: str) -> None:
    world.bloom.shelf += [
        Brand("x2", "Beta", "https://beta.com", BrandState.LOGO_REQUIRED),
        Brand("x3", "Bold", "https://bold.com", BrandState.READY),
    ]
    await world.brands.look_anew(TEAM)
    answer = await Starting(world.core).start(a_wish(brand=brand))
    assert isinstance(answer, Message)
    assert sentence in answer.text
