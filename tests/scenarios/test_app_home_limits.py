"""Defaults and limits through nothing but what people press, choose and type: what holds is what was decided there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.models import AspectRatio, Defaults, ImageModel, ImageSize, RateLimit
from bot.sandbox.slack import Message, Person, View
from bot.slack.sights import PageName
from tests.scenarios.decisions import brand, channel_id
from tests.scenarios.pages import turn_to
from tests.scenarios.world import World, open_world, words

A_BICYCLE = "a red bicycle --brand acme"
PAID = "POST", "/images/generations"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which Mia is an admin, and Sam is not."""
    async with open_world(tmp_path, fetch_images=False) as opened:
        opened.bloom.state.studio.generation_seconds = (1, 1)
        await opened.brands_known()
        yield opened


async def open_form(world: World, person: Person, button: str) -> View:
    """Press a button on the page of settings, and return the form."""
    home = await turn_to(world, person, PageName.SETTINGS, "*Limits*")
    await person.click(home, button)
    return await person.wait_for_view()


async def save(world: World, person: Person, form: View, typed: dict[str, Any]) -> None:
    """Send a form, and wait until it is saved."""
    assert (await person.submit(form, typed)).ok
    await world.slack.wait_until(lambda: person.open_view is None)


async def limit(world: World, **typed: Any) -> None:
    """Let Mia decide limits on the page."""
    await save(world, world.mia, await open_form(world, world.mia, "change_limits"), typed)


async def command(world: World, person: Person, text: str = A_BICYCLE, channel: str = "general") -> None:
    answer = await person.command(channel, "/bloom", text)
    assert answer.ok
    assert not answer.body


class TestCaps:
    async def test_ten_requests_at_once_against_a_cap_of_five_are_five_images(self, world: World) -> None:
        await limit(world, credits_per_month="5")
        asking = [command(world, person) for _ in range(5) for person in (world.mia, world.sam)]
        await asyncio.gather(*asking)
        await world.slack.wait_until(lambda: len(whispers(world)) == 5, seconds=10)
        for message in whispers(world):
            assert words(message).startswith("This workspace has used up its credits for this month. New ones come on ")
        await world.replies(count=5)
        assert world.generations_paid == 5
        assert world.bloom.state.account.personal.credits == 245

    async def test_forms_and_commands_and_buttons_count_together(self, world: World) -> None:
        await limit(world, credits_per_person="5")
        world.bloom.faults.next("BRAND_NOT_READY", path="POST /images/generations")
        await command(world, world.sam)
        failed = await world.reply()
        forms = await world.open_form(world.sam, text="--brand acme --n 3")
        await asyncio.gather(
            world.sam.submit(forms, {"prompt": "a green hat"}),
            world.sam.click(failed, "Try again"),
            command(world, world.sam),
            command(world, world.sam),
        )
        await world.slack.wait_until(lambda: world.sam.ephemerals or "You have" in _form_words(world.sam), seconds=10)
        await world.clock.sleep(20)
        asked = [record.body["variantCount"] for record in world.bloom.requests.matching(*PAID) if record.status == 202]
        assert sum(asked) in (3, 5)  # whoever comes first: the form takes three, the others one each
        usage = await turn_to(world, world.sam, PageName.USAGE, "You* have used")
        assert f"*You* have used {sum(asked)} of 5 credits this month" in words(usage)

    async def test_what_was_cancelled_before_bloom_was_asked_is_given_back(self, tmp_path: Path) -> None:
        async with open_world(tmp_path, fetch_images=False, bloom_rate_limit=RateLimit(6, 60.0)) as world:
            world.bloom.state.studio.generation_seconds = (5, 5)
            await world.brands_known()
            await limit(world, credits_per_month="5")
            for _ in range(5):
                await command(world, world.sam)
            await command(world, world.sam)
            await world.slack.wait_until(lambda: len(whispers(world)) == 1)
            request = await world.slack.wait_until(lambda: next(filter(_in_line, reversed(world.posted())), None))
            await world.sam.click(request, "Cancel", confirm=True)
            await world.slack.wait_until(lambda: "no credits were spent" in words(request), seconds=10)
            known = len(world.posted())
            await command(world, world.sam)
            await world.slack.wait_until(lambda: len(world.posted()) > known)
            await command(world, world.sam)
            await world.slack.wait_until(lambda: len(whispers(world)) == 2)
            usage = await turn_to(world, world.sam, PageName.USAGE, "You* have used")
            assert "*You* have used 5 credits this month" in words(usage)


class TestUserGroups:
    async def test_who_is_in_a_chosen_group_may_and_who_leaves_it_may_not(self, world: World) -> None:
        workspace = world.slack.workspace
        lee = world.slack.person(workspace.add_person("Lee").id)
        workspace.join("general", lee.id)
        await limit(world, limit_groups=["Sales team · @sales"])
        await command(world, world.sam)
        assert (await world.reply()).images
        await command(world, lee)
        await world.slack.wait_until(lambda: lee.ephemerals)
        told = words(lee.ephemerals[0])
        assert told.startswith("Only some people in this workspace may make images")
        assert f"Ask <@{world.mia.id}>, who can change that." in told
        workspace.user_groups.group("sales").members = {lee.id}
        world.clock.skip(700)
        await command(world, lee)
        await world.replies(count=2)
        await command(world, world.sam)
        await world.slack.wait_until(lambda: world.sam.ephemerals)
        assert words(world.sam.ephemerals[0]).startswith("Only some people")
        await command(world, world.mia)
        await world.replies(count=3)


class TestDefaultsWherePeopleAre:
    async def test_channels_default_that_is_decided_there_is_what_the_next_command_takes(self, world: World) -> None:
        await command(world, world.mia, "settings", "marketing")
        page = await world.mia.wait_for_view("page")
        await world.mia.click(page, "change_channel")
        form = await world.mia.wait_for_view("settings_defaults")
        chosen = {"default_brand": "Lumen Labs", "ratio": "9:16", "model": "fast"}
        await world.mia.submit(form, chosen)
        await world.slack.wait_until(lambda: "Brand: *Lumen Labs*" in words(page))
        await command(world, world.sam, "a red bicycle", "marketing")
        reply = await world.reply("marketing")
        lumen = await brand(world, "Lumen Labs")
        (asked,) = world.bloom.requests.matching(*PAID)
        assert asked.body["brandSessionId"] == lumen.id
        assert (asked.body["aspectRatio"], asked.body["model"]) == ("9:16", "fast")
        assert "9:16" in words(reply)
        view = await world.open_form(world.sam, "marketing")
        assert view.values["brand"]["brand"]["selected_option"]["value"] == lumen.id
        await world.sam.close_view(view)
        elsewhere = await world.open_form(world.sam, "general")
        assert elsewhere.values["brand"]["brand"]["selected_option"] is None


class TestTwoManagers:
    async def test_who_edit_everything_at_once_lose_nothing(self, world: World) -> None:
        mia, sam = world.mia, world.sam
        await world.slack.promote("Sam")
        general, marketing = channel_id(world, "general"), channel_id(world, "marketing")
        forms: dict[tuple[Person, str], dict[str, Any]] = {
            (mia, "change_defaults"): {"model": "fast", "default_brand": "Acme"},
            (sam, "change_defaults"): {"size": "4K", "ratio": "16:9"},
            (mia, "change_limits"): {"limit_channels": ["general"], "credits_per_month": "500"},
            (sam, "change_limits"): {"limit_people": ["Mia"], "confirm_above": "4"},
            (mia, "Add a channel"): {"default_channel": "general", "model": "standard"},
            (sam, "Add a channel"): {"default_channel": "marketing", "size": "2K"},
        }
        for button in ("change_defaults", "change_limits", "Add a channel"):
            ours, theirs = await open_form(world, mia, button), await open_form(world, sam, button)
            await asyncio.gather(
                save(world, mia, ours, forms[mia, button]), save(world, sam, theirs, forms[sam, button])
            )
        decided = await world.bot.core.preferences.current(world.workspace_id)
        acme = await brand(world, "Acme")
        assert decided.defaults == Defaults(acme.id, ImageModel.FAST, AspectRatio.WIDE, ImageSize.SIZE_4K)
        assert decided.channels == {
            general: Defaults(model=ImageModel.STANDARD),
            marketing: Defaults(size=ImageSize.SIZE_2K),
        }
        assert (decided.limits.channels, decided.limits.people) == (frozenset({general}), frozenset({mia.id}))
        assert (decided.limits.credits_per_month, decided.limits.confirm_above) == (500, 4)
        assert decided.revision == 6

    async def test_who_chose_otherwise_in_the_same_moment_is_asked_and_both_are_in_the_log(self, world: World) -> None:
        mia, sam = world.mia, world.sam
        await world.slack.promote("Sam")
        ours, theirs = await open_form(world, mia, "change_limits"), await open_form(world, sam, "change_limits")
        sent = await asyncio.gather(
            mia.submit(ours, {"credits_per_month": "500"}), sam.submit(theirs, {"credits_per_month": "300"})
        )
        assert all(answer.ok for answer in sent)
        (second,) = [person for person in (mia, sam) if person.open_view]
        first = mia if second is sam else sam
        assert f"<@{first.id}> changed this while you had it open" in words(second.open_view or ours)
        assert second.open_view
        await save(world, second, second.open_view, {})
        decided = await world.bot.core.preferences.current(world.workspace_id)
        assert decided.limits.credits_per_month == (500 if second is mia else 300)
        assert decided.revision == 2


def whispers(world: World) -> list[Message]:
    return [*world.mia.ephemerals, *world.sam.ephemerals]


def _in_line(message: Message) -> bool:
    return "in line, about" in words(message)


def _form_words(person: Person) -> str:
    return words(person.open_view) if person.open_view else ""
