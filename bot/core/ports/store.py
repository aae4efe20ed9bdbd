"""What must outlive the process. Every method commits before it returns and raises StoreError when it cannot.

Secrets are sealed before they reach the disk.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.models import (
    BloomWorkspace,
    Brand,
    Connection,
    Failure,
    Generation,
    GenerationRequest,
    GenerationState,
    Installation,
    PendingSignIn,
    Place,
    SpendingCaps,
    TokenSet,
)
from bot.core.ports.batches import BatchStore
from bot.core.ports.records import AuditStore, BrandJobStore, HistoryStore, PreferenceStore
from bot.core.ports.results import ResultStore


class ConnectionStore(Protocol):
    """Who Slack workspaces are at Bloom."""

    async def save_connection(self, connection: Connection) -> None:
        """Make it its workspace's connection. The former one stays, replaced, while unfinished generations need it."""
        ...

    async def connection(self, workspace_id: str) -> Connection | None:
        """Return the connection that new generations of the workspace use."""
        ...

    async def connection_by_id(self, connection_id: str) -> Connection | None:
        """Return a connection, also one that was replaced meanwhile."""
        ...

    async def renew_connection(self, connection_id: str, tokens: TokenSet) -> bool:
        """Put new tokens in place of the old; it is broken no more. False when it was erased meanwhile.

        Without a new refresh token the old one goes on.
        """
        ...

    async def break_connection(self, connection_id: str, credential: str, *, is_used_up: bool = False) -> bool:
        """Note that Bloom refuses this credential; with ``is_used_up`` its refresh token too, which is forgotten.

        False when that is no news to anybody: known before, not the connection's credential any more, or not the
        connection of its workspace any more.
        """
        ...

    async def choose_bloom_workspace(self, connection_id: str, chosen: BloomWorkspace | None) -> None:
        """Note whose brands and credits at Bloom are used; None: those of every workspace the account is in."""
        ...

    async def retired_connections(self) -> tuple[Connection, ...]:
        """Return replaced connections that no unfinished generation and no brand job needs any more."""
        ...

    async def erase_connection(self, connection_id: str) -> None:
        """Forget one connection."""
        ...

    async def erase_connections(self, workspace_id: str) -> tuple[Connection, ...]:
        """Forget all of the workspace's connections, with the brands seen through them, and return what they were.

        Sign-ins that were begun for it end as well: nothing from before connects it again.
        """
        ...

    async def bloom_client(self, redirect_uri: str) -> str | None:
        """Return the client id under which this deployment is registered at Bloom for a callback address."""
        ...

    async def save_bloom_client(self, redirect_uri: str, client_id: str) -> None:
        """Remember a registration."""
        ...

    async def forget_bloom_client(self, client_id: str) -> None:
        """Forget a registration that Bloom does not know any more."""
        ...

    async def add_sign_in(self, pending: PendingSignIn, now: datetime) -> None:
        """Remember what was begun; what has expired is forgotten."""
        ...

    async def sign_in(self, state: str, now: datetime) -> PendingSignIn | None:
        """Return what was begun under this state, unless it has expired."""
        ...

    async def take_sign_in(self, state: str, now: datetime) -> PendingSignIn | None:
        """Return what was begun under this state, once, unless it has expired."""
        ...


class InstallationStore(Protocol):
    """Where the bot is installed, and who looks after it there."""

    async def save_installation(self, installation: Installation) -> None:
        """Put it in place of the former one of the same workspace or organisation: the latest written wins."""
        ...

    async def installation(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        """Return the workspace's own installation, else that of its organisation.

        Which organisation a workspace is in is remembered from when both are given.
        """
        ...

    async def installation_ids(self) -> tuple[str, ...]:
        """Return the ids of all installations, by which `installation` finds them."""
        ...

    async def renew_installation(self, renewed: Installation, *, was: str) -> bool:
        """Write its tokens down, unless the refresh token ``was`` is its own no more (installed anew meanwhile)."""
        ...

    async def delete_installation(self, installation_id: str, bot_token: str) -> bool:
        """Forget an installation if this is its token still."""
        ...

    async def workspaces_of(self, installation: Installation) -> tuple[str, ...]:
        """Return the workspaces that the installation serves, as far as anybody there has used it."""
        ...

    async def add_slack_state(self, state: str, expires_at: datetime, now: datetime) -> None:
        """Remember that somebody set out for Slack to install the bot; what has expired is forgotten."""
        ...

    async def take_slack_state(self, state: str, now: datetime) -> bool:
        """Tell, once, whether this was set out with and has not expired."""
        ...

    async def managers(self, workspace_id: str) -> frozenset[str]:
        """Return the people who were named as managers."""
        ...

    async def name_managers(self, workspace_id: str, user_ids: Collection[str]) -> None:
        """Put these people in place of the managers that were named."""
        ...

    async def end_generations(self, workspace_id: str, failure: Failure, at: datetime) -> int:
        """End all unfinished generations of a workspace that nobody can be told of any more; return how many."""
        ...

    async def erase_history(self, workspace_id: str) -> None:
        """Forget the workspace's ended generations and everything else that is kept about it, secrets excepted.

        Preferences and the audit log are history too.
        """
        ...


class GenerationStore(Protocol):
    """Brands as last seen, generations, and who works on them."""

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None: ...
    async def brands(self, workspace_id: str) -> tuple[tuple[Brand, ...], datetime | None]:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""
        ...

    async def add_generation(
        self,
        generation_id: str,
        request: GenerationRequest,
        at: datetime,
        *,
        worker_id: str | None = None,
        caps: SpendingCaps | None = None,
        place: Place | None = None,
    ) -> Generation:
        """Write a queued generation, claimed for a worker, or return the one that already has the request's key.

        One with a ``place`` is announced already. Raises OutsideLimits, with nothing written, when more than the
        ``caps`` would have been spent then.
        """
        ...

    async def generation(self, generation_id: str) -> Generation | None: ...
    async def generation_by_key(self, key: str) -> Generation | None:
        """Return the generation that a request with this key made."""
        ...

    async def save_generation(self, generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
        """Write the generation's new state and fields, and keep it for the worker until its state is final.

        False, and nothing written, when it is not ``was`` any more or not the worker's; a final one is nobody's, so
        anyone may take it up again. False also when somebody wished to cancel it and now it could be: then it is
        written and cancelled. What `mark_deleted` wrote of its images stays.
        """
        ...

    async def cancel_generation(self, generation_id: str, at: datetime, *, by: str) -> Generation | None:
        """Write down who wishes to cancel an unfinished generation, and cancel it now if it is in line or at Bloom.

        What is just being announced or sent to Bloom is cancelled by the write that follows. Return it as it is then.
        """
        ...

    async def stale_ends(self, since: datetime, *, faults: int, limit: int) -> tuple[Generation, ...]:
        """Return generations that ended since then with a request message that may not say so, the oldest first.

        Those that so many ``faults`` are counted against are left out.
        """
        ...

    async def mark_end(self, ended: Generation) -> None:
        """Write down whether the request message says the end, and what faults telling it met; of this end alone."""
        ...

    async def worker_id(self) -> str:
        """Return who works here: where only one process can, the same one after a restart."""
        ...

    async def renew_lease(self, worker_id: str, *, until: datetime) -> None:
        """Let the worker count as alive until then."""
        ...

    async def claim_generations(
        self, worker_id: str, *, now: datetime, limit: int, most_faults: int | None = None
    ) -> tuple[Generation, ...]:
        """Claim unfinished generations that nobody has, or a worker whose lease has ended; oldest first.

        A fault is counted for one that a worker left by dying; those with more than ``most_faults`` are left to others.
        A row that cannot be read is claimed, logged and left.
        """
        ...

    async def owned_ids(self, worker_id: str) -> frozenset[str]:
        """Return the ids of the worker's unfinished generations."""
        ...

    async def hand_back(self, worker_id: str, *, crashed: bool = False) -> None:
        """End the worker's lease and leave its generations to whoever comes next; a fault each if it ``crashed``."""
        ...

    async def count_fault(self, worker_id: str, generation_id: str) -> None:
        """Write down that this generation of the worker's went wrong for no known reason."""
        ...

    async def forgive(self, worker_id: str, generation_ids: Collection[str]) -> None:
        """Clear the faults of these generations as far as they are the worker's."""
        ...

    async def owned_image_ids(self, image_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that already belong to some generation."""
        ...


class Store(
    ConnectionStore,
    InstallationStore,
    GenerationStore,
    PreferenceStore,
    AuditStore,
    HistoryStore,
    ResultStore,
    BrandJobStore,
    BatchStore,
    Protocol,
):
    """All of it."""
