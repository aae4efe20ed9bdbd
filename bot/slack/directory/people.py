"""Who people are in Slack: asked seldom, since it is asked whenever somebody wants to change what only managers may."""

from typing import Any

from bot.core.answers import Answers
from bot.core.clock import Clock
from bot.core.errors import SlackRefused
from bot.core.models import Member, UserGroup
from bot.slack.client import slack_errors
from bot.slack.installation.clients import Clients

KEEP_FOR = 300.0
"""Seconds that an answer is taken for true."""
PEOPLE_KEPT, WORKSPACES_KEPT = 10_000, 1_000
"""Answers in memory; with more of them, the oldest goes."""
ADMIN_LIMIT = 20
PAGE_LIMIT = 10
"""Pages of 200 people that a search for admins may turn."""
SLACKBOT = "USLACKBOT"
GROUP_GONE = frozenset({"no_such_subteam", "subteam_not_found", "usergroup_not_found"})


class SlackDirectory:
    """The core's `Directory`."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._clients = clients
        self._members: Answers[tuple[str, str], Member] = Answers(clock, PEOPLE_KEPT, keep_for=KEEP_FOR)
        self._admins: Answers[str, tuple[str, ...]] = Answers(clock, WORKSPACES_KEPT, keep_for=KEEP_FOR)
        self._groups: Answers[str, tuple[UserGroup, ...]] = Answers(clock, WORKSPACES_KEPT, keep_for=KEEP_FOR)
        self._group_members: Answers[tuple[str, str], frozenset[str]] = Answers(
            clock, WORKSPACES_KEPT, keep_for=KEEP_FOR
        )

    async def member(self, workspace_id: str, user_id: str) -> Member:
        """Return who somebody is in the workspace. Raises SlackRefused."""
        if known := self._members.get((workspace_id, user_id)):
            return known
        client = await self._clients.of(workspace_id)
        with slack_errors():
            answer = await client.users_info(user=user_id)
        return self._members.put((workspace_id, user_id), _member(answer["user"], workspace_id))

    async def admins(self, workspace_id: str) -> tuple[str, ...]:
        """Return some of the workspace's admins, owners first. Raises SlackRefused."""
        known = self._admins.get(workspace_id)
        if known is not None:
            return known
        found = [user for user in await self._everybody(workspace_id) if _is_admin_to_turn_to(user, workspace_id)]
        first = sorted(found, key=_rank)[:ADMIN_LIMIT]
        return self._admins.put(workspace_id, tuple(str(user["id"]) for user in first))

    async def groups(self, workspace_id: str) -> tuple[UserGroup, ...]:
        """Return the user groups of the workspace that are in use, by name. Raises SlackRefused."""
        known = self._groups.get(workspace_id)
        if known is not None:
            return known
        client = await self._clients.of(workspace_id)
        with slack_errors():
            answer = await client.usergroups_list()
        groups = [UserGroup(str(one["id"]), str(one["name"]), str(one["handle"])) for one in answer["usergroups"]]
        return self._groups.put(workspace_id, tuple(sorted(groups, key=lambda group: group.name.casefold())))

    async def group_members(self, workspace_id: str, group_id: str) -> frozenset[str]:
        """Return who is in a user group; nobody is in one that is gone. Raises SlackRefused."""
        known = self._group_members.get((workspace_id, group_id))
        if known is not None:
            return known
        client = await self._clients.of(workspace_id)
        try:
            with slack_errors():
                members = frozenset(map(str, (await client.usergroups_users_list(usergroup=group_id))["users"]))
        except SlackRefused as refusal:
            if refusal.error not in GROUP_GONE:
                raise
            members = frozenset()
        return self._group_members.put((workspace_id, group_id), members)

    def forget(self, workspace_id: str, user_id: str) -> None:
        """Ask Slack anew about somebody, and about who the admins are."""
        self._members.forget((workspace_id, user_id))
        self._admins.forget(workspace_id)

    async def _everybody(self, workspace_id: str) -> list[dict[str, Any]]:
        """Return the workspace's people; in a very large one, some of them."""
        people: list[dict[str, Any]] = []
        client, cursor = await self._clients.of(workspace_id), ""
        for _ in range(PAGE_LIMIT):
            with slack_errors():
                page = await client.users_list(limit=200, cursor=cursor)
            people += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return people


def _member(user: dict[str, Any], workspace_id: str) -> Member:
    return Member(str(user["id"]), is_admin=_is_admin(user, workspace_id), is_active=not user.get("deleted"))


def _is_admin(user: dict[str, Any], workspace_id: str) -> bool:
    """Whether somebody may decide here: an admin of another workspace, met in a shared channel, may not."""
    homes = {user.get("team_id"), *(user.get("enterprise_user") or {}).get("teams", ())}
    return workspace_id in homes and any(user.get(role) for role in ("is_admin", "is_owner", "is_primary_owner"))


def _is_admin_to_turn_to(user: dict[str, Any], workspace_id: str) -> bool:
    is_person = not user.get("is_bot") and not user.get("deleted") and user["id"] != SLACKBOT
    return is_person and _is_admin(user, workspace_id)


def _rank(user: dict[str, Any]) -> int:
    return 0 if user.get("is_primary_owner") else 1 if user.get("is_owner") else 2
