"""The people at Slack: what they are told, and what they are there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.core.models import Generation, Member, Notice, Place, Queue, Reply, Showing, UserGroup


class Messenger(Protocol):
    """What people are told about a generation.

    Raises SlackRefused; `SlackUnavailable` may be tried again, not before its `retry_after` where it has one.
    """

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        ...

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        """Bring the request message up to the generation's state, with its place in line while it stands in one.

        A place in line is news for a moment: it is left out when it would have to wait. Any other call that waits
        gives way to a later one about the same message and ends with it. Leaving takes nothing back that is on its
        way, and nothing overtakes it.
        """
        ...

    async def deliver(self, generation: Generation) -> Reply:
        """Post the one reply with the images, or with the failure, in the thread.

        One that was never announced has no thread, and a preview is for the person alone: they are told directly.
        """
        ...

    async def find_reply(self, generation: Generation) -> Reply | None:
        """Return the reply that `deliver` already posted, if there is one."""
        ...

    async def attach(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
        """Put beside a reply what Slack does not show, vectors as files; return the reply with those.

        What may stand already, since the reply was ``found``, is looked for first. Raises nothing but SlackUnavailable:
        the reply has a link to everything.
        """
        ...

    async def redraw(self, generation: Generation, showings: Sequence[Showing]) -> None:
        """Bring the messages that show its images up to what became of those since: deleted, or shared.

        ``showings`` are all of the generation. A message that is gone, or closed, is no news.
        """
        ...

    async def share(
        self, generation: Generation, image_id: str, *, channel_id: str, thread_id: str | None, by: str, note: str
    ) -> Showing:
        """Show one image somewhere else. Raises SlackRefused where the bot may not post.

        SlackUnavailable only where it does not stand, as far as the bot can read there.
        """
        ...

    async def withdraw(self, workspace_id: str, showing: Showing) -> None:
        """Take away what was shared, and our files at Slack behind it; what is gone is no news."""
        ...

    async def notify(self, workspace_id: str, user_id: str, notice: Notice) -> None:
        """Write a person a direct message."""
        ...


class Directory(Protocol):
    """Who the people of a workspace are in Slack, remembered for some minutes. Raises SlackRefused."""

    async def member(self, workspace_id: str, user_id: str) -> Member: ...
    async def admins(self, workspace_id: str) -> tuple[str, ...]:
        """Return some of the workspace's admins and owners, the first to turn to first."""
        ...

    async def groups(self, workspace_id: str) -> tuple[UserGroup, ...]:
        """Return the user groups of the workspace that are in use, by name."""
        ...

    async def group_members(self, workspace_id: str, group_id: str) -> frozenset[str]:
        """Return who is in a user group; nobody is in one that is gone."""
        ...

    def forget(self, workspace_id: str, user_id: str) -> None:
        """Ask Slack anew about a person whom it says has changed."""
        ...


class Names(Protocol):
    """What people and channels are called in Slack, and where messages are, for lists that leave Slack."""

    async def of(self, workspace_id: str, user_ids: Collection[str], channel_ids: Collection[str]) -> Mapping[str, str]:
        """Return what these are called, by id, as far as Slack says just now."""
        ...

    def permalink(self, workspace_id: str, place: Place) -> str:
        """Return the address of a request message, nothing where it is not known; `of` asks for what that takes."""
        ...
