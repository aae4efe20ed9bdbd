"""Who we are at Bloom and what is left to spend."""

from pydantic import Field, FiniteFloat

from bot.bloom.wire.answer import Answer, Items, Lenient
from bot.bloom.wire.call import Call, get
from bot.core.models import Account, BloomWorkspace, Credits


class _Account(Answer[Account]):
    email: str
    name: Lenient[str] = None

    def core(self) -> Account:
        return Account(email=self.email, name=self.name)


class _Credits(Answer[Credits]):
    balance: FiniteFloat
    unlimited: Lenient[bool] = None

    def core(self) -> Credits:
        return Credits(balance=self.balance, unlimited=bool(self.unlimited))


class _Workspace(Answer[BloomWorkspace]):
    id: str | None
    name: Lenient[str] = None
    is_personal: Lenient[bool] = Field(default=None, alias="is_personal")

    def core(self) -> BloomWorkspace:
        is_personal = self.id is None if self.is_personal is None else self.is_personal
        return BloomWorkspace(id=self.id, name=self.name or "", is_personal=is_personal)


class _Workspaces(Answer[tuple[BloomWorkspace, ...]]):
    workspaces: Items[_Workspace]

    def core(self) -> tuple[BloomWorkspace, ...]:
        return tuple(workspace.core() for workspace in self.workspaces)


def account() -> Call[Account]:
    """Ask whose credential it is."""
    return get("/account", _Account)


def credit_balance(bloom_workspace_id: str | None) -> Call[Credits]:
    """Ask what is left in a workspace, the personal one unless named."""
    return get("/credits", _Credits, workspaceId=bloom_workspace_id)


def workspaces() -> Call[tuple[BloomWorkspace, ...]]:
    """Ask for the workspaces the credential reaches, the personal one first."""
    return get("/workspaces", _Workspaces)
