"""Word of what has changed in a workspace, for whoever shows it to people."""

from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

OnChange = Callable[[str], object]


class Changes:
    """Passes the ids of workspaces on; whoever listens looks by itself what is true now, and must not take long."""

    def __init__(self) -> None:
        self._listeners: list[OnChange] = []

    def listen(self, listener: OnChange) -> None:
        """Tell this listener from now on."""
        self._listeners.append(listener)

    def tell(self, workspace_id: str) -> None:
        """Say that something has changed in the workspace. What a listener breaks on is none of the teller's."""
        for listener in self._listeners:
            try:
                listener(workspace_id)
            except Exception as error:
                log.error("nobody was shown a change", workspace=workspace_id, exc_info=error)
