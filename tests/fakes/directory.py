"""The people of a workspace, in memory."""

from bot.core.errors import SlackRefused
from bot.core.models import Member, UserGroup
from tests.fakes.script import Script


class FakeDirectory:
    """The core's `Directory`. Whoever is not listed is an ordinary member."""

    def __init__(self, *admins: str) -> None:
        self.script = Script()
        self.people = {user_id: Member(user_id, is_admin=True) for user_id in admins}
        self.teams: dict[UserGroup, frozenset[str]] = {}
        """The user groups, and who is in them."""
        self.refusal: SlackRefused | None = None
        """What every question is answered with."""

    def put(self, user_id: str, *, is_admin: bool = False, is_active: bool = True) -> None:
        """Let somebody be this from now on."""
        self.people[user_id] = Member(user_id, is_admin=is_admin, is_active=is_active)

    async def member(self, workspace_id: str, user_id: str) -> Member:
        self._answer()
        member = self.people.get(user_id, Member(user_id, is_admin=False))
        found: Member = await self.script.play("member", lambda: member, workspace_id=workspace_id, user_id=user_id)
        return found

    async def admins(self, workspace_id: str) -> tuple[str, ...]:
        self._answer()
        admins = tuple(member.id for member in self.people.values() if member.is_admin and member.is_active)
        found: tuple[str, ...] = await self.script.play("admins", lambda: admins, workspace_id=workspace_id)
        return found

    async def groups(self, workspace_id: str) -> tuple[UserGroup, ...]:
        self._answer()
        found: tuple[UserGroup, ...] = await self.script.play("groups", lambda: tuple(self.teams))
        return found

    async def group_members(self, workspace_id: str, group_id: str) -> frozenset[str]:
        self._answer()
        members = {group.id: people for group, people in self.teams.items()}.get(group_id, frozenset())
        found: frozenset[str] = await self.script.play("group_members", lambda: members, group_id=group_id)
        return found

    def forget(self, workspace_id: str, user_id: str) -> None:
        """Do nothing: nothing is remembered."""

    def _answer(self) -> None:
        if self.refusal:
            raise self.refusal
