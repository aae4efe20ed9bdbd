"""Who may ask, and who pays: accounts, their credentials, and the workspaces that own credits and brands."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from bot.sandbox.bloom.errors import Refused


@dataclass(eq=False)
class Workspace:
    """Owns brands and credits; the personal one has no id."""

    id: str | None
    name: str
    credits: int
    unlimited: bool = False
    payment_due: bool = False

    def charge(self, cost: int) -> None:
        """Take credits for work that begins."""
        if self.payment_due:
            raise Refused("PAYMENT_REQUIRED")
        if self.unlimited:
            return
        if self.credits < cost:
            raise Refused("INSUFFICIENT_CREDITS")
        self.credits -= cost

    def refund(self, cost: int) -> None:
        """Give credits back for work that failed."""
        if not self.unlimited:
            self.credits += cost


@dataclass(eq=False)
class Account:
    """A Bloom user: what ``GET /account`` tells, and what the plan allows."""

    email: str
    name: str | None
    workspaces: list[Workspace]
    plan_4k: bool = False
    banned: bool = False

    @property
    def personal(self) -> Workspace:
        """Return the workspace used when none is named."""
        return self.workspaces[0]

    def in_good_standing(self) -> "Account":
        """Return this account, unless it is suspended."""
        if self.banned:
            raise Refused("ACCOUNT_BANNED")
        return self

    def workspace(self, workspace_id: str | None) -> Workspace:
        """Return one of this account's workspaces; None means the personal one."""
        for workspace in self.workspaces:
            if workspace.id == workspace_id:
                return workspace
        raise Refused("WORKSPACE_NOT_FOUND")


@dataclass
class Accounts:
    """Every key that was ever given out; a revoked one is remembered, so that it can come back."""

    _by_credential: dict[str, Account] = field(default_factory=dict)
    _revoked: set[str] = field(default_factory=set)

    def __getitem__(self, credential: str) -> Account:
        return self._by_credential[credential]

    def add(self, key: str, email: str, name: str | None, credits_: int, *, plan_4k: bool = False) -> Account:
        """Register an account with its first key."""
        account = Account(email, name, [Workspace(None, "Personal", credits_)], plan_4k=plan_4k)
        self._by_credential[key] = account
        return account

    def add_team(self, workspace_id: str, name: str, members: Iterable[str], credits_: int) -> Workspace:
        """Create a team workspace shared by the accounts of these keys."""
        team = Workspace(workspace_id, name, credits_)
        for key in members:
            self._by_credential[key].workspaces.append(team)
        return team

    def add_key(self, key: str, another: str) -> None:
        """Give the account of a key another key."""
        self._by_credential[another] = self._by_credential[key]

    @property
    def everyone(self) -> list[Account]:
        """Return every account, in the order in which they came."""
        return list(dict.fromkeys(self._by_credential.values()))

    @property
    def credentials(self) -> Set[str]:
        """Return every key that was ever given out."""
        return self._by_credential.keys()

    @property
    def newest_key(self) -> str:
        """Return the latest credential of the account that came first."""
        first = next(iter(self._by_credential.values()))
        return [credential for credential, account in self._by_credential.items() if account is first][-1]

    def is_revoked(self, credential: str) -> bool:
        return credential in self._revoked

    def revoke(self, credential: str) -> None:
        """Make a credential invalid, as when it expires or is deleted."""
        self._revoked.add(credential)

    def restore(self, credential: str) -> None:
        """Undo ``revoke`` and ``ban``."""
        self._revoked.discard(credential)
        self._by_credential[credential].banned = False

    def ban(self, credential: str) -> None:
        """Suspend the account of a credential."""
        self._by_credential[credential].banned = True

    def admit(self, credential: str | None) -> Account:
        """Return the account a credential acts for."""
        account = self._by_credential.get(credential or "")
        if account is None or credential in self._revoked:
            raise Refused("UNAUTHORIZED")
        return account.in_good_standing()
