"""Rows that hold secrets, and their models. Which columns are sealed stands here, once, for everybody.

What sealing and opening are is said by the caller; a state is only ever compared, so its hash is enough.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.core.models import Account, BloomWorkspace, Connection, Grant, Installation, PendingSignIn
from bot.store.rows import Row, text, time

SEALED = {
    "connections": ("credential", "refresh_token"),
    "installations": ("bot_token", "refresh_token"),
    "sign_ins": ("verifier",),
}

Seal = Callable[[str], str]
Open = Callable[[str], str]


def digest(state: str) -> str:
    """Return what a one-time state is found by: who can read the database cannot use it."""
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def connection_row(connection: Connection, seal: Seal) -> dict[str, Any]:
    """Return the row of a workspace's present connection."""
    grant = connection.grant
    return {
        "id": connection.id,
        "workspace_id": connection.workspace_id,
        "credential": seal(connection.credential),
        "account_email": connection.account.email,
        "account_name": connection.account.name,
        "connected_by": connection.connected_by,
        "connected_at": text(connection.connected_at),
        "client_id": grant and grant.client_id,
        "refresh_token": grant and _sealed(grant.refresh_token, seal),
        "expires_at": grant and grant.expires_at and text(grant.expires_at),
        **choice_row(connection.bloom_workspace),
        "is_broken": int(connection.is_broken),
        "is_replaced": 0,
    }


def choice_row(chosen: BloomWorkspace | None) -> dict[str, Any]:
    """Return the columns that say whose brands and credits are used; nothing was chosen when all are NULL."""
    return {
        "bloom_workspace_id": chosen and chosen.id,
        "bloom_workspace_name": chosen and chosen.name,
        "bloom_workspace_is_personal": chosen and int(chosen.is_personal),
    }


def to_connection(row: Row, open_: Open) -> Connection:
    """Return the connection of a row."""
    return Connection(
        id=row["id"],
        workspace_id=row["workspace_id"],
        credential=open_(row["credential"]),
        account=Account(row["account_email"], row["account_name"]),
        connected_by=row["connected_by"],
        connected_at=datetime.fromisoformat(row["connected_at"]),
        grant=_grant(row, open_),
        bloom_workspace=_choice(row),
        is_broken=bool(row["is_broken"]),
    )


def installation_row(installation: Installation, seal: Seal) -> dict[str, Any]:
    """Return the row of an installation."""
    return {
        "id": installation.id,
        "workspace_id": installation.workspace_id,
        "enterprise_id": installation.enterprise_id,
        "bot_token": seal(installation.bot_token),
        "bot_id": installation.bot_id,
        "bot_user_id": installation.bot_user_id,
        "app_id": installation.app_id,
        "scopes": json.dumps(installation.scopes),
        "name": installation.name,
        "installed_by": installation.installed_by,
        "installed_at": installation.installed_at and text(installation.installed_at),
        "refresh_token": _sealed(installation.refresh_token, seal),
        "expires_at": installation.expires_at and text(installation.expires_at),
    }


def to_installation(row: Row, open_: Open) -> Installation:
    """Return the installation of a row."""
    return Installation(
        workspace_id=row["workspace_id"],
        enterprise_id=row["enterprise_id"],
        bot_token=open_(row["bot_token"]),
        bot_id=row["bot_id"],
        bot_user_id=row["bot_user_id"],
        app_id=row["app_id"],
        scopes=tuple(json.loads(row["scopes"])),
        name=row["name"],
        installed_by=row["installed_by"],
        installed_at=time(row["installed_at"]),
        refresh_token=_opened(row["refresh_token"], open_),
        expires_at=time(row["expires_at"]),
    )


def sign_in_row(pending: PendingSignIn, seal: Seal) -> dict[str, Any]:
    """Return the row of a sign-in that somebody began."""
    return {
        "state_hash": digest(pending.state),
        "verifier": seal(pending.verifier),
        "workspace_id": pending.workspace_id,
        "user_id": pending.user_id,
        "redirect_uri": pending.redirect_uri,
        "expires_at": text(pending.expires_at),
    }


def to_sign_in(row: Row, state: str, open_: Open) -> PendingSignIn:
    """Return the sign-in of a row that was found by its state."""
    return PendingSignIn(
        state=state,
        verifier=open_(row["verifier"]),
        workspace_id=row["workspace_id"],
        user_id=row["user_id"],
        redirect_uri=row["redirect_uri"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )


def _grant(row: Row, open_: Open) -> Grant | None:
    if row["client_id"] is None:
        return None
    return Grant(row["client_id"], _opened(row["refresh_token"], open_), time(row["expires_at"]))


def _choice(row: Row) -> BloomWorkspace | None:
    if row["bloom_workspace_is_personal"] is None:
        return None
    return BloomWorkspace(
        row["bloom_workspace_id"], row["bloom_workspace_name"], is_personal=bool(row["bloom_workspace_is_personal"])
    )


def _sealed(secret: str | None, seal: Seal) -> str | None:
    return None if secret is None else seal(secret)


def _opened(sealed: str | None, open_: Open) -> str | None:
    return None if sealed is None else open_(sealed)
