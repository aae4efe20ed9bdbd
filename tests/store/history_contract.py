"""What every store must do for looking back: which images were made, what they cost, and what may still be spent.

Subclass `HistoryContract` and give it a `store`.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.errors import OutsideLimits
from bot.core.models import (
    AspectRatio,
    Generation,
    GenerationRequest,
    GenerationState,
    HistoryFilter,
    Image,
    ImageSize,
    ImageState,
    Limit,
    Parameters,
    Spending,
    SpendingCaps,
    Spent,
)
from bot.core.ports import Store
from tests.store.contract import LATER, ME, NOON

S = GenerationState
DAY = timedelta(days=1)
EVERYTHING = HistoryFilter()


def wished(
    key: str, *, workspace: str = "T1", user: str = "U1", channel: str = "C1", name: str = "Acme", **parameters: Any
) -> GenerationRequest:
    """Return a request; what is not named is of its parameters."""
    wanted = Parameters(**{"prompt": "A red door", "brand_id": "b1", **parameters})
    return GenerationRequest(key, workspace, channel, user, wanted, name)


async def put(
    store: Store,
    key: str,
    state: GenerationState = S.DELIVERED,
    *,
    at: datetime = NOON,
    sent: bool = True,
    drawn: bool | None = None,
    **wish: Any,
) -> Generation:
    """Write a generation that is in this state; ``sent`` to Bloom, and ``drawn`` there if it is delivered."""
    added = await store.add_generation(f"g-{key}", wished(key, **wish), at, worker_id=ME)
    is_drawn = state is S.DELIVERED if drawn is None else drawn
    images = (Image(f"i-{key}", ImageState.COMPLETED, url="https://x/1"),) if is_drawn else ()
    generation = added.but(
        state=state,
        submitted_at=at if sent else None,
        images=images,
        image_ids=tuple(image.id for image in images),
        finished_at=at if state.is_final else None,
    )
    assert await store.save_generation(generation, was=S.QUEUED, worker_id=ME)
    return generation


async def found(store: Store, wanted: HistoryFilter = EVERYTHING, **how: Any) -> list[str]:
    return [one.id.removeprefix("g-") for one in await store.history("T1", wanted, **how)]


class HistoryContract:
    """Needs a fixture `store` that is open and empty."""

    async def test_images_come_newest_first_as_they_are(self, store: Store) -> None:
        made = [await put(store, f"V{number}", at=NOON + timedelta(minutes=number)) for number in (2, 0, 1)]
        listed = await store.history("T1", EVERYTHING)
        assert listed == (made[0], made[2], made[1])
        assert [one.image_ids for one in listed] == [("i-V2",), ("i-V1",), ("i-V0",)]

    async def test_what_has_no_images_is_no_history(self, store: Store) -> None:
        for state in S:
            await put(store, state.value, state, drawn=state is not S.DELIVERED)
        assert await found(store) == []
        assert not await store.has_images("T1")
        await put(store, "V1")
        assert await found(store) == ["V1"]
        assert await store.has_images("T1")

    async def test_history_is_the_workspaces_own(self, store: Store) -> None:
        await put(store, "V1", workspace="T2")
        assert await found(store) == []
        assert not await store.has_images("T1")

    @pytest.mark.parametrize("spread", [timedelta(minutes=1), timedelta(0)])
    async def test_pages_leave_nothing_out_and_repeat_nothing(self, store: Store, spread: timedelta) -> None:
        for number in range(7):
            await put(store, f"V{number}", at=NOON + number * spread)
        pages, before = [], None
        while page := await found(store, before=before, limit=3):
            pages.append(page)
            before = f"g-{page[-1]}"
        assert [len(page) for page in pages] == [3, 3, 1]
        assert [one for page in pages for one in page] == [f"V{number}" for number in reversed(range(7))]

    async def test_page_before_what_was_erased_is_empty(self, store: Store) -> None:
        await put(store, "V1")
        assert await found(store, before="g-gone") == []

    async def test_new_images_do_not_shift_the_next_page(self, store: Store) -> None:
        for number in range(4):
            await put(store, f"V{number}", at=NOON + timedelta(minutes=number))
        first = await found(store, limit=2)
        await put(store, "V9", at=LATER)
        assert first + await found(store, before=f"g-{first[-1]}") == ["V3", "V2", "V1", "V0"]

    async def test_filters_hold_together_and_page_by_page(self, store: Store) -> None:
        number = 0
        for brand in ("b1", "b2"):
            for user in ("U1", "U2"):
                for prompt in ("A red door", "A blue window"):
                    number += 1
                    at = NOON + timedelta(minutes=number)
                    await put(store, f"{brand} {user} {prompt}", at=at, brand_id=brand, user=user, prompt=prompt)
        assert len(await found(store, HistoryFilter("b1"))) == len(await found(store, HistoryFilter(user_id="U2"))) == 4
        wanted = HistoryFilter("b2", "U1")
        assert await found(store, wanted) == ["b2 U1 A blue window", "b2 U1 A red door"]
        assert await found(store, wanted, before="g-b2 U1 A blue window") == ["b2 U1 A red door"]
        assert await found(store, replace(wanted, text="door")) == ["b2 U1 A red door"]
        assert await found(store, replace(wanted, text="roof")) == []

    @pytest.mark.parametrize(
        ("prompt", "text"),
        [
            ("A red door", "RED D"),
            ("A red door", "  red  "),
            ("A red door", ""),
            ("A red door", " \n"),
            ("ÜBER den Dächern", "über den DÄCHERN"),
            ("Straße im Regen", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("Café", "Cafe\N{COMBINING ACUTE ACCENT}"),
            ("赤いドア 🚪", "ドア 🚪"),
            ("100% wool", "0% w"),
            ("a_b", "_"),
            ("back\\slash", "\\s"),
            ('it\'s "so"', "'s \"S"),
            ("[a-z]*?", "[A-Z]*?"),
            ("two\nlines", "two\nL"),
        ],
    )
    async def test_text_is_found_in_prompts_however_it_is_written(self, store: Store, prompt: str, text: str) -> None:
        await put(store, "V1", prompt=prompt)
        assert await found(store, HistoryFilter(text=text)) == ["V1"]

    @pytest.mark.parametrize(
        "text", ["%", "_", "r_d", "red%", "*", "r?d", "[r]ed", "\\", "'", '"', "prompt", "b1", "2K"]
    )
    async def test_no_character_stands_for_others_and_only_prompts_are_searched(self, store: Store, text: str) -> None:
        await put(store, "V1")
        assert await found(store, HistoryFilter(text=text)) == []

    async def test_everything_of_a_time_comes_oldest_first(self, store: Store) -> None:
        for number, state in enumerate(reversed(S)):
            await put(store, f"V{number}", state, at=NOON + timedelta(minutes=number))
        await put(store, "elsewhere", workspace="T2")
        last = NOON + timedelta(minutes=len(S) - 1)
        between = await store.generations_between("T1", NOON, last)
        assert [one.id for one in between] == [f"g-V{number}" for number in range(len(S) - 1)]
        assert await store.generations_between("T1", last, last) == ()
        (newest,) = await store.generations_between("T1", last, last + DAY)
        assert newest.id == f"g-V{len(S) - 1}"

    @pytest.mark.parametrize("spread", [timedelta(minutes=1), timedelta(0)])
    async def test_everything_of_a_time_comes_page_by_page(self, store: Store, spread: timedelta) -> None:
        for number in range(7):
            await put(store, f"V{number}", at=NOON + number * spread)
        pages: list[list[str]] = []
        after = None
        while page := await store.generations_between("T1", NOON, NOON + DAY, after=after, limit=3):
            pages.append([one.id for one in page])
            after = page[-1].id
        assert [len(page) for page in pages] == [3, 3, 1]
        assert [one for page in pages for one in page] == [f"g-V{number}" for number in range(7)]

    @pytest.mark.parametrize("state", S)
    async def test_what_is_under_way_counts_in_full(self, store: Store, state: GenerationState) -> None:
        await put(store, "V1", state, size=ImageSize.SIZE_4K, variants=3)
        assert await store.spent("T1", "U1", NOON) == Spent(6, 6)

    @pytest.mark.parametrize("state", S)
    async def test_what_ended_without_having_been_sent_cost_nothing(self, store: Store, state: GenerationState) -> None:
        await put(store, "V1", state, sent=False, variants=5)
        spent = 0 if state.is_final else 5
        assert await store.spent("T1", "U1", NOON) == Spent(spent, spent)
        spending = await store.spending("T1", NOON, LATER)
        assert (spending.total, bool(spending.people)) == (spent, spent > 0)

    @pytest.mark.parametrize("state", S)
    @pytest.mark.parametrize("yields", [(), (2,), (2, 0), (2, 2, 2)])
    @pytest.mark.parametrize("sent", [True, False])
    async def test_set_that_ended_costs_what_bloom_took_of_it(
        self, store: Store, state: GenerationState, yields: tuple[int, ...], *, sent: bool
    ) -> None:
        """An order that Bloom may have taken counts, as one that it took does."""
        changes: dict[str, Any] = {
            "further_ratios": (AspectRatio.WIDE, AspectRatio.STORY),
            "aspect_ratio": AspectRatio.SQUARE,
        }
        added = await put(store, "V1", state, sent=sent, size=ImageSize.SIZE_4K, variants=2, **changes)
        generation = added.but(yields=yields)
        assert await store.save_generation(generation, was=state, worker_id=None if state.is_final else ME)
        spent = 12 if not state.is_final else 4 * max(1, len(yields)) if sent else 0
        assert await store.spent("T1", "U1", NOON) == Spent(spent, spent)
        assert generation.spent_credits == spent

    async def test_what_is_cancelled_in_line_is_given_back(self, store: Store) -> None:
        await store.add_generation("g1", wished("V1", variants=4), NOON, worker_id=ME)
        assert await store.spent("T1", "U1", NOON) == Spent(4, 4)
        queued = await store.generation("g1")
        assert queued is not None
        cancelled = queued.but(state=S.CANCELLED)
        assert await store.save_generation(cancelled, was=S.QUEUED, worker_id=ME)
        assert await store.spent("T1", "U1", NOON) == Spent(0, 0)

    async def test_spent_is_told_of_the_workspace_and_of_one_person_since_then(self, store: Store) -> None:
        await put(store, "before", at=NOON - timedelta(microseconds=1))
        await put(store, "V1", variants=2)
        await put(store, "V2", user="U2", variants=3)
        await put(store, "elsewhere", workspace="T2")
        assert await store.spent("T1", "U1", NOON) == Spent(workspace=5, person=2)
        assert await store.spent("T1", "U9", NOON) == Spent(workspace=5, person=0)
        assert await store.spent("T9", "U1", NOON) == Spent(0, 0)

    async def test_spending_is_told_by_person_channel_and_brand_the_most_first(self, store: Store) -> None:
        await put(store, "V1", user="U1", channel="C2", variants=1)
        await put(store, "V2", user="U2", channel="C1", variants=2, brand_id="b2", name="Bloom")
        await put(store, "V3", user="U2", channel="C1", variants=5, size=ImageSize.SIZE_4K)
        await put(store, "V4", user="U3", channel="C3", variants=1, brand_id="b2", name="Bloom")
        await put(store, "before", at=NOON - timedelta(microseconds=1))
        await put(store, "after", at=LATER)
        await put(store, "elsewhere", workspace="T2")
        spending = await store.spending("T1", NOON, LATER)
        assert spending == Spending(
            total=14,
            people={"U2": 12, "U1": 1, "U3": 1},
            channels={"C1": 12, "C2": 1, "C3": 1},
            brands={"b1": 11, "b2": 3},
            brand_names={"b1": "Acme", "b2": "Bloom"},
        )
        assert list(spending.people) == ["U2", "U1", "U3"]
        assert list(spending.channels) == ["C1", "C2", "C3"]
        assert await store.spending("T9", NOON, LATER) == Spending()

    async def test_brand_is_called_what_it_was_called_last(self, store: Store) -> None:
        for number, name in enumerate(("Acme", "Acme Inc.", "Zeta")):
            at = NOON + timedelta(minutes=(0, 2, 1)[number])
            await put(store, f"V{number}", at=at, name=name)
        assert (await store.spending("T1", NOON, LATER)).brand_names == {"b1": "Acme Inc."}

    @pytest.mark.parametrize(
        ("caps", "limit"),
        [(SpendingCaps(NOON, person=7), Limit.PERSON_CREDITS), (SpendingCaps(NOON, 7), Limit.WORKSPACE_CREDITS)],
    )
    async def test_ten_at_once_do_not_overshoot_a_cap(self, store: Store, caps: SpendingCaps, limit: Limit) -> None:
        asked = [
            store.add_generation(f"g{number}", wished(f"V{number}", variants=2), NOON, worker_id=ME, caps=caps)
            for number in range(10)
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        refused = [one for one in answers if isinstance(one, OutsideLimits)]
        assert [isinstance(one, Generation) for one in answers].count(True) == 3
        assert [(one.limit, one.left) for one in refused] == [(limit, 1)] * 7
        assert await store.spent("T1", "U1", NOON) == Spent(6, 6)
        assert len(await store.owned_ids(ME)) == 3

    async def test_cap_is_reached_exactly(self, store: Store) -> None:
        caps = SpendingCaps(NOON, workspace=5, person=5)
        await store.add_generation("g1", wished("V1", variants=5), NOON, caps=caps)
        with pytest.raises(OutsideLimits) as refused:
            await store.add_generation("g2", wished("V2"), NOON, caps=caps)
        assert refused.value.left == 0

    async def test_one_persons_cap_is_not_anothers(self, store: Store) -> None:
        caps = SpendingCaps(NOON, workspace=3, person=2)
        await store.add_generation("g1", wished("V1", variants=2), NOON, caps=caps)
        await store.add_generation("g2", wished("V2", user="U2"), NOON, caps=caps)
        with pytest.raises(OutsideLimits) as refused:
            await store.add_generation("g3", wished("V3", user="U3"), NOON, caps=caps)
        assert refused.value.limit is Limit.WORKSPACE_CREDITS
        await store.add_generation("g4", wished("V4", workspace="T2", variants=2), NOON, caps=caps)

    async def test_more_was_spent_than_a_new_cap_allows(self, store: Store) -> None:
        await put(store, "V1", variants=5)
        with pytest.raises(OutsideLimits) as refused:
            await store.add_generation("g2", wished("V2"), NOON, caps=SpendingCaps(NOON, workspace=1))
        assert refused.value.left == 0

    async def test_what_was_spent_before_the_month_does_not_count(self, store: Store) -> None:
        await put(store, "V1", variants=5)
        await store.add_generation("g2", wished("V2"), LATER, caps=SpendingCaps(LATER, workspace=1))

    async def test_redelivery_is_the_same_generation_whatever_the_caps_say_now(self, store: Store) -> None:
        added = await store.add_generation("g1", wished("V1"), NOON)
        assert await store.add_generation("g2", wished("V1"), NOON, caps=SpendingCaps(NOON, 0, 0)) == added

    async def test_what_is_given_back_can_be_spent_again(self, store: Store) -> None:
        caps = SpendingCaps(NOON, workspace=1)
        queued = await store.add_generation("g1", wished("V1"), NOON, worker_id=ME, caps=caps)
        await store.save_generation(queued.but(state=S.FAILED), was=S.QUEUED, worker_id=ME)
        assert (await store.add_generation("g2", wished("V2"), NOON, caps=caps)).state is S.QUEUED

    async def test_generation_is_found_by_what_slack_sent(self, store: Store) -> None:
        made = await put(store, "V1")
        assert await store.generation_by_key("V1") == made
        assert await store.generation_by_key("V2") is None

    async def test_what_is_under_way_of_a_brand_is_counted(self, store: Store) -> None:
        for state in S:
            await put(store, state.value, state)
        await put(store, "another brand", S.WAITING, brand_id="b2")
        await put(store, "elsewhere", S.WAITING, workspace="T2")
        assert await store.unfinished_of_brand("T1", "b1") == len([state for state in S if not state.is_final])
        assert await store.unfinished_of_brand("T1", "b9") == 0
