"""Installing an app as an app does: sending somebody to Slack, and exchanging the code that comes back."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackSite, SlackStandIn

CLIENT: dict[str, Any] = {"client_id": "123.456", "client_secret": "hush-hush"}
BACK = "http://127.0.0.1:9/slack/oauth_redirect"
SCOPES = "chat:write,commands,users:read"


def ask(site: SlackSite, **query: str) -> str:
    """Return the address that the app sends somebody to."""
    asked = {"client_id": CLIENT["client_id"], "scope": SCOPES, "redirect_uri": BACK, "state": "s1"}
    return f"{site.authorize_url}?{urlencode({**asked, **query})}"


def answer(address: str) -> dict[str, str]:
    """Return what the browser brings back to the app."""
    assert address.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(address).query))


async def exchange(site: SlackSite, code: str, **more: Any) -> Any:
    return await access(site, **{"code": code, "redirect_uri": BACK, **more})


async def refresh(site: SlackSite, token: str) -> Any:
    return await access(site, grant_type="refresh_token", refresh_token=token)


async def access(site: SlackSite, **arguments: Any) -> Any:
    """Call oauth.v2.access with everything in the body: what slack_sdk has for it uses aiohttp in a deprecated way."""
    client = AsyncWebClient(base_url=site.api_url, retry_handlers=[])
    given = {name: value for name, value in {**CLIENT, **arguments}.items() if value is not None}
    return await client.api_call("oauth.v2.access", data=given)


async def install(site: SlackSite, slack: SlackStandIn, *, org_wide: bool = False, scope: str = SCOPES) -> Any:
    """Let Mia install the app, and return what Slack gives it."""
    return await exchange(site, answer(slack.allow(ask(site, scope=scope), org_wide=org_wide))["code"])


def bot(site: SlackSite, token: str) -> AsyncWebClient:
    """Return a client that calls with this token."""
    return AsyncWebClient(token=token, base_url=site.api_url)
