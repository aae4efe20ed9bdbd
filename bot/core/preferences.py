"""What a workspace has decided, changed by several people at once without losing what anybody chose."""

from bot.core.audit import Audit
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.managers import Managers
from bot.core.models import Preferences
from bot.core.ports import PreferenceStore


class WorkspacePreferences:
    """Reads and changes preferences."""

    def __init__(
        self, store: PreferenceStore, managers: Managers, audit: Audit, changes: Changes, *, clock: Clock
    ) -> None:
        self._store = store
        self._managers = managers
        self._audit = audit
        self._changes = changes
        self._clock = clock

    async def current(self, workspace_id: str) -> Preferences:
        """Return what holds now."""
        return await self._store.preferences(workspace_id)

    async def change(self, workspace_id: str, user_id: str, wanted: Preferences) -> Preferences:
        """Bring what somebody chose over the revision that they saw (``wanted.revision``) into the latest; return it.

        Fields that they left as they were stay as they are now; sets and channels are merged. Raises NotAllowed unless
        a manager asks, and ChangedMeanwhile, with nothing written, when somebody else gave the same field another
        value.
        """
        raise NotImplementedError
