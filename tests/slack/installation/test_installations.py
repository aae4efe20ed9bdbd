"""A token that holds, for every workspace: renewed once for all who ask, and on the disk before anybody has it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import SlackRefused, SlackUnavailable, StoreError
from bot.core.models import Installation
from bot.core.tasks import Tasks
from bot.slack.client import SlackApi
from bot.slack.installation.installations import CHECK_EVERY, CHECK_TWICE, RENEW_PAUSE, SWEEP_EVERY, Installations
from bot.slack.installation.oauth import OAuth, OAuthApp
from bot.store import SqliteStore
from tests.fakes.clock import EPOCH, ManualClock
from tests.fakes.eventually import eventually, settle
from tests.slack.loopback import WrittenSlack
from tests.slack.places import ACME, BETA, GLOBEX, rotating

APP = OAuthApp("client-1", "client-secret-1", ("chat:write",))
RENEWAL = "oauth.v2.access"
NEW_TOKENS = {"access_token": "xoxe.xoxb-2", "refresh_token": "xoxe-1-second", "expires_in": 43_200}


class World:
    """Installations, and what was said to be gone."""

    def __init__(
        self, store: SqliteStore, written: WrittenSlack, api: SlackApi, clock: ManualClock, tasks: Tasks
    ) -> None:
        self.store = store
        self.slack = written
        self.clock = clock
        self.tasks = tasks
        self.gone: list[Installation] = []
        oauth = OAuth(APP, api, clock)
        self.installations = Installations(store, oauth, api, clock=clock, tasks=tasks, on_gone=self._note)
        written.answer(RENEWAL, NEW_TOKENS)

    async def _note(self, installation: Installation) -> None:
        self.gone.append(installation)

    async def token(self, workspace_id: str = "T1") -> str:
        return (await self.installations.of(workspace_id)).bot_token

    async def stored(self, workspace_id: str = "T1") -> Installation:
        installation = await self.store.installation(workspace_id)
        assert installation is not None
        return installation

    @property
    def renewals(self) -> int:
        return len(self.slack.named(RENEWAL))


@pytest.fixture
def world(store: SqliteStore, written: WrittenSlack, api: SlackApi, manual_clock: ManualClock, tasks: Tasks) -> World:
    return World(store, written, api, manual_clock, tasks)


async def test_workspace_without_installation_is_refused(world: World) -> None:
    with pytest.raises(SlackRefused, match="not_installed"):
        await world.token()


async def test_two_workspaces_have_their_own_tokens(world: World) -> None:
    for installation in (ACME, BETA):
        await world.store.save_installation(installation)
    assert [await world.token("T1"), await world.token("T2")] == ["xoxb-acme", "xoxb-beta"]


async def test_three_who_come_when_a_token_has_ended_make_one_renewal(world: World) -> None:
    await world.store.save_installation(rotating(-1))
    tokens = await asyncio.gather(*(world.token() for _ in range(3)))
    assert tokens == ["xoxe.xoxb-2"] * 3
    (asked,) = world.slack.named(RENEWAL)
    assert asked.form == {"grant_type": "refresh_token", "refresh_token": "xoxe-1-first"}
    assert asked.authorization.startswith("Basic ")
    stored = await world.stored()
    assert (stored.bot_token, stored.refresh_token) == ("xoxe.xoxb-2", "xoxe-1-second")
    assert stored.expires_at == EPOCH + timedelta(hours=12)
    assert stored.name == "Acme"


async def test_who_leaves_does_not_take_the_renewal_along(world: World) -> None:
    await world.store.save_installation(rotating(-1))
    answered = world.slack.hold(RENEWAL)
    caller = asyncio.create_task(world.token())
    await eventually(lambda: world.renewals)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    answered.set()
    assert await world.token() == "xoxe.xoxb-2"
    assert world.renewals == 1


async def test_token_that_ends_soon_is_renewed_behind_whoever_asks(world: World) -> None:
    await world.store.save_installation(rotating(9))
    answered = world.slack.hold(RENEWAL)
    assert [await world.token(), await world.token()] == ["xoxe.xoxb-1"] * 2
    await eventually(lambda: world.renewals)
    answered.set()
    await eventually(lambda: not len(world.tasks))
    assert await world.token() == "xoxe.xoxb-2"
    assert world.renewals == 1


async def test_token_that_holds_long_enough_is_left_alone(world: World) -> None:
    await world.store.save_installation(rotating(11))
    assert await world.token() == "xoxe.xoxb-1"
    await settle(3)
    assert world.renewals == 0


async def test_nobody_has_new_tokens_before_they_are_on_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.store.save_installation(rotating(-1))
    write, tries = world.store.renew_installation, 0

    async def fail_first(*args: Any, **kwargs: Any) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise StoreError("disk full")
        return await write(*args, **kwargs)

    monkeypatch.setattr(world.store, "renew_installation", fail_first)
    caller = asyncio.create_task(world.token())
    await eventually(lambda: tries == 1)
    await settle(3)
    assert not caller.done()
    await world.clock.advance(2.0)
    assert await caller == "xoxe.xoxb-2"
    assert (world.renewals, tries) == (1, 2)


async def test_tokens_that_the_disk_never_took_are_not_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.store.save_installation(rotating(-1))

    async def fail(*_: Any, **__: Any) -> bool:
        raise StoreError("disk full")

    with monkeypatch.context() as full:
        full.setattr(world.store, "renew_installation", fail)
        caller = asyncio.create_task(world.token())
        while not caller.done():
            await world.clock.advance(60.0)
            await settle(1)
        with pytest.raises(StoreError):
            await caller
    assert await world.token() == "xoxe.xoxb-2"
    assert world.renewals == 1


async def test_renewal_that_slack_refuses_changes_nothing_while_the_token_holds(world: World) -> None:
    await world.store.save_installation(rotating(0.5))
    world.slack.answer(RENEWAL, "invalid_refresh_token")
    assert await world.token() == "xoxe.xoxb-1"
    await world.clock.advance(31)
    with pytest.raises(SlackRefused, match="invalid_refresh_token"):
        await world.token()
    assert (await world.stored()).refresh_token == "xoxe-1-first"


async def test_slack_that_is_away_is_told_from_a_refusal(world: World) -> None:
    await world.store.save_installation(rotating(-1))
    world.slack.answer(RENEWAL, 503)
    with pytest.raises(SlackUnavailable):
        await world.token()
    world.slack.answer(RENEWAL, NEW_TOKENS)
    assert await world.token() == "xoxe.xoxb-2"


async def test_renewal_ahead_of_the_end_that_fails_is_tried_again_after_a_pause(world: World) -> None:
    await world.store.save_installation(rotating(9))
    world.slack.answer(RENEWAL, "internal_error")
    for pause, renewals in ((0.0, 1), (RENEW_PAUSE / 2, 1), (RENEW_PAUSE / 2, 2)):
        await world.clock.advance(pause)
        assert await world.token() == "xoxe.xoxb-1"
        await eventually(lambda: not len(world.tasks))
        assert world.renewals == renewals


async def test_who_saw_the_tokens_before_somebody_renewed_them_does_not_renew_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rotating(-1)
    await world.store.save_installation(before)
    await world.token()
    look = world.store.installation
    stale = iter([before])

    async def late(*where: str | None) -> Installation | None:
        return next(stale, None) or await look(*where)

    monkeypatch.setattr(world.store, "installation", late)
    assert await world.token() == "xoxe.xoxb-2"
    assert world.renewals == 1


async def test_fresh_installation_is_not_overwritten_by_a_renewal_of_the_old_one(world: World) -> None:
    await world.store.save_installation(rotating(-1))
    answered = world.slack.hold(RENEWAL)
    caller = asyncio.create_task(world.token())
    await eventually(lambda: world.renewals)
    await world.store.save_installation(rotating(720, bot_token="xoxe.xoxb-fresh", refresh_token="xoxe-1-fresh"))
    answered.set()
    assert await caller == "xoxe.xoxb-fresh"
    assert (await world.stored()).refresh_token == "xoxe-1-fresh"


async def test_end_of_the_bot_waits_for_tokens_that_are_on_their_way(world: World) -> None:
    await world.store.save_installation(rotating(9))
    answered = world.slack.hold(RENEWAL)
    await world.token()
    await eventually(lambda: world.renewals)
    end = asyncio.create_task(world.tasks.stop())
    await settle(3)
    assert not end.done()
    answered.set()
    await end
    assert (await world.stored()).bot_token == "xoxe.xoxb-2"


async def test_slack_is_asked_about_a_token_once_an_hour(world: World) -> None:
    await world.store.save_installation(ACME)
    for _ in range(3):
        await world.token()
    await eventually(lambda: not len(world.tasks))
    assert [asked.token for asked in world.slack.named("auth.test")] == ["xoxb-acme"]
    await world.clock.advance(CHECK_EVERY)
    await world.token()
    await eventually(lambda: not len(world.tasks))
    assert len(world.slack.named("auth.test")) == 2
    assert world.gone == []


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_installation_that_slack_denies_twice_is_gone(world: World, error: str) -> None:
    await world.store.save_installation(ACME)
    world.slack.answer("auth.test", error)
    await world.token()
    await eventually(lambda: world.clock.sleepers)
    assert world.gone == []
    await world.clock.advance(CHECK_TWICE)
    await eventually(lambda: world.gone)
    assert world.gone == [ACME]


@pytest.mark.parametrize("answers", [("invalid_auth", {}), ("invalid_auth", 503), (503,), ("org_login_required",)])
async def test_installation_that_slack_does_not_deny_twice_stays(world: World, answers: tuple[Any, ...]) -> None:
    await world.store.save_installation(ACME)
    world.slack.answer("auth.test", *answers)
    await world.token()
    while len(world.tasks):
        await world.clock.advance(CHECK_TWICE)
        await settle(1)
    assert len(world.slack.named("auth.test")) == len(answers)
    assert world.gone == []


async def test_removal_that_the_bot_did_not_hear_of_is_noticed_without_anybody_asking(world: World) -> None:
    await world.store.save_installation(ACME)
    world.slack.answer("auth.test", "account_inactive")
    world.tasks.start(world.installations.keep_looking(), name="look after installations")
    await eventually(lambda: world.clock.sleepers)
    await world.clock.advance(CHECK_TWICE)
    await eventually(lambda: world.gone)
    assert world.gone == [ACME]


async def test_looking_after_all_goes_on_when_the_database_could_not_say(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.store.save_installation(ACME)
    ids, failures = world.store.installation_ids, [StoreError("locked")]

    async def failing() -> tuple[str, ...]:
        if failures:
            raise failures.pop()
        return await ids()

    monkeypatch.setattr(world.store, "installation_ids", failing)
    world.tasks.start(world.installations.keep_looking(), name="look after installations")
    await settle(2)
    assert not world.slack.named("auth.test")
    await world.clock.advance(SWEEP_EVERY)
    await eventually(lambda: len(world.slack.named("auth.test")) == 1)


async def test_workspace_of_an_organisation_is_served_by_its_installation(world: World) -> None:
    await world.store.save_installation(GLOBEX)
    assert (await world.installations.of("T7", "E1")).bot_token == "xoxb-globex"
    assert await world.token("T7") == "xoxb-globex"  # known from now on, for work in the background


async def test_installation_of_the_organisation_takes_the_place_of_a_workspaces_own(world: World) -> None:
    own = replace(ACME, enterprise_id="E1")
    await world.store.save_installation(own)
    assert (await world.installations.of("T1", "E1", is_org_wide=True)).bot_token == "xoxb-acme"
    await world.store.save_installation(GLOBEX)
    assert (await world.installations.of("T1", "E1")).bot_token == "xoxb-acme"
    assert (await world.installations.of("T1", "E1", is_org_wide=True)).bot_token == "xoxb-globex"
    assert await world.token("T1") == "xoxb-globex"
