"""What every store must do with connections to Bloom and with signing in: subclass and give it a `store`."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import StoreError
from bot.core.models import (
    Account,
    BloomWorkspace,
    Brand,
    BrandState,
    Connection,
    GenerationState,
    Grant,
    PendingSignIn,
    TokenSet,
)
from bot.core.ports import Store
from tests.store.contract import CREDENTIAL, LATER, ME, NOON, a_connection, a_request

BRANDS = (
    Brand("b1", "Acme", "https://acme.com", BrandState.READY, 12, "w1", "Marketing", NOON),
    Brand("b2", "", "instagram.com/acme", BrandState.FAILED),
)
MARKETING = BloomWorkspace("w1", "Marketing", is_personal=False)
PERSONAL = BloomWorkspace(None, "Ada's workspace", is_personal=True)
CALLBACK = "https://bot.example/bloom/oauth/callback"


def a_signed_in(workspace_id: str = "T1", name: str = "s1", access_token: str = "at-first") -> Connection:
    """Return a connection with every field filled."""
    return replace(
        a_connection(workspace_id, credential=access_token, name=name),
        grant=Grant("client-1", "rt-first", LATER),
        bloom_workspace=MARKETING,
        is_broken=True,
    )


def a_sign_in(state: str = "state-1", workspace_id: str = "T1") -> PendingSignIn:
    return PendingSignIn(state, "verifier-1", workspace_id, "U1", CALLBACK, LATER)


async def at_bloom(store: Store, connection_id: str, number: int = 1) -> None:
    """Write a generation that this connection was used for."""
    queued = await store.add_generation(f"g{number}", a_request(f"V{number}"), NOON, worker_id=ME)
    waiting = queued.but(state=GenerationState.WAITING, connection_id=connection_id)
    assert await store.save_generation(waiting, was=GenerationState.QUEUED, worker_id=ME)


class ConnectionContract:
    """Needs a fixture `store` that is open and empty."""

    async def test_connection_comes_back_as_it_was_saved(self, store: Store) -> None:
        await store.save_connection(a_connection())
        assert await store.connection("T1") == a_connection()
        assert await store.connection("T2") is None

    async def test_connection_without_names_comes_back(self, store: Store) -> None:
        bare = Connection("c1", "T1", CREDENTIAL, Account("ada@acme.com"), None, NOON)
        await store.save_connection(bare)
        assert await store.connection("T1") == bare

    async def test_what_is_read_while_it_is_replaced_is_not_remembered(self, store: Store) -> None:
        await store.save_connection(a_connection())
        anew = a_connection(credential="bloom_sk_new", name="c2")
        read, _ = await asyncio.gather(store.connection("T1"), store.save_connection(anew))
        assert read == a_connection()
        assert await store.connection("T1") == anew

    async def test_new_connection_takes_the_place_of_the_old(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.save_connection(a_connection(credential="bloom_sk_new", name="c2"))
        assert await store.connection("T1") == a_connection(credential="bloom_sk_new", name="c2")

    async def test_disconnecting_forgets_credential_and_brands_of_that_workspace_only(self, store: Store) -> None:
        for workspace_id in ("T1", "T2"):
            await store.save_connection(a_connection(workspace_id))
            await store.replace_brands(workspace_id, BRANDS, NOON)
        await store.erase_connections("T1")
        assert await store.connection("T1") is None
        assert await store.brands("T1") == ((), None)
        assert await store.connection("T2") == a_connection("T2")
        assert await store.brands("T2") == (BRANDS, NOON)

    async def test_disconnecting_what_was_never_connected_is_no_error(self, store: Store) -> None:
        await store.erase_connections("T1")
        assert await store.connection("T1") is None

    async def test_brands_of_another_account_never_show(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.replace_brands("T1", BRANDS, NOON)
        await store.save_connection(a_connection(email="bob@other.com", name="c2"))
        assert await store.brands("T1") == ((), None)

    async def test_late_look_after_disconnecting_never_shows_to_the_next_account(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.erase_connections("T1")
        await store.replace_brands("T1", BRANDS, NOON)
        await store.save_connection(a_connection(email="bob@other.com", name="c2"))
        assert await store.brands("T1") == ((), None)

    async def test_new_credential_of_the_same_account_keeps_the_brands(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.replace_brands("T1", BRANDS, NOON)
        await store.save_connection(a_connection(credential="bloom_sk_new", name="c2"))
        assert await store.brands("T1") == (BRANDS, NOON)

    async def test_no_brands_seen_differs_from_never_looked(self, store: Store) -> None:
        assert await store.brands("T1") == ((), None)
        await store.replace_brands("T1", (), NOON)
        assert await store.brands("T1") == ((), NOON)

    async def test_brands_are_replaced_in_order(self, store: Store) -> None:
        await store.replace_brands("T1", BRANDS, NOON)
        await store.replace_brands("T1", BRANDS[::-1], NOON + timedelta(hours=1))
        assert await store.brands("T1") == (BRANDS[::-1], NOON + timedelta(hours=1))

    @pytest.mark.parametrize("chosen", [None, MARKETING, PERSONAL])
    async def test_signed_in_connection_comes_back_with_its_grant_and_choice(
        self, store: Store, chosen: BloomWorkspace | None
    ) -> None:
        connection = replace(a_signed_in(), bloom_workspace=chosen)
        await store.save_connection(connection)
        assert await store.connection("T1") == connection
        assert await store.connection_by_id(connection.id) == connection

    async def test_grant_without_refresh_token_comes_back(self, store: Store) -> None:
        connection = replace(a_signed_in(), grant=Grant("client-1", None, None))
        await store.save_connection(connection)
        assert await store.connection("T1") == connection

    async def test_replaced_connection_can_be_used_by_those_who_know_it(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.save_connection(a_signed_in())
        assert await store.connection("T1") == a_signed_in()
        assert await store.connection_by_id(a_connection().id) == a_connection()
        assert await store.connection_by_id("c9") is None

    async def test_replaced_connection_can_come_back(self, store: Store) -> None:
        for connection in (a_connection(), a_signed_in(), a_connection()):
            await store.save_connection(connection)
        assert await store.connection("T1") == a_connection()
        assert await store.retired_connections() == (a_signed_in(),)

    async def test_replacing_leaves_other_workspaces_alone(self, store: Store) -> None:
        await store.save_connection(a_connection("T1"))
        await store.save_connection(a_connection("T2"))
        assert await store.connection("T1") == a_connection("T1")

    async def test_renewed_tokens_take_the_place_of_the_old_and_mend(self, store: Store) -> None:
        await store.save_connection(a_signed_in())
        assert await store.connection("T1") == a_signed_in(), "so that it is in memory"
        end = LATER + timedelta(hours=1)
        assert await store.renew_connection("s1-T1", TokenSet("at-second", "rt-second", end))
        renewed = replace(
            a_signed_in(access_token="at-second"), grant=Grant("client-1", "rt-second", end), is_broken=False
        )
        assert await store.connection("T1") == renewed
        assert await store.connection_by_id("s1-T1") == renewed

    async def test_refresh_token_that_was_not_replaced_goes_on(self, store: Store) -> None:
        await store.save_connection(a_signed_in())
        await store.renew_connection("s1-T1", TokenSet("at-second", None, None))
        connection = await store.connection("T1")
        assert connection is not None
        assert connection.grant == Grant("client-1", "rt-first", None)

    async def test_replaced_connection_is_renewed_too(self, store: Store) -> None:
        await store.save_connection(a_signed_in())
        await store.save_connection(a_connection())
        assert await store.renew_connection("s1-T1", TokenSet("at-second", "rt-second", LATER))
        replaced = await store.connection_by_id("s1-T1")
        assert replaced is not None
        assert replaced.credential == "at-second"
        assert await store.connection("T1") == a_connection()

    async def test_renewal_of_what_was_erased_says_so(self, store: Store) -> None:
        assert not await store.renew_connection("s1-T1", TokenSet("at-second", "rt-second", LATER))
        assert await store.connection_by_id("s1-T1") is None

    async def test_refusal_is_news_once(self, store: Store) -> None:
        await store.save_connection(a_connection())
        first, *others = await asyncio.gather(*(store.break_connection("c1-T1", CREDENTIAL) for _ in range(3)))
        assert (first, others) == (True, [False, False])
        assert await store.connection("T1") == replace(a_connection(), is_broken=True)

    async def test_refusal_of_a_credential_that_was_renewed_meanwhile_breaks_nothing(self, store: Store) -> None:
        await store.save_connection(replace(a_signed_in(), is_broken=False))
        await store.renew_connection("s1-T1", TokenSet("at-second", "rt-second", LATER))
        assert not await store.break_connection("s1-T1", "at-first")
        assert not await store.break_connection("c9", "at-first")
        connection = await store.connection("T1")
        assert connection is not None
        assert not connection.is_broken

    async def test_refusal_of_a_replaced_connection_is_noted_but_no_news_to_anybody(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.save_connection(a_connection(name="c2", credential="bloom_sk_new"))
        assert not await store.break_connection("c1-T1", CREDENTIAL)
        assert await store.connection_by_id("c1-T1") == replace(a_connection(), is_broken=True)
        assert await store.connection("T1") == a_connection(name="c2", credential="bloom_sk_new")

    async def test_what_broke_again_after_it_was_mended_is_news(self, store: Store) -> None:
        await store.save_connection(a_signed_in())
        await store.renew_connection("s1-T1", TokenSet("at-second", "rt-second", LATER))
        assert await store.break_connection("s1-T1", "at-second")

    @pytest.mark.parametrize("chosen", [PERSONAL, None])
    async def test_choice_of_a_bloom_workspace_is_kept_and_forgets_the_brands_of_another(
        self, store: Store, chosen: BloomWorkspace | None
    ) -> None:
        await store.save_connection(a_signed_in())
        await store.replace_brands("T1", BRANDS, NOON)
        await store.choose_bloom_workspace("s1-T1", chosen)
        assert await store.connection("T1") == replace(a_signed_in(), bloom_workspace=chosen)
        assert await store.brands("T1") == ((), None)

    async def test_choice_for_a_replaced_connection_leaves_the_brands(self, store: Store) -> None:
        await store.save_connection(a_signed_in())
        await store.save_connection(a_connection())
        await store.replace_brands("T1", BRANDS, NOON)
        await store.choose_bloom_workspace("s1-T1", None)
        assert await store.brands("T1") == (BRANDS, NOON)

    async def test_brands_of_another_choice_never_show(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.replace_brands("T1", BRANDS, NOON)
        await store.save_connection(a_signed_in())
        assert await store.brands("T1") == ((), None)

    async def test_brands_of_the_account_before_last_never_show(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.save_connection(a_connection(email="bob@other.com", name="c2"))
        await store.replace_brands("T1", BRANDS, NOON)
        await store.save_connection(a_connection(name="c3"))
        assert await store.brands("T1") == ((), None)

    async def test_replaced_connection_is_retired_when_no_unfinished_generation_needs_it(self, store: Store) -> None:
        await store.save_connection(a_connection())
        for number in (1, 2):
            await at_bloom(store, "c1-T1", number)
        await store.save_connection(a_signed_in())
        assert await store.retired_connections() == ()
        for number, retired in ((1, ()), (2, (a_connection(),))):
            row = await store.generation(f"g{number}")
            assert row is not None
            ended = row.but(state=GenerationState.DELIVERED)
            assert await store.save_generation(ended, was=GenerationState.WAITING, worker_id=ME)
            assert await store.retired_connections() == retired

    async def test_present_connection_is_never_retired(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        assert await store.retired_connections() == ()

    async def test_erasing_a_replaced_connection_leaves_the_present_one_and_its_brands(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.save_connection(a_signed_in())
        await store.replace_brands("T1", BRANDS, NOON)
        assert await store.connection_by_id("c1-T1"), "so that it is in memory"
        await store.erase_connection("c1-T1")
        assert await store.connection_by_id("c1-T1") is None
        assert await store.retired_connections() == ()
        assert await store.connection("T1") == a_signed_in()
        assert await store.brands("T1") == (BRANDS, NOON)

    async def test_erasing_the_present_connection_forgets_the_brands_seen_through_it(self, store: Store) -> None:
        await store.save_connection(a_connection())
        await store.replace_brands("T1", BRANDS, NOON)
        await store.erase_connection("c1-T1")
        assert await store.connection("T1") is None
        assert await store.brands("T1") == ((), None)

    async def test_erasing_all_returns_what_has_to_be_revoked(self, store: Store) -> None:
        await store.save_connection(a_signed_in())
        await at_bloom(store, "s1-T1")
        present = replace(a_connection(), connected_at=LATER)
        await store.save_connection(present)
        assert await store.erase_connections("T1") == (a_signed_in(), present)
        assert await store.erase_connections("T1") == ()
        assert await store.connection_by_id("s1-T1") is None

    async def test_registration_is_remembered_by_callback_address_until_it_is_forgotten(self, store: Store) -> None:
        assert await store.bloom_client(CALLBACK) is None
        for client_id in ("client-1", "client-2"):
            await store.save_bloom_client(CALLBACK, client_id)
            assert await store.bloom_client(CALLBACK) == client_id
        assert await store.bloom_client("https://elsewhere.example/callback") is None
        await store.forget_bloom_client("another")
        assert await store.bloom_client(CALLBACK)
        await store.forget_bloom_client(str(await store.bloom_client(CALLBACK)))
        assert await store.bloom_client(CALLBACK) is None

    async def test_sign_in_can_be_looked_at_and_taken_once(self, store: Store) -> None:
        await store.add_sign_in(a_sign_in(), NOON)
        for _ in range(2):
            assert await store.sign_in("state-1", NOON) == a_sign_in()
        assert await store.take_sign_in("state-1", NOON) == a_sign_in()
        assert await store.take_sign_in("state-1", NOON) is None
        assert await store.sign_in("state-1", NOON) is None

    async def test_one_of_many_takes_a_sign_in(self, store: Store) -> None:
        await store.add_sign_in(a_sign_in(), NOON)
        taken = await asyncio.gather(*(store.take_sign_in("state-1", NOON) for _ in range(9)))
        assert [one for one in taken if one] == [a_sign_in()]

    @pytest.mark.parametrize("state", ["", "state-2", "STATE-1", "state-1\ud800"])
    async def test_state_that_nobody_began_with_is_nothing(self, store: Store, state: str) -> None:
        await store.add_sign_in(a_sign_in(), NOON)
        assert await store.sign_in(state, NOON) is None
        assert await store.take_sign_in(state, NOON) is None
        assert await store.sign_in("state-1", NOON) == a_sign_in()

    async def test_sign_in_ends_at_its_time(self, store: Store) -> None:
        await store.add_sign_in(a_sign_in(), NOON)
        assert await store.sign_in("state-1", LATER - timedelta(microseconds=1)) == a_sign_in()
        assert await store.sign_in("state-1", LATER) is None
        assert await store.take_sign_in("state-1", LATER) is None
        assert await store.take_sign_in("state-1", NOON) is None, "asking late used it up"

    async def test_sign_ins_of_several_people_are_kept_apart_and_the_expired_go(self, store: Store) -> None:
        await store.add_sign_in(a_sign_in("state-1"), NOON)
        others = replace(a_sign_in("state-2", "T2"), user_id="U2", expires_at=LATER + timedelta(minutes=9))
        await store.add_sign_in(others, LATER)
        assert await store.sign_in("state-1", NOON) is None
        assert await store.take_sign_in("state-2", LATER) == others

    async def test_state_cannot_be_begun_with_twice(self, store: Store) -> None:
        await store.add_sign_in(a_sign_in(), NOON)
        with pytest.raises(StoreError):
            await store.add_sign_in(a_sign_in(workspace_id="T2"), NOON)
        assert await store.sign_in("state-1", NOON) == a_sign_in()

    async def test_disconnecting_ends_the_sign_ins_that_were_begun(self, store: Store) -> None:
        for state, workspace_id in (("state-1", "T1"), ("state-2", "T2")):
            await store.add_sign_in(a_sign_in(state, workspace_id), NOON)
        await store.erase_connections("T1")
        assert await store.take_sign_in("state-1", NOON) is None
        assert await store.take_sign_in("state-2", NOON) == a_sign_in("state-2", "T2")

    async def test_expiry_in_another_zone_is_the_same_moment(self, store: Store) -> None:
        await store.save_connection(replace(a_signed_in(), grant=Grant("c", "r", LATER.astimezone())))
        connection = await store.connection("T1")
        assert connection is not None
        assert connection.grant == Grant("c", "r", datetime(2026, 11, 22, 12, 5, tzinfo=UTC))
