"""What Slack gives for a code or a refresh token, and whether a token holds. Nothing of it stands in an error."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from aiohttp import encode_basic_auth
from pydantic import BaseModel, ValidationError

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.core.retrying import after_pauses, slack_is_away
from bot.slack.client import SlackApi, slack_errors

IDENTIFY_PAUSES = (0.5, 1.0, 2.0)
"""Seconds before Slack is asked again who the bot is, while somebody who installs it waits: the code holds but once."""


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What the app shows to Slack so that it may be installed anywhere."""

    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]


class _Named(BaseModel):
    id: str
    name: str = ""


class _Tokens(BaseModel):
    access_token: str
    refresh_token: str | None = None
    expires_in: float | None = None


class _Granted(_Tokens):
    """An answer to a code. A whole organisation has no team."""

    bot_user_id: str
    app_id: str | None = None
    scope: str = ""
    team: _Named | None = None
    enterprise: _Named | None = None
    is_enterprise_install: bool = False
    authed_user: _Named | None = None


class Identity(BaseModel):
    """An answer of auth.test."""

    team_id: str
    user_id: str
    team: str = ""
    bot_id: str = ""
    enterprise_id: str | None = None


M = TypeVar("M", bound=BaseModel)


class OAuth:
    """Slack's authorization server, as this app meets it. Raises SlackRefused."""

    def __init__(self, app: OAuthApp, api: SlackApi, clock: Clock) -> None:
        self.app = app
        self._api = api
        self._clock = clock
        self._latest: dict[str, str] = {}
        """The token that Slack gave last for each installation: of those before it, the refresh tokens hold no more."""

    async def exchange(self, code: str, redirect_uri: str) -> Installation:
        """Return the installation that a code stands for, once."""
        granted = _read(_Granted, await self._ask(code=code, redirect_uri=redirect_uri))
        owner = granted.enterprise if granted.is_enterprise_install else granted.team
        if owner is None:
            raise SlackRefused("unreadable", "an installation of nobody")
        self._latest[owner.id] = granted.access_token
        ask = after_pauses(self._clock, IDENTIFY_PAUSES, when=slack_is_away)
        identity: Identity = await ask(identify, self._api, granted.access_token)
        if self._latest[owner.id] != granted.access_token:
            raise SlackRefused("overtaken", "the same was installed anew meanwhile")
        return Installation(
            workspace_id=None if granted.is_enterprise_install else owner.id,
            enterprise_id=granted.enterprise.id if granted.enterprise else None,
            bot_token=granted.access_token,
            bot_id=identity.bot_id,
            bot_user_id=granted.bot_user_id,
            app_id=granted.app_id,
            scopes=tuple(filter(None, granted.scope.split(","))),
            name=owner.name,
            installed_by=granted.authed_user.id if granted.authed_user else None,
            installed_at=self._clock.now(),
            refresh_token=granted.refresh_token,
            expires_at=self._end_of(granted),
        )

    async def renew(self, installation: Installation) -> Installation:
        """Return the installation with new tokens; its refresh token is used up."""
        answer = await self._ask(grant_type="refresh_token", refresh_token=installation.refresh_token)
        tokens = _read(_Tokens, answer)
        refresh_token = tokens.refresh_token or installation.refresh_token
        end = self._end_of(tokens)
        return replace(installation, bot_token=tokens.access_token, refresh_token=refresh_token, expires_at=end)

    async def _ask(self, **arguments: Any) -> Any:
        """Call `oauth.v2.access`; the SDK's own method for it shows the secret in a way that aiohttp is giving up."""
        shown = {"Authorization": encode_basic_auth(self.app.client_id, self.app.client_secret)}
        with slack_errors():
            return await self._api.client().api_call("oauth.v2.access", data=arguments, headers=shown)

    def _end_of(self, tokens: _Tokens) -> datetime | None:
        return self._clock.now() + timedelta(seconds=tokens.expires_in) if tokens.expires_in else None


async def identify(api: SlackApi, token: str) -> Identity:
    """Return whose token it is. Raises SlackRefused."""
    with slack_errors():
        answer = await api.client(token).auth_test()
    return _read(Identity, answer)


async def refusal_of(api: SlackApi, token: str) -> str | None:
    """Return Slack's word for why a token does not hold; None when it does. Raises SlackUnavailable."""
    try:
        with slack_errors():
            await api.client(token).auth_test()
    except SlackUnavailable:
        raise
    except SlackRefused as refusal:
        return refusal.error
    return None


def _read(model: type[M], answer: Any) -> M:
    try:
        return model.model_validate(answer.data)
    except ValidationError as exc:
        wrong = ", ".join(str(fault["loc"][0]) for fault in exc.errors(include_input=False) if fault["loc"])
        raise SlackRefused("unreadable", f"no {wrong}") from None  # the error's own text shows what it read
