"""Who looks after Bloom, who is asked and told, and what becomes of it when Slack says nothing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import NotAllowed, SlackRefused, SlackUnavailable
from bot.core.models import Installation, Notice, NoticeKind
from tests.core.world import BOSS, TEAM, World

INSTALLER = "U8"
NO_SCOPE = SlackRefused("missing_scope")
BROKEN = Notice(NoticeKind.CONNECTION_BROKEN)


async def install(world: World, **fields: Any) -> None:
    """Write down that somebody installed the bot in the workspace."""
    defaults: dict[str, Any] = {"workspace_id": TEAM, "enterprise_id": None, "installed_by": INSTALLER}
    await world.store.save_installation(
        Installation(**(defaults | fields), bot_token="xoxb-1", bot_id="B1", bot_user_id="UB")
    )


class TestWhoMay:
    async def test_admins_the_installer_and_who_was_named(self, world: World) -> None:
        await install(world)
        await world.managers.name(TEAM, BOSS, ["U5"])
        may = {user for user in ("U1", "U5", INSTALLER, BOSS) if await world.managers.is_manager(TEAM, user)}
        assert may == {"U5", INSTALLER, BOSS}
        await world.managers.require(TEAM, "U5")
        with pytest.raises(NotAllowed):
            await world.managers.require(TEAM, "U1")

    @pytest.mark.parametrize("refusal", [NO_SCOPE, SlackUnavailable("unreachable"), SlackRefused("user_not_found")])
    async def test_whom_the_bot_knows_may_also_when_slack_says_nothing(
        self, world: World, refusal: SlackRefused
    ) -> None:
        await install(world)
        await world.managers.name(TEAM, BOSS, ["U5"])
        world.directory.refusal = refusal
        assert await world.managers.is_manager(TEAM, INSTALLER)
        assert await world.managers.is_manager(TEAM, "U5")

    @pytest.mark.parametrize("user_id", [INSTALLER, "U5"])
    async def test_whom_the_bot_knows_may_no_more_once_they_are_deactivated(self, world: World, user_id: str) -> None:
        await install(world)
        await world.managers.name(TEAM, BOSS, ["U5"])
        world.directory.put(user_id, is_active=False)
        assert not await world.managers.is_manager(TEAM, user_id)

    async def test_installer_of_an_organisation_may_in_its_workspaces(self, world: World) -> None:
        await install(world, workspace_id=None, enterprise_id="E1")
        await world.store.installation(TEAM, "E1")
        assert await world.managers.is_manager(TEAM, INSTALLER)

    async def test_manager_of_one_workspace_is_none_of_another(self, world: World) -> None:
        await world.managers.name(TEAM, BOSS, ["U5"])
        assert not await world.managers.is_manager("T2", "U5")

    async def test_admin_who_was_deactivated_may_no_more(self, world: World) -> None:
        world.directory.put(BOSS, is_admin=True, is_active=False)
        assert not await world.managers.is_manager(TEAM, BOSS)

    async def test_slack_that_is_away_is_said_instead_of_guessed_at(self, world: World) -> None:
        world.directory.refusal = SlackUnavailable("unreachable")
        with pytest.raises(SlackUnavailable):
            await world.managers.is_manager(TEAM, BOSS)

    async def test_without_the_scope_the_installer_may_and_admins_are_not_known(self, world: World) -> None:
        await install(world)
        world.directory.refusal = NO_SCOPE
        with capture_logs() as lines:
            assert await world.managers.is_manager(TEAM, INSTALLER)
            assert not await world.managers.is_manager(TEAM, BOSS)
        assert [line["error"] for line in lines] == ["missing_scope"]

    async def test_without_the_scope_and_an_installer_everybody_may_which_is_logged_once(self, world: World) -> None:
        world.directory.refusal = NO_SCOPE
        with capture_logs() as lines:
            for user in ("U1", "U2"):
                assert await world.managers.is_manager(TEAM, user)
        assert len([line for line in lines if "everybody" in line["event"]]) == 1

    async def test_then_as_soon_as_somebody_is_named_only_they_may(self, world: World) -> None:
        world.directory.refusal = NO_SCOPE
        await world.managers.name(TEAM, "U1", ["U1"])
        assert await world.managers.is_manager(TEAM, "U1")
        assert not await world.managers.is_manager(TEAM, "U2")

    @pytest.mark.parametrize("error", ["not_installed", "token_revoked", "user_not_found"])
    async def test_any_other_refusal_lets_nobody_in(self, world: World, error: str) -> None:
        """A workspace that the bot was removed from has no installer either."""
        world.directory.refusal = SlackRefused(error)
        assert not await world.managers.is_manager(TEAM, "U1")


class TestNaming:
    async def test_new_ones_are_told_by_whom(self, world: World) -> None:
        await world.managers.name(TEAM, BOSS, ["U5", "U6"])
        await world.managers.name(TEAM, "U5", ["U5", "U6", "U7"])
        await world.idle()
        assert world.messenger.told("named_manager") == ["U5", "U6", "U7"]
        assert [notice.asked_by for _, _, notice in world.messenger.notices] == [BOSS, BOSS, "U5"]
        assert await world.managers.named(TEAM) == {"U5", "U6", "U7"}

    async def test_nobody_is_told_of_what_they_did_themselves(self, world: World) -> None:
        await world.managers.name(TEAM, BOSS, [BOSS])
        await world.idle()
        assert not world.messenger.notices

    async def test_only_managers_name(self, world: World) -> None:
        with pytest.raises(NotAllowed):
            await world.managers.name(TEAM, "U1", ["U1"])
        assert not await world.managers.named(TEAM)

    async def test_only_what_was_changed_against_what_was_seen_counts(self, world: World) -> None:
        await world.managers.name(TEAM, BOSS, ["U5", "U6"])
        seen = await world.managers.named(TEAM)
        await world.managers.name(TEAM, "U5", ["U5", "U6", "U7"], seen=seen)
        await world.managers.name(TEAM, BOSS, ["U6", "U8"], seen=seen)
        assert await world.managers.named(TEAM) == {"U6", "U7", "U8"}

    async def test_who_was_removed_meanwhile_does_not_come_back_by_a_form_that_was_open(self, world: World) -> None:
        await world.managers.name(TEAM, BOSS, ["U5", "U6"])
        seen = await world.managers.named(TEAM)
        await world.managers.name(TEAM, BOSS, ["U6"], seen=seen)
        await world.managers.name(TEAM, "U6", ["U5", "U6", "U7"], seen=seen)
        assert await world.managers.named(TEAM) == {"U6", "U7"}

    async def test_many_at_once_lose_nobody(self, world: World) -> None:
        people = [f"U1{number}" for number in range(10)]
        await asyncio.gather(*(world.managers.name(TEAM, BOSS, [one], seen=()) for one in people))
        assert await world.managers.named(TEAM) == set(people)

    async def test_it_is_on_record_and_pages_are_told_but_not_when_nothing_changes(self, world: World) -> None:
        told: list[str] = []
        world.changes.listen(told.append)
        await world.managers.name(TEAM, BOSS, ["U6", "U5"])
        await world.managers.name(TEAM, "U5", ["U5", "U7"])
        await world.managers.name(TEAM, "U5", ["U7", "U5"])
        now = world.clock.now()
        events = await world.store.events(TEAM, now, now + timedelta(seconds=1))
        recorded = {(event.user_id, event.action.value, event.detail) for event in events}
        assert recorded == {
            (BOSS, "managers_changed", "named: U5, U6"),
            ("U5", "managers_changed", "named: U7; removed: U6"),
        }
        assert told == [TEAM, TEAM]


class TestWhomToAsk:
    async def test_installer_first_then_who_was_named_five_at_most(self, world: World) -> None:
        await install(world)
        await world.store.name_managers(TEAM, ["U7", "U3", "U4", "U5", "U6", INSTALLER])
        assert await world.managers.to_ask(TEAM) == (INSTALLER, "U3", "U4", "U5", "U6")

    async def test_slack_is_asked_about_no_more_people_than_are_needed(self, world: World) -> None:
        await world.store.name_managers(TEAM, [f"U{number}" for number in range(20, 40)])
        await world.managers.to_ask(TEAM)
        assert len(world.directory.script.calls) == 5

    async def test_who_was_deactivated_is_left_out_and_without_anybody_it_is_admins(self, world: World) -> None:
        await install(world)
        await world.store.name_managers(TEAM, ["U3"])
        world.directory.put(INSTALLER, is_active=False)
        assert await world.managers.to_ask(TEAM) == ("U3",)
        world.directory.put("U3", is_active=False)
        assert await world.managers.to_ask(TEAM) == (BOSS,)

    async def test_five_admins_at_most(self, world: World) -> None:
        for number in range(9):
            world.directory.put(f"U1{number}", is_admin=True)
        assert len(await world.managers.to_ask(TEAM)) == 5

    @pytest.mark.parametrize("refusal", [NO_SCOPE, SlackUnavailable("unreachable")])
    async def test_slack_that_does_not_say_leaves_whom_the_bot_knows(self, world: World, refusal: SlackRefused) -> None:
        world.directory.refusal = refusal
        assert await world.managers.to_ask(TEAM) == ()
        await install(world)
        assert await world.managers.to_ask(TEAM) == (INSTALLER,)


class TestAsking:
    async def test_they_are_asked_for_somebody_once_in_ten_minutes(self, world: World) -> None:
        assert await world.managers.ask(TEAM, "U1") == (BOSS,)
        await world.clock.advance(599)
        assert await world.managers.ask(TEAM, "U1") == (BOSS,)
        await world.idle()
        assert world.messenger.told("asked_to_connect") == [BOSS]
        assert world.messenger.notices[0][2].asked_by == "U1"
        await world.clock.advance(1)
        await world.managers.ask(TEAM, "U1")
        await world.idle()
        assert len(world.messenger.notices) == 2
        assert len(world.managers._asked) == 1

    async def test_others_ask_by_themselves(self, world: World) -> None:
        for workspace_id, user_id in ((TEAM, "U1"), (TEAM, "U2"), ("T2", "U1")):
            await world.managers.ask(workspace_id, user_id)
        await world.idle()
        assert len(world.messenger.notices) == 3

    async def test_where_nobody_is_known_nobody_is_asked(self, world: World) -> None:
        world.directory.refusal = NO_SCOPE
        assert await world.managers.ask(TEAM, "U1") == ()
        await world.idle()
        assert not world.messenger.notices


class TestTelling:
    async def test_slack_that_is_away_is_tried_again(self, world: World) -> None:
        world.messenger.script.answer("notify", *[SlackUnavailable("unreachable")] * 3)
        world.managers.tell(TEAM, BROKEN)
        await world.passing(world.idle())
        assert world.messenger.told("connection_broken") == [BOSS]

    async def test_one_who_cannot_be_told_does_not_keep_it_from_the_others(self, world: World) -> None:
        await world.store.name_managers(TEAM, ["U3", "U4"])
        world.messenger.script.answer("notify", SlackRefused("user_disabled"))
        world.managers.tell(TEAM, BROKEN)
        await world.idle()
        assert len(world.messenger.told("connection_broken")) == 1

    async def test_nobody_to_tell_is_logged(self, world: World) -> None:
        world.directory.refusal = NO_SCOPE
        with capture_logs() as lines:
            world.managers.tell(TEAM, BROKEN)
            await world.idle()
        assert lines[-1]["event"] == "no manager is known to tell"


async def test_who_names_managers_without_the_scope_does_not_shut_themselves_out(world: World) -> None:
    world.directory.refusal = NO_SCOPE
    await world.managers.name(TEAM, "U1", ["U5"])
    assert await world.managers.is_manager(TEAM, "U1")
    assert not await world.managers.is_manager(TEAM, "U2")
