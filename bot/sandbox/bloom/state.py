"""Everything the stand-in knows, with the rules for it and nothing of HTTP: what a control panel moves.

Read it through ``BloomStandIn.state``, which lets it catch up with the clock first.
"""

import random
from collections.abc import Iterable

from bot.core.clock import Clock
from bot.sandbox.bloom.accounts import Account, Accounts, Workspace
from bot.sandbox.bloom.agenda import Agenda
from bot.sandbox.bloom.brands import Brand, Brands
from bot.sandbox.bloom.demo import SANDBOX_API_KEY, furnish
from bot.sandbox.bloom.identifiers import Identifiers
from bot.sandbox.bloom.images import Gallery
from bot.sandbox.bloom.library import Library
from bot.sandbox.bloom.outcomes import BrandStatus
from bot.sandbox.bloom.studio import Studio


class BloomState:
    """Accounts, brands and images, ageing by one clock, repeatable by one seed."""

    def __init__(self, clock: Clock, seed: int = 1) -> None:
        rng = random.Random(seed)
        identifiers = Identifiers(rng)
        self._agenda = Agenda(clock)
        self._identifiers = identifiers
        self.accounts = Accounts()
        self.gallery = Gallery()
        self.brands = Brands(clock, self._agenda, identifiers, rng)
        self.studio = Studio(clock, self._agenda, identifiers, self.gallery, rng)
        self.library = Library(clock, identifiers, self.gallery)
        self.brands.on_ready.append(self.library.collect)
        self.brands.on_removed.append(self.gallery.remove_brand)
        furnish(self.accounts, self.brands, self.library, clock)

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        self._agenda.catch_up()

    @property
    def account(self) -> Account:
        """Return the account that is there from the start."""
        return self.accounts[SANDBOX_API_KEY]

    def add_account(
        self,
        key: str,
        email: str,
        name: str | None = None,
        credits: int = 250,
        *,
        plan_4k: bool = False,
    ) -> Account:
        """Register an account; it starts without brands."""
        return self.accounts.add(key, email, name, credits, plan_4k=plan_4k)

    def add_team(self, name: str, members: Iterable[str] = (SANDBOX_API_KEY,), credits: int = 250) -> Workspace:
        """Create a team workspace shared by the accounts of these keys."""
        return self.accounts.add_team(f"ws_{self._identifiers.uuid()[:8]}", name, members, credits)

    def add_brand(
        self,
        name: str,
        url: str,
        status: BrandStatus = "ready",
        colors: tuple[str, ...] | None = None,
        workspace: Workspace | None = None,
    ) -> Brand:
        """Put a brand into a workspace, the default account's personal one unless told."""
        return self.brands.add(name, url, workspace or self.account.personal, status=status, colors=colors)

    def revoke(self, credential: str) -> None:
        """Make a key or token invalid."""
        self.accounts.revoke(credential)

    def renew_key(self) -> str:
        """Give the first account another key, revoke the one it had, and return the new one."""
        old, new = self.accounts.newest_key, f"bloom_sk_{self._identifiers.uuid().replace('-', '')}"
        self.accounts.add_key(old, new)
        self.accounts.revoke(old)
        return new

    def ban(self, credential: str) -> None:
        """Suspend the account of a key."""
        self.accounts.ban(credential)

    def restore(self, credential: str) -> None:
        """Undo ``revoke`` and ``ban``."""
        self.accounts.restore(credential)
