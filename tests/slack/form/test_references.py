"""The menus of references: answered in time, for the brand that is chosen, with what the person may see."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import AspectRatio, GenerationRequest, LibraryMatch, Place
from bot.slack.directory.names import SlackNames
from bot.slack.form import references as room
from bot.slack.form.drafts import Origin
from bot.slack.form.references import References
from bot.slack.views.buttons import Field
from tests.core.world import TEAM, S, World, a_request
from tests.slack.home.stage import Stage, open_stage
from tests.slack.views.judge import approve_options

DOOR = LibraryMatch("u1", "https://bloom.test/u1", "A <blue> door", 0.2, aspect_ratio=AspectRatio.WIDE)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        opened.world.bloom.library = (DOOR,)
        opened.slack.answer("users.info", {"user": {"id": "U7"}})
        channels = [{"id": "C1", "name": "general", "is_private": False}]
        opened.slack.answer("conversations.list", {"channels": channels})
        yield opened


@pytest.fixture
def menus(stage: Stage) -> References:
    names = SlackNames(stage.clients, stage.world.clock, stage.world.tasks)
    return References(stage.world.core, names)


def typing(stage: Stage, typed: str = "door", brand: str | None = "b1", **origin: Any) -> AsyncArgs:
    """Return what Bolt hands to a listener when U7 types into a menu of the form."""
    option = {"value": brand, "text": {"type": "plain_text", "text": "Acme"}} if brand else None
    values = {Field.BRAND: {Field.BRAND: {"type": "external_select", "selected_option": option}}}
    metadata = Origin(**origin).model_dump_json()
    view = {"type": "modal", "id": "V1", "private_metadata": metadata, "state": {"values": values}}
    return stage.args("U7", type="block_suggestion", value=typed, view=view)


def offered(args: AsyncArgs) -> dict[str, str]:
    """Return what Slack was answered."""
    assert args.ack.response is not None
    body = args.ack.response.body
    answer = json.loads(body) if isinstance(body, str) else body
    return {one["value"]: one["text"]["text"] for one in approve_options(answer)}


async def made(world: World, key: str, user_id: str, channel_id: str, team: str = TEAM) -> str:
    """Write an image that was delivered, and return its id."""
    request = a_request(key)
    (image_id,) = world.bloom.draw(request.parameters)
    queued = await world.add(GenerationRequest(key, team, channel_id, user_id, request.parameters, "Acme"), key)
    done = queued.but(
        state=S.DELIVERED,
        place=Place(channel_id, "1.0", "1.0"),
        submitted_at=world.clock.now(),
        image_ids=(image_id,),
        yields=(1,),
        images=(world.bloom.gallery[-1],),
    )
    assert await world.save(done, was=S.QUEUED)
    return image_id


async def test_library_of_the_chosen_brand_is_searched(stage: Stage, menus: References) -> None:
    args = typing(stage)
    await menus.library_options(args)
    assert offered(args) == {"u1": "A <blue> door · 16:9"}
    (asked,) = stage.world.bloom.script.named("search_library")
    assert asked.arguments == {"brand_id": "b1", "query": "door"}


async def test_before_a_brand_is_chosen_its_library_offers_nothing(stage: Stage, menus: References) -> None:
    args = typing(stage, brand=None)
    await menus.library_options(args)
    assert offered(args) == {}
    assert not stage.world.bloom.script.count("search_library")


async def test_while_an_image_is_edited_the_library_is_of_its_brand(stage: Stage, menus: References) -> None:
    image_id = await made(stage.world, "V1", "U1", "C1")
    args = typing(stage, brand=None, subject_id=image_id)
    await menus.library_options(args)
    assert offered(args) == {"u1": "A <blue> door · 16:9"}
    foreign = await made(stage.world, "V2", "U1", "C1", team="T9")
    for subject_id in ("nobody's", foreign):
        args = typing(stage, brand="b1", subject_id=subject_id)
        await menus.library_options(args)
        assert offered(args) == {}


async def test_earlier_results_are_own_ones_and_those_of_public_channels(stage: Stage, menus: References) -> None:
    mine = await made(stage.world, "V1", "U7", "C9")
    public = await made(stage.world, "V2", "U1", "C1")
    await made(stage.world, "V3", "U1", "C2")
    args = typing(stage, typed="red")
    await menus.result_options(args)
    assert offered(args) == dict.fromkeys((public, mine), "A red door · Acme · 1:1")


async def test_while_slack_does_not_say_who_sees_what_only_own_results_are_offered(
    stage: Stage, menus: References, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.02)
    gate = stage.slack.hold("conversations.list")
    mine = await made(stage.world, "V1", "U7", "C9")
    await made(stage.world, "V2", "U1", "C1")
    args = typing(stage, typed="")
    await menus.result_options(args)
    gate.set()
    assert list(offered(args)) == [mine]


async def test_menu_is_answered_in_time_whatever_it_waits_for(
    stage: Stage, menus: References, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ALL_PATIENCE", 0.02)
    stage.world.bloom.script.hold("search_library")
    args = typing(stage)
    await asyncio.wait_for(menus.library_options(args), 1)
    assert offered(args) == {}


async def test_menu_stays_empty_when_the_database_fails(stage: Stage, menus: References) -> None:
    await stage.world.store.close()
    for listener in (menus.library_options, menus.result_options):
        args = typing(stage)
        await listener(args)
        assert offered(args) == {}
