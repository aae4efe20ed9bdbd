"""What every store must do with installations, managers, and leaving: subclass and give it a `store`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import StoreError
from bot.core.models import Failure, FailureCode, Generation, GenerationState, Installation, Place
from bot.core.ports import Store
from tests.store.connection_contract import BRANDS
from tests.store.contract import LATER, ME, NOON, a_connection, a_request, advanced, claimed

UNINSTALLED = Failure(FailureCode.UNINSTALLED, "app_uninstalled", "https://x/help")


def an_installation(
    workspace_id: str | None = "T1", enterprise_id: str | None = None, bot_token: str = "xoxb-1"
) -> Installation:
    return Installation(workspace_id, enterprise_id, bot_token, "B1", "UB")


def a_rotating(bot_token: str = "xoxe.xoxb-1", refresh_token: str = "xoxe-1") -> Installation:
    """Return an installation with every field filled."""
    return replace(
        an_installation("T1", "E1", bot_token),
        app_id="A1",
        scopes=("chat:write", "commands"),
        name="Acme",
        installed_by="U1",
        installed_at=NOON,
        refresh_token=refresh_token,
        expires_at=LATER,
    )


async def in_every_state(store: Store, workspace_id: str = "T1") -> dict[str, Generation]:
    """Write a generation in each state, with an image each, and return them by id."""
    written = {}
    for state in GenerationState:
        name = f"{state}-{workspace_id}"
        queued = await store.add_generation(name, a_request(name, workspace_id), NOON, worker_id=ME)
        written[name] = queued.but(state=state, image_ids=(f"i-{name}",), is_stale=True, finished_at=NOON)
        assert await store.save_generation(written[name], was=GenerationState.QUEUED, worker_id=ME)
    return written


class InstallationContract:
    """Needs a fixture `store` that is open and empty."""

    @pytest.mark.parametrize("installation", [an_installation(), a_rotating(), an_installation(None, "E1")])
    async def test_installation_comes_back_as_it_was_saved(self, store: Store, installation: Installation) -> None:
        await store.save_installation(installation)
        assert await store.installation(installation.workspace_id, installation.enterprise_id) == installation

    async def test_workspace_without_the_bot_has_no_installation(self, store: Store) -> None:
        await store.save_installation(an_installation())
        for ids in (("T2", None), ("T2", "E1"), (None, "E1"), (None, None)):
            assert await store.installation(*ids) is None

    async def test_latest_installation_wins_whatever_its_time(self, store: Store) -> None:
        assert await store.installation("T1") is None
        for bot_token in ("xoxb-1", "xoxb-2"):
            installation = replace(an_installation(bot_token=bot_token), installed_at=NOON)
            await store.save_installation(installation)
            assert await store.installation("T1") == installation
        await store.save_installation(replace(installation, bot_token="xoxb-3", installed_at=NOON - timedelta(days=1)))
        found = await store.installation("T1")
        assert found is not None
        assert found.bot_token == "xoxb-3"

    async def test_what_is_read_while_it_is_replaced_is_not_remembered(self, store: Store) -> None:
        await store.save_installation(an_installation())
        anew = an_installation(bot_token="xoxb-2")
        read, _ = await asyncio.gather(store.installation("T1"), store.save_installation(anew))
        assert read == an_installation()
        assert await store.installation("T1") == anew

    async def test_organisations_installation_serves_its_workspaces_once_they_were_seen(self, store: Store) -> None:
        org_wide = an_installation(None, "E1")
        await store.save_installation(org_wide)
        assert await store.installation("T1") is None, "nobody has said where it belongs"
        assert await store.installation("T1", "E1") == org_wide
        assert await store.installation("T1") == org_wide

    async def test_workspaces_own_installation_comes_before_its_organisations(self, store: Store) -> None:
        own, org_wide = an_installation("T1", "E1"), an_installation(None, "E1", "xoxb-org")
        for installation in (org_wide, own):
            await store.save_installation(installation)
        assert await store.installation("T1", "E1") == own
        assert await store.installation("T2", "E1") == org_wide
        assert await store.installation(None, "E1") == org_wide
        assert await store.delete_installation("T1", "xoxb-1")
        assert await store.installation("T1") == org_wide

    async def test_workspace_that_moved_to_another_organisation_is_served_by_that_one(self, store: Store) -> None:
        for enterprise_id in ("E1", "E2"):
            await store.save_installation(an_installation(None, enterprise_id, f"xoxb-{enterprise_id}"))
            await store.installation("T1", enterprise_id)
        assert await store.installation("T1") == an_installation(None, "E2", "xoxb-E2")

    async def test_organisations_installation_knows_the_workspaces_it_serves(self, store: Store) -> None:
        org_wide = an_installation(None, "E1")
        for installation in (org_wide, an_installation("T3", "E1", "xoxb-own")):
            await store.save_installation(installation)
        for ids in (("T2", "E1"), ("T1", "E1"), ("T3", "E1"), ("T4", "E2")):
            await store.installation(*ids)
        assert await store.workspaces_of(org_wide) == ("T1", "T2")
        assert await store.workspaces_of(an_installation("T3", "E1")) == ("T3",)
        assert await store.delete_installation("E1", "xoxb-1")
        assert await store.workspaces_of(org_wide) == ("T1", "T2"), "they have to be left"

    async def test_renewed_tokens_are_written_for_who_renewed_last(self, store: Store) -> None:
        await store.save_installation(a_rotating())
        assert await store.installation("T1") == a_rotating(), "so that it is in memory"
        renewed = replace(a_rotating("xoxe.xoxb-2", "xoxe-2"), expires_at=LATER + timedelta(hours=12))
        assert await store.renew_installation(renewed, was="xoxe-1")
        assert await store.installation("T1") == renewed
        assert not await store.renew_installation(a_rotating("xoxe.xoxb-3", "xoxe-3"), was="xoxe-1")
        assert await store.installation("T1") == renewed

    async def test_renewal_does_not_undo_an_installation_made_meanwhile(self, store: Store) -> None:
        await store.save_installation(a_rotating())
        for anew in (a_rotating("xoxe.xoxb-9", "xoxe-9"), an_installation(bot_token="xoxb-9")):
            await store.save_installation(anew)
            assert not await store.renew_installation(a_rotating("xoxe.xoxb-2", "xoxe-2"), was="xoxe-1")
            assert await store.installation("T1") == anew

    async def test_renewal_does_not_bring_an_installation_back(self, store: Store) -> None:
        assert not await store.renew_installation(a_rotating("xoxe.xoxb-2", "xoxe-2"), was="xoxe-1")
        assert await store.installation("T1") is None

    async def test_installation_is_deleted_by_its_present_token_only(self, store: Store) -> None:
        await store.save_installation(an_installation())
        await store.save_installation(an_installation("T2"))
        assert not await store.delete_installation("T1", "xoxb-0")
        assert await store.installation("T1") == an_installation()
        assert await store.delete_installation("T1", "xoxb-1")
        assert not await store.delete_installation("T1", "xoxb-1")
        assert await store.installation("T1") is None
        assert await store.installation("T2") == an_installation("T2")

    async def test_state_for_slack_is_taken_once_and_in_time(self, store: Store) -> None:
        await store.add_slack_state("s1", LATER, NOON)
        assert not await store.take_slack_state("s2", NOON)
        assert not await store.take_slack_state("s1", LATER)
        taken = await asyncio.gather(
            *(store.take_slack_state("s1", LATER - timedelta(microseconds=1)) for _ in range(9))
        )
        assert taken.count(True) == 1

    async def test_expired_states_for_slack_are_forgotten_with_a_new_one(self, store: Store) -> None:
        await store.add_slack_state("s1", LATER, NOON)
        await store.add_slack_state("s2", LATER + timedelta(minutes=10), LATER)
        assert not await store.take_slack_state("s1", NOON)
        assert await store.take_slack_state("s2", LATER)

    async def test_state_for_slack_cannot_be_set_out_with_twice(self, store: Store) -> None:
        await store.add_slack_state("s1", LATER, NOON)
        with pytest.raises(StoreError):
            await store.add_slack_state("s1", LATER, NOON)

    async def test_named_managers_take_the_place_of_those_before(self, store: Store) -> None:
        assert await store.managers("T1") == frozenset()
        for named in (["U1", "U2", "U1"], ["U3"], []):
            await store.name_managers("T1", named)
            assert await store.managers("T1") == frozenset(named)

    async def test_managers_are_named_a_workspace(self, store: Store) -> None:
        for workspace_id, user_id in (("T1", "U1"), ("T2", "U2")):
            await store.name_managers(workspace_id, [user_id])
        await store.name_managers("T1", [])
        assert await store.managers("T2") == {"U2"}


class LeavingContract:
    """Needs a fixture `store` that is open and empty."""

    async def test_unfinished_generations_of_the_workspace_end(self, store: Store) -> None:
        before = await in_every_state(store)
        elsewhere = await in_every_state(store, "T2")
        assert await store.end_generations("T1", UNINSTALLED, LATER) == 5
        for one in before.values():
            row = await store.generation(one.id)
            ended = one.but(state=GenerationState.FAILED, failure=UNINSTALLED, finished_at=LATER)
            assert row == (one if one.state.is_final else ended)
            assert (row.owner, row.is_stale) == (None, False)
        for one in elsewhere.values():
            assert await store.generation(one.id) == one
        assert await store.end_generations("T1", UNINSTALLED, LATER) == 0

    @pytest.mark.parametrize("was", [state for state in GenerationState if not state.is_final])
    async def test_who_was_at_work_on_an_ended_one_writes_nothing_more(
        self, store: Store, was: GenerationState
    ) -> None:
        one = (await in_every_state(store))[f"{was}-T1"]
        await store.end_generations("T1", UNINSTALLED, LATER)
        ended = await store.generation(one.id)
        for state in GenerationState:
            assert not await store.save_generation(one.but(state=state), was=was, worker_id=ME)
        await store.mark_end(one.but(is_stale=True))
        assert await store.cancel_generation(one.id, LATER, by="U1") == ended
        assert await claimed(store) == ()
        assert await store.owned_ids(ME) == frozenset()
        assert await store.stale_ends(NOON, faults=9, limit=9) == ()
        assert await store.generation(one.id) == ended

    async def test_wish_to_cancel_and_faults_are_settled_by_the_end(self, store: Store) -> None:
        one = (await in_every_state(store))["submitting-T1"]
        await store.count_fault(ME, one.id)
        await store.cancel_generation(one.id, NOON, by="U2")
        await store.end_generations("T1", UNINSTALLED, LATER)
        row = await store.generation(one.id)
        assert row is not None
        assert (row.cancelled_by, row.faults, row.finished_at) == (None, 0, LATER)

    async def test_connection_of_ended_generations_is_retired(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        waiting = queued.but(state=GenerationState.WAITING, connection_id="c1-T1", place=Place("C1", "17.1", "17.0"))
        await store.save_generation(waiting, was=GenerationState.QUEUED, worker_id=ME)
        for connection in (a_connection(), a_connection(name="c2")):
            await store.save_connection(connection)
        assert await store.retired_connections() == ()
        await store.end_generations("T1", UNINSTALLED, LATER)
        assert await store.retired_connections() == (a_connection(),)

    async def test_history_is_erased_with_everything_that_belongs_to_it(self, store: Store) -> None:
        await in_every_state(store)
        await in_every_state(store, "T2")
        for workspace_id in ("T1", "T2"):
            await store.save_connection(a_connection(workspace_id))
            await store.replace_brands(workspace_id, BRANDS, NOON)
            await store.name_managers(workspace_id, ["U1"])
            await store.installation(workspace_id, "E1")
            assert await store.managers(workspace_id) == {"U1"}, "so that it is in memory"
        await store.end_generations("T1", UNINSTALLED, LATER)
        await store.erase_history("T1")
        names = [f"{state}-T1" for state in GenerationState]
        assert [await store.generation(name) for name in names] == [None] * len(names)
        assert await store.owned_image_ids([f"i-{name}" for name in names]) == frozenset()
        assert await store.brands("T1") == ((), None)
        assert await store.managers("T1") == frozenset()
        assert await store.connection("T1") == a_connection("T1"), "secrets are erased by themselves"
        assert await store.workspaces_of(an_installation(None, "E1")) == ("T2",)
        assert len(await store.owned_image_ids([f"i-{state}-T2" for state in GenerationState])) == 8
        assert await store.brands("T2") == (BRANDS, NOON)
        assert await store.managers("T2") == {"U1"}

    async def test_what_is_not_ended_is_no_history(self, store: Store) -> None:
        before = await in_every_state(store)
        await store.erase_history("T1")
        for one in before.values():
            assert await store.generation(one.id) == (None if one.state.is_final else one)

    async def test_long_history_is_erased_to_the_end(self, store: Store) -> None:
        for number in range(450):
            queued = await store.add_generation(f"g{number}", a_request(f"V{number}"), NOON, worker_id=ME)
            ended = advanced(queued).but(image_ids=(f"i{number}",))
            await store.save_generation(ended, was=GenerationState.QUEUED, worker_id=ME)
        await store.erase_history("T1")
        assert await store.owned_image_ids([f"i{number}" for number in range(450)]) == frozenset()
