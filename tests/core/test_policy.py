"""Limits: who may generate where and for how much, and what is on its way counts."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import NeedsConfirmation, OutsideLimits, SlackRefused, SlackUnavailable
from bot.core.models import Failure, Generation, ImageSize, Limit, Limits, Place, Preferences, SpendingCaps, UserGroup
from bot.core.months import month_of
from bot.core.policy import PATIENCE
from tests.core.world import BOSS, TEAM, S, World, a_request
from tests.fakes.eventually import settle

DESIGN, WRITERS = UserGroup("S1", "Design", "design"), UserGroup("S2", "Writers", "writers")


async def limit(world: World, **limits: Any) -> None:
    """Let these be the workspace's limits."""
    before = await world.store.preferences(TEAM)
    wanted = Preferences(revision=before.revision + 1, limits=Limits(**limits))
    assert await world.store.save_preferences(TEAM, wanted)


async def refused(world: World, user_id: str = "U1", channel_id: str | None = "C1") -> Limit | None:
    """Return which limit somebody meets, if any."""
    try:
        await world.policy.let_in(TEAM, user_id, channel_id)
    except OutsideLimits as refusal:
        return refusal.limit
    return None


class TestPlace:
    async def test_without_limits_everybody_may_everywhere(self, world: World) -> None:
        assert await refused(world) is None
        assert await world.policy.admit(a_request()) is None
        assert not world.directory.script.calls

    @pytest.mark.parametrize(("channel_id", "met"), [("C1", None), ("C2", Limit.CHANNEL), ("D1", Limit.CHANNEL)])
    async def test_only_channels_of_the_list_are_open_and_no_direct_message(
        self, world: World, channel_id: str, met: Limit | None
    ) -> None:
        await limit(world, channels=frozenset({"C1", "C9"}))
        assert await refused(world, channel_id=channel_id) is met
        assert await refused(world, BOSS, channel_id) is met

    async def test_before_a_channel_is_chosen_only_the_person_counts(self, world: World) -> None:
        await limit(world, channels=frozenset({"C9"}), people=frozenset({"U1"}))
        assert await refused(world, "U1", None) is None
        assert await refused(world, "U2", None) is Limit.PERSON


class TestPeople:
    async def test_who_is_listed_may_without_slack_being_asked(self, world: World) -> None:
        await limit(world, people=frozenset({"U1"}), groups=frozenset({"S1"}))
        assert await refused(world) is None
        assert not world.directory.script.calls

    async def test_who_is_in_one_of_the_groups_may(self, world: World) -> None:
        world.directory.teams = {DESIGN: frozenset({"U1"}), WRITERS: frozenset({"U2"})}
        await limit(world, people=frozenset({"U9"}), groups=frozenset({"S1", "S2"}))
        assert [await refused(world, user_id) for user_id in ("U1", "U2", "U3")] == [None, None, Limit.PERSON]

    async def test_group_that_is_gone_lets_nobody_in(self, world: World) -> None:
        await limit(world, groups=frozenset({"S7"}))
        assert await refused(world) is Limit.PERSON

    async def test_managers_always_may(self, world: World) -> None:
        await world.store.name_managers(TEAM, ["U5"])
        await limit(world, people=frozenset({"U9"}))
        assert [await refused(world, user_id) for user_id in (BOSS, "U5", "U1")] == [None, None, Limit.PERSON]

    @pytest.mark.parametrize("refusal", [SlackRefused("missing_scope"), SlackUnavailable("timeout")])
    async def test_where_slack_does_not_say_who_is_in_a_group_the_list_of_people_decides(
        self, world: World, refusal: SlackRefused
    ) -> None:
        world.directory.teams = {DESIGN: frozenset({"U2"})}
        await world.store.name_managers(TEAM, ["U5"])
        await limit(world, people=frozenset({"U1"}), groups=frozenset({"S1"}))
        world.directory.refusal = refusal
        with capture_logs() as lines:
            assert [await refused(world, user_id) for user_id in ("U1", "U2", "U5")] == [None, Limit.PERSON, None]
        assert {"event": "Slack does not say who may generate", "error": refusal.error, "log_level": "warning"} in lines

    async def test_one_group_that_slack_does_not_tell_leaves_the_others(self, world: World) -> None:
        world.directory.teams = {DESIGN: frozenset({"U1"}), WRITERS: frozenset({"U1"})}
        world.directory.script.answer("group_members", SlackUnavailable("timeout"))
        await limit(world, groups=frozenset({"S1", "S2"}))
        assert await refused(world) is None

    async def test_slack_is_given_a_moment_then_the_list_of_people_decides(self, world: World) -> None:
        world.directory.teams = {DESIGN: frozenset({"U2"})}
        world.directory.script.hold("group_members")
        await limit(world, people=frozenset({"U1"}), groups=frozenset({"S1"}))
        judged = asyncio.create_task(refused(world, "U2"))
        await settle()
        await world.clock.advance(PATIENCE - 0.1)
        await settle()
        assert not judged.done()
        await world.clock.advance(0.1)
        assert await judged is Limit.PERSON
        assert await refused(world, "U1") is None

    async def test_answer_that_slack_takes_long_for_is_not_asked_for_once_more(self, world: World) -> None:
        """Else whoever Slack is slow about would never be let in: what is cut off, nobody remembers."""
        world.directory.teams = {DESIGN: frozenset({"U2"})}
        answered = world.directory.script.hold("group_members")
        await limit(world, groups=frozenset({"S1"}))
        first = asyncio.create_task(refused(world, "U2"))
        await settle()
        await world.clock.advance(PATIENCE)
        assert await first is Limit.PERSON
        second = asyncio.create_task(refused(world, "U2"))
        await settle()
        answered.set()
        assert await second is None
        assert world.directory.script.count("group_members") == 1


class TestCaps:
    async def test_caps_count_from_the_beginning_of_the_month(self, world: World) -> None:
        await limit(world, credits_per_month=10, credits_per_person=4)
        assert await world.policy.admit(a_request()) == SpendingCaps(month_of(world.clock.now()), 10, 4)

    @pytest.mark.parametrize(
        ("caps", "met"),
        [
            ({"credits_per_month": 3}, OutsideLimits(Limit.WORKSPACE_CREDITS, left=1)),
            ({"credits_per_person": 3}, OutsideLimits(Limit.PERSON_CREDITS, left=1)),
            ({"credits_per_person": 0}, OutsideLimits(Limit.PERSON_CREDITS, left=0)),
            ({"credits_per_person": 2, "credits_per_month": 2}, OutsideLimits(Limit.PERSON_CREDITS, left=0)),
        ],
    )
    async def test_more_than_is_left_is_refused_with_what_is_left(
        self, world: World, caps: dict[str, int], met: OutsideLimits
    ) -> None:
        await world.add(a_request("V0", variants=2))
        await limit(world, **caps)
        with pytest.raises(OutsideLimits) as refusal:
            await world.generations.start(a_request(variants=2))
        assert (refusal.value.limit, refusal.value.left) == (met.limit, met.left)
        assert await world.store.generation_by_key("V1") is None

    async def test_ten_at_once_do_not_overshoot(self, world: World) -> None:
        await limit(world, credits_per_month=7)
        starts = (world.generations.start(a_request(f"V{number}", variants=2)) for number in range(10))
        answers = await asyncio.gather(*starts, return_exceptions=True)
        assert sum(isinstance(answer, Generation) for answer in answers) == 3
        assert all(isinstance(answer, Generation | OutsideLimits) for answer in answers)
        assert (await world.policy.standing(TEAM, "U1")).left == 1
        await world.passing(world.idle())
        assert world.bloom.script.count("generate") == 3

    async def test_somebody_elses_cap_is_not_ones_own(self, world: World) -> None:
        await world.add()
        await limit(world, credits_per_person=1)
        assert (await world.policy.standing(TEAM, "U1")).left == 0
        assert (await world.policy.standing(TEAM, "U2")).left == 1

    async def test_what_cost_nothing_may_be_spent_again(self, world: World) -> None:
        await limit(world, credits_per_month=1)
        queued = await world.add(a_request("V0"))
        failed = queued.but(state=S.FAILED, failure=Failure("x"), finished_at=world.clock.now())
        assert await world.save(failed, was=S.QUEUED)
        assert (await world.generations.start(a_request())).state is S.QUEUED
        await world.passing(world.idle())

    async def test_a_new_month_begins_anew(self, world: World) -> None:
        await limit(world, credits_per_month=1)
        await world.add(a_request("V0"))
        assert (await world.policy.standing(TEAM, "U1")).left == 0
        await world.clock.advance(timedelta(days=31).total_seconds())
        assert (await world.policy.standing(TEAM, "U1")).left == 1

    async def test_managers_are_bound_by_caps(self, world: World) -> None:
        await limit(world, credits_per_person=0)
        with pytest.raises(OutsideLimits):
            await world.generations.start(replace(a_request(), user_id=BOSS))


class TestConfirmation:
    @pytest.mark.parametrize(("variants", "confirmed"), [(2, 0), (3, 3), (3, 4)])
    async def test_what_is_cheap_or_confirmed_starts(self, world: World, variants: int, confirmed: int) -> None:
        await limit(world, confirm_above=2)
        assert await world.policy.admit(a_request(variants=variants), confirmed=confirmed) is None

    @pytest.mark.parametrize("confirmed", [0, 2, 9])
    async def test_what_costs_more_than_was_confirmed_is_asked_about(self, world: World, confirmed: int) -> None:
        await limit(world, confirm_above=2)
        with pytest.raises(NeedsConfirmation) as asked:
            await world.policy.admit(a_request(size=ImageSize.SIZE_4K, variants=5), confirmed=confirmed)
        assert (asked.value.credits, asked.value.above) == (10, 2)

    async def test_nobody_is_asked_for_a_yes_to_what_the_caps_refuse(self, world: World) -> None:
        await limit(world, confirm_above=2, credits_per_month=2)
        with pytest.raises(OutsideLimits):
            await world.policy.admit(a_request(variants=3))
        with pytest.raises(OutsideLimits):
            await world.generations.start(a_request(variants=3), confirmed=3)


class TestSameWish:
    async def test_redelivered_one_is_the_same_whatever_the_limits_say_by_now(self, world: World) -> None:
        started = await world.generations.start(a_request(variants=3))
        await limit(world, channels=frozenset({"C9"}), credits_per_month=0, confirm_above=0)
        assert (await world.generations.start(a_request(variants=3))).id == started.id
        await limit(world, confirm_above=0)
        assert (await world.generations.start(a_request(variants=3))).id == started.id
        await limit(world, credits_per_month=0)
        assert (await world.generations.start(a_request(variants=3))).id == started.id
        await world.passing(world.idle())
        assert world.bloom.script.count("generate") == 1

    async def test_start_is_told_to_whoever_shows_what_was_spent(self, world: World) -> None:
        told: list[str] = []
        world.changes.listen(told.append)
        await world.generations.start(a_request())
        assert told == [TEAM]
        await world.passing(world.idle())


class TestAgain:
    @pytest.fixture
    async def failed(self, world: World) -> Generation:
        """Return one that failed before anything was sent to Bloom."""
        left = await world.put(S.QUEUED, a_request(variants=3))
        gone = left.but(state=S.FAILED, submitted_at=None, failure=Failure("x"), reply_id="R1")
        assert await world.save(gone, was=S.QUEUED)
        return gone

    async def test_presser_is_bound_by_channel_list_and_caps(self, world: World, failed: Generation) -> None:
        for limits, met in (
            ({"channels": frozenset({"C9"})}, Limit.CHANNEL),
            ({"people": frozenset({"U1"})}, Limit.PERSON),
            ({"credits_per_person": 2}, Limit.PERSON_CREDITS),
            ({"credits_per_month": 2}, Limit.WORKSPACE_CREDITS),
        ):
            await limit(world, **limits)
            with pytest.raises(OutsideLimits) as refusal:
                await world.generations.again(failed, "U2")
            assert refusal.value.limit is met

    async def test_what_was_confirmed_is_not_asked_about_again(self, world: World, failed: Generation) -> None:
        await limit(world, confirm_above=1)
        assert (await world.generations.again(failed, "U2")).request.parameters.variants == 3
        await world.passing(world.idle())

    async def test_what_may_be_paid_already_goes_on_where_a_direct_message_stands_in_for_its_channel(
        self, world: World
    ) -> None:
        place = Place("D1", "1.0", "1.0", is_fallback=True)
        asked = (await world.put(S.SUBMITTING)).but(place=place, image_ids=("i1",))
        timed_out = asked.but(state=S.FAILED, failure=Failure("timed_out"), reply_id="R1")
        assert await world.save(timed_out, was=S.SUBMITTING)
        await limit(world, channels=frozenset({"C1"}))
        assert (await world.generations.again(timed_out, "U1")).state is S.WAITING
        await world.passing(world.idle())

    async def test_what_may_be_paid_already_goes_on_within_caps_for_who_may(self, world: World) -> None:
        asked = await world.put(S.SUBMITTING)
        timed_out = asked.but(state=S.FAILED, failure=Failure("timed_out"), image_ids=("i1",), reply_id="R1")
        assert await world.save(timed_out, was=S.SUBMITTING)
        await limit(world, credits_per_month=1, people=frozenset({"U1"}))
        with pytest.raises(OutsideLimits):
            await world.generations.again(timed_out, "U2")
        assert (await world.row()).state is S.FAILED
        assert (await world.generations.again(timed_out, "U1")).state is S.WAITING
        await world.passing(world.idle())
