"""Who looks after Bloom in a workspace: Slack's admins and owners, who installed the bot, and who they named.

Managers connect and disconnect Bloom, choose who pays and who else may, and may cancel anybody's images.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from weakref import WeakValueDictionary

import structlog

from bot.core.audit import Audit
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.errors import NotAllowed, SlackRefused, SlackUnavailable
from bot.core.models import AuditAction, Connection, Notice, NoticeKind, UserGroup
from bot.core.notices import Notices
from bot.core.ports import Directory, InstallationStore
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

TO_ASK = 5
"""People who are written to at most when any of them would do."""
ASK_EVERY = 600.0
"""Seconds in which the same person asks the managers once, however often they press."""
NOT_SAID = "missing_scope"
"""Slack's word for an app that may not ask who people are."""


class Managers:
    """Knows who may, and whom to ask."""

    def __init__(
        self,
        store: InstallationStore,
        directory: Directory,
        notices: Notices,
        *,
        audit: Audit,
        changes: Changes,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._directory = directory
        self._notices = notices
        self._audit = audit
        self._changes = changes
        self._clock = clock
        self._tasks = tasks
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By workspace: who is named goes by who was named before."""
        self._asked: dict[tuple[str, str], tuple[float, tuple[str, ...]]] = {}
        """When somebody last asked in a workspace, and whom."""
        self._has_warned = False

    async def is_manager(self, workspace_id: str, user_id: str) -> bool:
        """Tell whether somebody may look after Bloom here. Raises SlackUnavailable when only Slack could say.

        Nobody may any more whom Slack calls deactivated; where it says nothing, those the bot knows may.
        """
        known = await self._known(workspace_id)
        try:
            member = await self._directory.member(workspace_id, user_id)
        except SlackRefused as refusal:
            if user_id in known:
                return True
            if isinstance(refusal, SlackUnavailable):
                raise
            log.warning("Slack does not say who is an admin", workspace=workspace_id, error=refusal.error)
            return refusal.error == NOT_SAID and not known and self._everybody_may(workspace_id)
        return member.is_active and (member.is_admin or user_id in known)

    async def require(self, workspace_id: str, user_id: str) -> None:
        """Let managers pass. Raises NotAllowed, and SlackUnavailable when only Slack could say."""
        if not await self.is_manager(workspace_id, user_id):
            raise NotAllowed(f"{user_id} does not look after Bloom in {workspace_id}")

    async def named(self, workspace_id: str) -> frozenset[str]:
        """Return the people who were named."""
        return await self._store.managers(workspace_id)

    async def name(
        self, workspace_id: str, by: str, user_ids: Collection[str], *, seen: Collection[str] | None = None
    ) -> None:
        """Name those of these people who are not among the ``seen``, and no more those seen who are not among these.

        New ones are told. Whom somebody else has named or removed while this choice was made stays so; without ``seen``
        these people are all who is named. Raises NotAllowed unless a manager asks.
        """
        await self.require(workspace_id, by)
        if user_ids and await self._may_only_while_nobody_is_named(workspace_id, by):
            user_ids = {*user_ids, by}
        async with self._turns.setdefault(workspace_id, asyncio.Lock()):
            before = await self.named(workspace_id)
            known, chosen = frozenset(before if seen is None else seen), frozenset(user_ids)
            after = (before | (chosen - known)) - (known - chosen)
            if after != before:
                await self._change(workspace_id, by, before, after)

    async def _change(self, workspace_id: str, by: str, before: frozenset[str], after: frozenset[str]) -> None:
        new, gone = sorted(after - before), sorted(before - after)
        await self._store.name_managers(workspace_id, after)
        self._changes.tell(workspace_id)
        detail = "; ".join(
            f"{word}: {', '.join(people)}" for word, people in (("named", new), ("removed", gone)) if people
        )
        await self._audit.record(workspace_id, by, AuditAction.MANAGERS_CHANGED, detail=detail)
        for user_id in new:
            if user_id != by:
                self._notices.send(workspace_id, user_id, Notice(NoticeKind.NAMED_MANAGER, asked_by=by))

    async def groups(self, workspace_id: str) -> tuple[UserGroup, ...]:
        """Return the user groups that images can be limited to. Raises SlackRefused."""
        return await self._directory.groups(workspace_id)

    async def to_ask(self, workspace_id: str) -> tuple[str, ...]:
        """Return whom to turn to: who installed the bot and who was named, else admins, as far as Slack says who."""
        people: list[str] = []
        async for user_id in self._active(workspace_id):
            people.append(user_id)
            if len(people) == TO_ASK:  # each is asked about, and a trigger holds for three seconds
                break
        return tuple(people) or await self._admins(workspace_id)

    async def ask(self, workspace_id: str, user_id: str, connection: Connection | None = None) -> tuple[str, ...]:
        """Ask them, for somebody, to connect Bloom, or to change the connection there is; return whom.

        Who asks again soon is not passed on.
        """
        now = self._clock.monotonic()
        self._asked = {who: asked for who, asked in self._asked.items() if now - asked[0] < ASK_EVERY}
        if before := self._asked.get((workspace_id, user_id)):
            return before[1]
        to_ask = await self.to_ask(workspace_id)
        asked = self._asked.setdefault((workspace_id, user_id), (now, to_ask))
        if to_ask and asked[1] is to_ask:
            self._send(workspace_id, to_ask, Notice(NoticeKind.ASKED_TO_CONNECT, connection, asked_by=user_id))
        return asked[1]

    def tell(self, workspace_id: str, notice: Notice, *, but: str | None = None) -> None:
        """Write to those to turn to, except one, behind everybody's back."""
        work = self._tell(workspace_id, notice, but)
        self._tasks.start(work, name=f"tell managers: {notice.kind}", is_vital=True)

    async def _tell(self, workspace_id: str, notice: Notice, but: str | None) -> None:
        people = tuple(user_id for user_id in await self.to_ask(workspace_id) if user_id != but)
        if not people:
            log.warning("no manager is known to tell", workspace=workspace_id, notice=notice.kind.value)
        self._send(workspace_id, people, notice)

    def _send(self, workspace_id: str, user_ids: Collection[str], notice: Notice) -> None:
        for user_id in user_ids:
            self._notices.send(workspace_id, user_id, notice)

    def _everybody_may(self, workspace_id: str) -> bool:
        """Return True: where nobody is known who may, nobody could ever connect Bloom."""
        if not self._has_warned:
            log.warning("everybody may manage Bloom until the app has the scope users:read", workspace=workspace_id)
        self._has_warned = True
        return True

    async def _may_only_while_nobody_is_named(self, workspace_id: str, user_id: str) -> bool:
        """Whether somebody would shut themselves out by naming others, for Slack does not say who is an admin."""
        if user_id in await self._known(workspace_id):
            return False
        try:
            await self._directory.member(workspace_id, user_id)
        except SlackRefused:
            return True
        return False

    async def _known(self, workspace_id: str) -> tuple[str, ...]:
        """Return those who may without Slack's word, who installed the bot first."""
        installation = await self._store.installation(workspace_id)
        installer = installation.installed_by if installation else None
        return tuple(dict.fromkeys([*([installer] if installer else []), *sorted(await self.named(workspace_id))]))

    async def _active(self, workspace_id: str) -> AsyncIterator[str]:
        for user_id in await self._known(workspace_id):
            try:
                is_active = (await self._directory.member(workspace_id, user_id)).is_active
            except SlackRefused:
                is_active = True
            if is_active:
                yield user_id

    async def _admins(self, workspace_id: str) -> tuple[str, ...]:
        try:
            return (await self._directory.admins(workspace_id))[:TO_ASK]
        except SlackRefused as refusal:
            log.warning("Slack does not say who the admins are", workspace=workspace_id, error=refusal.error)
            return ()
