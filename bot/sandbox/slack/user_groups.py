"""User groups: people who are called upon together, as in @design (docs.slack.dev/…/methods/usergroups.list)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bot.core.clock import Clock
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.identity import SLACKBOT, Member, Team


@dataclass(eq=False)
class UserGroup:
    """One group; its members may be changed at any time."""

    id: str
    name: str
    handle: str
    created: int
    members: set[str] = field(default_factory=set)
    disabled_at: int = 0

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at > 0

    def payload(self, team: Team, *, with_users: bool, with_count: bool) -> Json:
        """Return the user group object of usergroups.list; the count is text, as Slack documents it."""
        shown: Json = {
            "id": self.id,
            "team_id": team.id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": self.created,
            "date_update": self.disabled_at or self.created,
            "date_delete": self.disabled_at,
            "auto_type": None,
            "created_by": SLACKBOT,
            "updated_by": SLACKBOT,
            "deleted_by": SLACKBOT if self.is_disabled else None,
            "prefs": {"channels": [], "groups": []},
        }
        users = {"users": sorted(self.members)} if with_users else {}
        return shown | users | ({"user_count": str(len(self.members))} if with_count else {})


class UserGroups:
    """The user groups of one workspace."""

    def __init__(self, clock: Clock, new_id: Callable[[str], str]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._groups: dict[str, UserGroup] = {}

    def __iter__(self) -> Iterator[UserGroup]:
        return iter(self._groups.values())

    def add(self, name: str, handle: str, *, people: Iterable[Member] = ()) -> UserGroup:
        """Make a group of these people."""
        group = UserGroup(self._new_id("S"), name, handle, self._now(), {member.id for member in people})
        self._groups[group.id] = group
        return group

    def find(self, reference: str) -> UserGroup | None:
        """Find a group by id, name, handle or @handle."""
        handle = reference.removeprefix("@").lower()
        named = (group for group in self if reference == group.name or handle == group.handle)
        return self._groups.get(reference) or next(named, None)

    def group(self, reference: str) -> UserGroup:
        """Return a group by id, name, handle or @handle; a test's typo is a KeyError."""
        if (found := self.find(reference)) is None:
            raise KeyError(f"no user group {reference!r} in this workspace")
        return found

    def disable(self, reference: str) -> None:
        """Disable a group: nobody can call upon it any more, though its id still names it."""
        self.group(reference).disabled_at = self._now()

    def leave(self, member_id: str) -> None:
        """Take somebody who left the company out of every group."""
        for group in self:
            group.members.discard(member_id)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
