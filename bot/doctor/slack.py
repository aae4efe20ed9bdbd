"""Slack: what it knows the app by, and what the app may do where it is installed."""

import re

from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.doctor.findings import Finding, bad, good, unknown
from bot.manifest import EXAMPLE, Manifest
from bot.slack.client import slack_errors
from bot.slack.installation.oauth import OAuth

BASIC = "api.slack.com/apps → your app → Basic Information"
SIGNING_SECRET, APP_TOKEN, OAUTH, REDIRECT = "Signing secret", "Socket Mode", "OAuth client", "Redirect URL"
NETWORK = "Look at the network, at SLACK_API_URL, and at https://slack-status.com."


def check_signing_secret(settings: Settings) -> Finding:
    """Look at its form: only a request of Slack's can prove more."""
    secret = settings.slack_signing_secret
    if secret is None:
        return unknown(SIGNING_SECRET, "not needed over Socket Mode" if settings.uses_socket_mode else "not set")
    if not re.fullmatch("[0-9a-f]{32}", secret.get_secret_value()):
        what = "SLACK_SIGNING_SECRET is not 32 characters of 0-9 and a-f"
        return bad(SIGNING_SECRET, what, f"Copy it anew: {BASIC} → Signing Secret (not the Verification Token).")
    return good(SIGNING_SECRET, "SLACK_SIGNING_SECRET has the right form")


async def check_app_token(client: AsyncWebClient, token: str) -> Finding:
    """Ask for an address to connect to, and do not connect."""
    try:
        with slack_errors():
            await client.apps_connections_open(app_token=token)
    except SlackUnavailable as error:
        return bad(APP_TOKEN, f"Slack cannot be asked ({error})", NETWORK)
    except SlackRefused as refusal:
        advice = f"Make one with connections:write: {BASIC} → App-Level Tokens; and turn Socket Mode on."
        return bad(APP_TOKEN, f"Slack refuses SLACK_APP_TOKEN ({refusal.error})", advice)
    return good(APP_TOKEN, "SLACK_APP_TOKEN is accepted")


async def check_client(oauth: OAuth, callback: str) -> Finding:
    """Let Slack exchange a code that never was: it looks at the client first."""
    try:
        await oauth.exchange("doctor", callback)
    except SlackUnavailable as error:
        return bad(OAUTH, f"Slack cannot be asked ({error})", NETWORK)
    except SlackRefused as refusal:
        wrong = {"invalid_client_id": "SLACK_CLIENT_ID", "bad_client_secret": "SLACK_CLIENT_SECRET"}.get(refusal.error)
        if wrong:
            return bad(OAUTH, f"Slack refuses {wrong} ({refusal.error})", f"Copy it anew: {BASIC} → App Credentials.")
        if refusal.error != "invalid_code":
            return unknown(OAUTH, f"Slack answers {refusal.error}")
    return good(OAUTH, "Slack knows SLACK_CLIENT_ID and SLACK_CLIENT_SECRET")


def check_redirect(callback: str, manifest: Manifest) -> Finding:
    """Compare with manifest.yml: what Slack has on record, only its own pages tell."""
    if callback in manifest.redirect_urls:
        return good(REDIRECT, f"manifest.yml names {callback}")
    advice = f"It must stand under OAuth & Permissions → Redirect URLs: {callback}"
    if all(EXAMPLE in url for url in manifest.redirect_urls):
        return unknown(REDIRECT, f"manifest.yml still names {EXAMPLE}, so only Slack's pages can tell", advice)
    return bad(REDIRECT, f"manifest.yml names others than {callback}", advice)


async def check_token(client: AsyncWebClient, what: str, manifest: Manifest) -> Finding:
    """Ask who the token is, and compare its scopes with the manifest's."""
    try:
        with slack_errors():
            answer = await client.auth_test()
    except SlackUnavailable as error:
        return bad(what, f"Slack cannot be asked ({error})", NETWORK)
    except SlackRefused as refusal:
        return bad(
            what, f"Slack refuses the bot's token ({refusal.error})", "Install the app again, and use its new token."
        )
    who = f"@{answer.get('user')} in {answer.get('team')} ({answer.get('team_id')})"
    if (written := answer.headers.get("x-oauth-scopes")) is None:
        return unknown(what, f"{who}; Slack does not say with which scopes")
    if missing := set(manifest.scopes) - {scope.strip() for scope in written.split(",")}:
        lacks = f"{who} lacks the scope{'s' * (len(missing) > 1)} {', '.join(sorted(missing))} of manifest.yml"
        return bad(what, lacks, "Paste manifest.yml under App Manifest anew, and install the app again.")
    return good(what, f"{who}, with the {len(manifest.scopes)} scopes of manifest.yml")
