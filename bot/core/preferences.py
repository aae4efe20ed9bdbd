"""What a workspace has decided, changed by several people at once without losing what anybody chose."""

from dataclasses import replace

from bot.core.audit import Audit
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.errors import ChangedMeanwhile
from bot.core.managers import Managers
from bot.core.merging import GROUPS, PEOPLE, Merge, changed_fields, merge
from bot.core.models import Defaults, Preferences
from bot.core.ports import Store
from bot.core.preference_changes import describe


class WorkspacePreferences:
    """Reads and changes preferences."""

    def __init__(self, store: Store, managers: Managers, audit: Audit, changes: Changes, *, clock: Clock) -> None:
        self._store = store
        self._managers = managers
        self._audit = audit
        self._changes = changes
        self._clock = clock

    async def current(self, workspace_id: str) -> Preferences:
        """Return what holds now."""
        return await self._store.preferences(workspace_id)

    async def at(self, workspace_id: str, revision: int) -> Preferences:
        """Return what held then."""
        return await self._store.preferences(workspace_id, revision)

    async def change(self, workspace_id: str, user_id: str, wanted: Preferences) -> Preferences:
        """Bring what somebody chose over the revision that they saw (``wanted.revision``) into the latest; return it.

        Fields that they left as they were stay as they are now; sets and channels are merged. Raises NotAllowed unless
        a manager asks, and ChangedMeanwhile, with nothing written, when somebody else gave the same field another
        value.
        """
        await self._managers.require(workspace_id, user_id)
        base = await self.at(workspace_id, wanted.revision)
        while True:  # who loses the race for a revision goes on from the one that won
            current = await self.current(workspace_id)
            merge_ = merge(base, wanted, current)
            if merge_.conflicts:
                raise await self._changed_meanwhile(workspace_id, base, current, merge_)
            if saved := await self._save(workspace_id, user_id, current, merge_.merged):
                return saved

    async def forget_brand(self, workspace_id: str, user_id: str, brand_id: str) -> None:
        """Choose no brand wherever this one was, for somebody has deleted it; who may is asked before that."""
        while True:
            current = await self.current(workspace_id)
            if await self._save(workspace_id, user_id, current, _without(current, brand_id)):
                return

    async def _save(
        self, workspace_id: str, user_id: str, current: Preferences, new: Preferences
    ) -> Preferences | None:
        """Write the revision after ``current`` and return it, or ``current`` if it is the same; None: too late."""
        if not changed_fields(current, new):
            return current
        new = new.but(revision=current.revision + 1, changed_by=user_id, changed_at=self._clock.now())
        brands, _ = await self._store.brands(workspace_id)  # before anything is changed: to read them may fail
        if not await self._store.save_preferences(workspace_id, new):
            return None
        self._changes.tell(workspace_id)
        for change in describe(current, new, {brand.id: brand.name for brand in brands}):
            await self._audit.record(workspace_id, user_id, change.action, change.subject, change.detail)
        return new

    async def _changed_meanwhile(
        self, workspace_id: str, base: Preferences, current: Preferences, merge_: Merge
    ) -> ChangedMeanwhile:
        """Return the error, with who chose each of the fields last."""
        by: dict[str, str | None] = {}
        later = current
        while later.revision > base.revision and not merge_.conflicts <= by.keys():
            earlier = await self.at(workspace_id, later.revision - 1)
            for name in changed_fields(earlier, later):
                by.setdefault(PEOPLE if name == GROUPS else name, later.changed_by)
            later = earlier
        return ChangedMeanwhile(merge_.conflicts, current, merged=merge_.merged, by=by)


def _without(preferences: Preferences, brand_id: str) -> Preferences:
    def clear(chosen: Defaults) -> Defaults:
        return replace(chosen, brand_id=None) if chosen.brand_id == brand_id else chosen

    channels = {channel_id: clear(chosen) for channel_id, chosen in preferences.channels.items()}
    return preferences.but(
        defaults=clear(preferences.defaults),
        channels={channel_id: chosen for channel_id, chosen in channels.items() if chosen != Defaults()},
    )
