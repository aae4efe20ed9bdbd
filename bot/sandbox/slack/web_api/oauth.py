"""oauth.v2.access: exchanging a code, or a refresh token, for the tokens of an installation."""

import secrets

from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.identity import Place, Team
from bot.sandbox.slack.installations import LIFETIME, Installation, Tokens
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api.arguments import Arguments


async def access(platform: Platform, arguments: Arguments) -> Json:
    require_client(platform, arguments)
    match arguments.text("grant_type", "authorization_code"):
        case "authorization_code":
            installation = _install(platform, arguments)
            person = {"authed_user": {"id": installation.installer_id}}
            return _answer(installation, platform.installations.hand_out(installation)) | person
        case "refresh_token" if platform.settings.rotates_tokens:
            return _answer(*platform.installations.renew(arguments.text("refresh_token")))
        case _:
            raise SlackRefusal("invalid_grant_type")


def require_client(platform: Platform, arguments: Arguments) -> None:
    """Raise unless the call carries the app's id and secret."""
    client_id, secret = arguments.client
    if client_id != platform.settings.client_id:
        raise SlackRefusal("invalid_client_id")
    if not secrets.compare_digest(secret.encode(), platform.settings.client_secret.encode()):
        raise SlackRefusal("bad_client_secret")


def _install(platform: Platform, arguments: Arguments) -> Installation:
    consent = platform.codes.redeem(arguments.text("code"), arguments.text("redirect_uri"))
    backends = platform.within(consent.place)
    for there in filter(None, (backend.installation for backend in backends)):
        _make_room(platform, there, consent.place)
    for backend in backends:
        backend.workspace.readmit_bot()
    app = backends[0].workspace.app
    return platform.installations.install(consent.place, app, consent.scopes, consent.installer_id)


def _make_room(platform: Platform, there: Installation, place: Place) -> None:
    """Let an installation of the whole organisation take the place of its workspaces' own, and not the reverse."""
    if there.place == place:
        return
    if there.is_org_wide:
        raise SlackRefusal("cannot_install_an_org_installed_app")
    platform.installations.remove(there, "token_revoked")


def _answer(installation: Installation, tokens: Tokens) -> Json:
    rotating = {} if tokens.refresh is None else {"refresh_token": tokens.refresh, "expires_in": LIFETIME}
    team = installation.place if isinstance(installation.place, Team) else None
    return {
        "app_id": installation.app.id,
        "scope": ",".join(sorted(installation.scopes or ())),
        "token_type": "bot",
        "access_token": tokens.access,
        "bot_user_id": installation.app.bot_user_id,
        "team": _named(team),
        "enterprise": _named(installation.organisation),
        "is_enterprise_install": installation.is_org_wide,
        **rotating,
    }


def _named(place: Place | None) -> Json | None:
    return None if place is None else {"id": place.id, "name": place.name}
