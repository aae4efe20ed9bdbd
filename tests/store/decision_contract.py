"""What every store must do with decisions: preferences, who changed what, and brands that somebody waits for.

Subclass `DecisionContract` and give it a `store`.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import StoreError
from bot.core.models import (
    ANY_RATIO,
    AspectRatio,
    AuditAction,
    AuditEvent,
    BloomWorkspace,
    BrandJob,
    Defaults,
    GenerationState,
    ImageModel,
    ImageSize,
    Limits,
    NewBrand,
    Preferences,
)
from bot.core.ports import Store
from tests.store.contract import LATER, ME, NOON, a_connection, a_request, texts

FULL = Preferences(
    revision=1,
    defaults=Defaults("b1", ImageModel.PRO, AspectRatio.WIDE, ImageSize.SIZE_4K),
    channels={"C1": Defaults("b2", shape=ANY_RATIO), "C2": Defaults()},
    limits=Limits(frozenset({"C1", "C2"}), frozenset({"U1"}), frozenset({"S1", "S2"}), 500, 0, 4),
    changed_by="U1",
    changed_at=NOON,
)
ACMES = BloomWorkspace("w1", "Acme Inc.", is_personal=False)
WANTED = NewBrand("https://acme.com", "https://acme.com/logo.svg", collect_images=False, bloom_workspace=ACMES)
JOB = BrandJob("j1", "T1", "c1-T1", "U1", NOON, None, WANTED)

defaults = st.builds(
    Defaults,
    brand_id=st.none() | texts.filter(bool),
    model=st.none() | st.sampled_from(ImageModel),
    shape=st.none() | st.sampled_from([*AspectRatio, ANY_RATIO]),
    size=st.none() | st.sampled_from(ImageSize),
)
ids = st.frozensets(texts, max_size=3)
credits = st.none() | st.integers(0, 10**9)
limits = st.builds(Limits, ids, ids, ids, credits, credits, credits)


def an_event(number: int, workspace_id: str = "T1", *, minutes: int = 0) -> AuditEvent:
    at = NOON + timedelta(minutes=minutes)
    return AuditEvent(
        f"e{number}-{workspace_id}", workspace_id, at, "U1", AuditAction.LIMITS_CHANGED, "credits", "5 → 9"
    )


class DecisionContract:
    """Needs a fixture `store` that is open and empty."""

    async def test_before_the_first_decision_nothing_is_decided(self, store: Store) -> None:
        assert await store.preferences("T1") == await store.preferences("T1", 0) == Preferences()

    async def test_decisions_come_back_as_they_were_written(self, store: Store) -> None:
        assert await store.save_preferences("T1", FULL)
        assert await store.preferences("T1") == await store.preferences("T1", 1) == FULL
        assert await store.preferences("T2") == Preferences()

    async def test_every_revision_stays(self, store: Store) -> None:
        assert await store.save_preferences("T1", FULL)
        assert await store.preferences("T1") == FULL, "so that it is in memory"
        second = FULL.but(revision=2, channels={}, limits=Limits(), changed_by="U2", changed_at=LATER)
        assert await store.save_preferences("T1", second)
        assert await store.preferences("T1") == await store.preferences("T1", 2) == second
        assert await store.preferences("T1", 1) == FULL
        assert await store.preferences("T1", 0) == await store.preferences("T1", 3) == Preferences()

    @pytest.mark.parametrize("revision", [-1, 0, 1, 3])
    async def test_only_the_next_revision_is_written(self, store: Store, revision: int) -> None:
        assert await store.save_preferences("T1", FULL)
        assert not await store.save_preferences("T1", Preferences(revision))
        assert await store.preferences("T1") == FULL

    async def test_one_of_many_managers_writes_a_revision(self, store: Store) -> None:
        wishes = [Preferences(1, Defaults(f"b{number}")) for number in range(10)]
        won = await asyncio.gather(*(store.save_preferences("T1", wish) for wish in wishes))
        assert won.count(True) == 1
        assert await store.preferences("T1") == wishes[won.index(True)]

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(chosen=defaults, channels=st.dictionaries(texts, defaults, max_size=3), limits=limits)
    async def test_any_decision_comes_back(
        self, store: Store, chosen: Defaults, channels: dict[str, Defaults], limits: Limits
    ) -> None:
        revision = (await store.preferences("T1")).revision + 1
        decided = Preferences(revision, chosen, channels, limits)
        assert await store.save_preferences("T1", decided)
        assert await store.preferences("T1") == decided

    async def test_events_of_a_time_come_oldest_first(self, store: Store) -> None:
        for number in (2, 0, 1, 3):
            await store.record_event(an_event(number, minutes=number))
        await store.record_event(an_event(0, "T2"))
        wanted = await store.events("T1", NOON, NOON + timedelta(minutes=3))
        assert wanted == tuple(an_event(number, minutes=number) for number in range(3))

    @pytest.mark.parametrize("apart", [1, 0])
    async def test_events_come_page_by_page(self, store: Store, apart: int) -> None:
        for number in range(7):
            await store.record_event(an_event(number, minutes=number * apart))
        pages: list[tuple[AuditEvent, ...]] = []
        after = None
        while page := await store.events("T1", NOON, NOON + timedelta(hours=1), after=after, limit=3):
            pages.append(page)
            after = page[-1].id
        assert [len(page) for page in pages] == [3, 3, 1]
        assert [event.id for page in pages for event in page] == [f"e{number}-T1" for number in range(7)]

    async def test_event_is_recorded_once(self, store: Store) -> None:
        await store.record_event(an_event(1))
        with pytest.raises(StoreError):
            await store.record_event(an_event(1))

    @pytest.mark.parametrize("action", AuditAction)
    async def test_what_nobody_did_is_on_record_too(self, store: Store, action: AuditAction) -> None:
        event = replace(an_event(1), user_id=None, action=action, subject="", detail="")
        await store.record_event(event)
        assert await store.events("T1", NOON, LATER) == (event,)

    @pytest.mark.parametrize(
        "job",
        [
            JOB,
            replace(JOB, brand_id="b1"),
            replace(JOB, brand_id="b1", wanted=None),
            replace(JOB, wanted=NewBrand("instagram.com/acme", bloom_workspace=BloomWorkspace(None, "Me", True))),
        ],
    )
    async def test_brand_that_is_waited_for_comes_back(self, store: Store, job: BrandJob) -> None:
        await store.save_brand_job(job)
        assert await store.brand_jobs() == await store.brand_jobs("T1") == (job,)
        assert await store.brand_jobs("T2") == ()

    async def test_brand_job_is_written_in_place(self, store: Store) -> None:
        await store.save_brand_job(JOB)
        await store.save_brand_job(replace(JOB, brand_id="b1"))
        assert await store.brand_jobs() == (replace(JOB, brand_id="b1"),)

    async def test_brand_jobs_come_oldest_first_and_end_by_themselves(self, store: Store) -> None:
        for number in (2, 0, 1):
            at = NOON + timedelta(minutes=number)
            await store.save_brand_job(replace(JOB, id=f"j{number}", created_at=at, workspace_id=f"T{number % 2}"))
        assert [job.id for job in await store.brand_jobs()] == ["j0", "j1", "j2"]
        assert [job.id for job in await store.brand_jobs("T0")] == ["j0", "j2"]
        for name in ("j0", "j0", "j9"):
            await store.end_brand_job(name)
        assert [job.id for job in await store.brand_jobs()] == ["j1", "j2"]

    async def test_connection_that_a_brand_is_waited_for_by_is_not_retired(self, store: Store) -> None:
        for connection in (a_connection(), a_connection(name="c2")):
            await store.save_connection(connection)
        await store.save_brand_job(JOB)
        assert await store.retired_connections() == ()
        await store.end_brand_job("j1")
        assert await store.retired_connections() == (a_connection(),)

    async def test_nobody_waits_for_brands_of_a_forgotten_account(self, store: Store) -> None:
        await store.save_brand_job(JOB)
        await store.save_brand_job(replace(JOB, id="j2", workspace_id="T2"))
        await store.erase_connections("T1")
        assert [job.id for job in await store.brand_jobs()] == ["j2"]

    async def test_decisions_are_erased_with_the_history(self, store: Store) -> None:
        for workspace_id in ("T1", "T2"):
            await store.save_preferences(workspace_id, FULL)
            assert await store.preferences(workspace_id) == FULL, "so that it is in memory"
            await store.record_event(an_event(1, workspace_id))
            await store.save_brand_job(replace(JOB, id=f"j-{workspace_id}", workspace_id=workspace_id))
            ended = await store.add_generation(workspace_id, a_request(workspace_id, workspace_id), NOON, worker_id=ME)
            failed = ended.but(state=GenerationState.FAILED, submitted_at=NOON)
            await store.save_generation(failed, was=GenerationState.QUEUED, worker_id=ME)
        await store.erase_history("T1")
        assert await store.preferences("T1") == await store.preferences("T1", 1) == Preferences()
        assert await store.events("T1", NOON, LATER) == ()
        assert await store.brand_jobs("T1") == ()
        assert (await store.spent("T1", "U1", NOON)).workspace == 0
        assert await store.preferences("T2") == FULL
        assert await store.events("T2", NOON, LATER) == (an_event(1, "T2"),)
        assert len(await store.brand_jobs("T2")) == 1
        assert (await store.spent("T2", "U1", NOON)).workspace == 1
        assert await store.save_preferences("T1", Preferences(1)), "it begins anew"
