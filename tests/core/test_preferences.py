"""What workspaces decide: several managers at once, on a real database, with the record of who changed what."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.core.errors import ChangedMeanwhile, NotAllowed
from bot.core.models import AspectRatio, Defaults, ImageModel, Limits, Preferences
from tests.core.world import BOSS, TEAM, World

EVA, MAX = "U5", "U6"


@pytest.fixture(autouse=True)
async def managers(world: World) -> None:
    await world.managers.name(TEAM, BOSS, [EVA, MAX])


async def recorded(world: World) -> list[tuple[str | None, str, str, str]]:
    """Return who changed what, as it stands on record."""
    now = world.clock.now()
    events = await world.store.events(TEAM, now - timedelta(days=1), now + timedelta(days=1))
    kinds = ("defaults_changed", "limits_changed")
    found = [(event.user_id, event.action.value, event.subject, event.detail) for event in events]
    return sorted((one for one in found if one[1] in kinds), key=lambda one: one[1:])


async def start(world: World, **chosen: object) -> Preferences:
    return await world.preferences.change(TEAM, BOSS, Preferences().but(**chosen))


class TestChanging:
    async def test_first_choice_is_the_first_revision(self, world: World) -> None:
        chosen = await start(world, limits=Limits(credits_per_month=500))
        assert (chosen.revision, chosen.changed_by, chosen.changed_at) == (1, BOSS, world.clock.now())
        assert await world.preferences.current(TEAM) == chosen

    async def test_members_change_nothing(self, world: World) -> None:
        with pytest.raises(NotAllowed):
            await world.preferences.change(TEAM, "U1", Preferences(limits=Limits(confirm_above=3)))
        assert (await world.preferences.current(TEAM)).revision == 0

    async def test_what_changes_nothing_is_no_revision_and_no_record(self, world: World) -> None:
        chosen = await start(world, defaults=Defaults(brand_id="b1"))
        told: list[str] = []
        world.changes.listen(told.append)
        assert await world.preferences.change(TEAM, EVA, chosen) == chosen
        assert not told
        assert len(await recorded(world)) == 1

    async def test_what_cannot_be_put_on_record_is_changed_all_the_same(self, world: World) -> None:
        full = "CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        await world.store._writer.run(lambda database: database.execute(full).rowcount)
        with capture_logs() as logs:
            chosen = await start(world, defaults=Defaults(brand_id="b1"))
        assert await world.preferences.current(TEAM) == chosen
        assert [one["log_level"] for one in logs if one["event"] == "a change is not on record"] == ["error"]

    async def test_pages_are_told(self, world: World) -> None:
        told: list[str] = []
        world.changes.listen(told.append)
        await start(world, defaults=Defaults(brand_id="b1"))
        assert told == [TEAM]

    async def test_channel_without_any_choice_left_is_gone(self, world: World) -> None:
        chosen = await start(world, channels={"C1": Defaults(brand_id="b1")})
        chosen = await world.preferences.change(TEAM, BOSS, chosen.but(channels={"C1": Defaults()}))
        assert chosen.channels == {}


class TestAtOnce:
    async def test_each_keeps_what_they_chose_in_fields_of_their_own(self, world: World) -> None:
        seen = await start(world, limits=Limits(people=frozenset({"U1"}), confirm_above=4))
        eva = seen.but(limits=Limits(people=frozenset({"U1", "U2"}), confirm_above=4))
        both = seen.but(limits=Limits(people=frozenset({"U3"}), confirm_above=9), defaults=Defaults(brand_id="b1"))
        await world.preferences.change(TEAM, EVA, eva)
        now = await world.preferences.change(TEAM, MAX, both)
        assert now.limits == Limits(people=frozenset({"U2", "U3"}), confirm_above=9)
        assert (now.revision, now.defaults.brand_id) == (3, "b1")

    async def test_the_same_field_is_said_with_who_changed_it_and_nothing_is_written(self, world: World) -> None:
        seen = await start(world, limits=Limits(credits_per_month=100, credits_per_person=10))
        await world.preferences.change(TEAM, EVA, seen.but(limits=Limits(credits_per_month=200, credits_per_person=10)))
        now = await world.preferences.change(
            TEAM,
            MAX,
            (await world.preferences.current(TEAM)).but(
                limits=Limits(credits_per_month=200, credits_per_person=10, confirm_above=2)
            ),
        )
        with pytest.raises(ChangedMeanwhile) as raised:
            await world.preferences.change(
                TEAM, BOSS, seen.but(limits=Limits(credits_per_month=300, credits_per_person=20))
            )
        changed = raised.value
        assert changed.fields == {"limits.credits_per_month"}
        assert changed.by["limits.credits_per_month"] == EVA
        assert changed.current == now == await world.preferences.current(TEAM)
        assert changed.merged.limits == Limits(credits_per_month=300, credits_per_person=20, confirm_above=2)

        replaced = await world.preferences.change(TEAM, BOSS, changed.merged)
        assert replaced.limits == changed.merged.limits

    async def test_ten_managers_in_a_race_lose_nothing(self, world: World) -> None:
        seen = await start(world, limits=Limits(people=frozenset({"U1"})))

        async def add(number: int) -> None:
            people = frozenset({"U1", f"U9{number}"})
            channels = {f"C{number}": Defaults(model=ImageModel.FAST)}
            await world.preferences.change(TEAM, BOSS, seen.but(limits=Limits(people=people), channels=channels))

        await asyncio.gather(*(add(number) for number in range(10)))
        now = await world.preferences.current(TEAM)
        assert now.revision == 11
        assert now.limits.people == {"U1", *(f"U9{number}" for number in range(10))}
        assert now.channels.keys() == {f"C{number}" for number in range(10)}

    async def test_one_of_two_who_race_for_the_same_field_is_told(self, world: World) -> None:
        wanted = [Preferences(limits=Limits(confirm_above=number)) for number in (1, 2)]
        came = await asyncio.gather(
            *(world.preferences.change(TEAM, BOSS, one) for one in wanted), return_exceptions=True
        )
        assert [type(one) for one in came] in ([Preferences, ChangedMeanwhile], [ChangedMeanwhile, Preferences])

    async def test_form_from_before_the_workspace_was_erased_loses_nothing(self, world: World) -> None:
        seen = await start(world, defaults=Defaults(brand_id="b1"))
        await world.store.erase_history(TEAM)
        await world.managers.name(TEAM, BOSS, [EVA])
        now = await world.preferences.change(TEAM, EVA, seen.but(limits=Limits(confirm_above=2)))
        assert (now.revision, now.defaults.brand_id, now.limits.confirm_above) == (1, "b1", 2)


class TestForgettingABrand:
    async def test_it_is_chosen_nowhere_any_more(self, world: World) -> None:
        await start(
            world,
            defaults=Defaults(brand_id="b1", model=ImageModel.FAST),
            channels={
                "C1": Defaults(brand_id="b1"),
                "C2": Defaults(brand_id="b1", shape=AspectRatio.WIDE),
                "C3": Defaults(brand_id="b2"),
            },
        )
        await world.preferences.forget_brand(TEAM, EVA, "b1")
        now = await world.preferences.current(TEAM)
        assert now.defaults == Defaults(model=ImageModel.FAST)
        assert now.channels == {"C2": Defaults(shape=AspectRatio.WIDE), "C3": Defaults(brand_id="b2")}
        assert now.changed_by == EVA

    async def test_nothing_is_written_where_it_is_not_chosen(self, world: World) -> None:
        await world.preferences.forget_brand(TEAM, EVA, "b1")
        assert (await world.preferences.current(TEAM)).revision == 0

    async def test_two_are_forgotten_at_once(self, world: World) -> None:
        await start(world, defaults=Defaults(brand_id="b1"), channels={"C1": Defaults(brand_id="b2")})
        await asyncio.gather(*(world.preferences.forget_brand(TEAM, BOSS, brand) for brand in ("b1", "b2")))
        now = await world.preferences.current(TEAM)
        assert (now.defaults, now.channels) == (Defaults(), {})


class TestRecord:
    async def test_defaults_stand_by_channel_and_name_brands(self, world: World) -> None:
        await world.brands.refresh(TEAM)
        (brand, *_) = (await world.brands.known(TEAM)).brands
        await start(
            world, defaults=Defaults(brand_id=brand.id, shape="any"), channels={"C1": Defaults(brand_id="gone")}
        )
        assert await recorded(world) == [
            (BOSS, "defaults_changed", "", f"brand: none → {brand.name}; aspect ratio: none → Bloom's choice"),
            (BOSS, "defaults_changed", "C1", "brand: none → gone"),
        ]

    async def test_limits_stand_with_old_and_new(self, world: World) -> None:
        seen = await start(world, limits=Limits(channels=frozenset({"C2", "C1"}), credits_per_month=5))
        await world.preferences.change(TEAM, EVA, seen.but(limits=Limits(groups=frozenset({"S1"}), confirm_above=0)))
        assert (await recorded(world))[0] == (
            EVA,
            "limits_changed",
            "",
            "channels: C1, C2 → everywhere; user groups: none → S1; credits a month: 5 → none; confirm above: none → 0",
        )
