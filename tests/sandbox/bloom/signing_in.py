"""Signing in at Bloom's stand-in: what an app sends, and what a person does in a browser meanwhile.

The addresses are absolute, so any client will do, one that carries the cookies of a visitor too.
"""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from bot.sandbox.bloom import SANDBOX_EMAIL, BloomStandIn

CALLBACK = "http://127.0.0.1:9/bloom/oauth/callback"
STATE = "what the app remembers us by"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair in Appendix B of RFC 7636."""
REGISTRATION: dict[str, Any] = {
    "client_name": "Bloom for Slack",
    "redirect_uris": [CALLBACK],
    "token_endpoint_auth_method": "none",
    "type": "user-agent-based",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "scope": "openid offline_access",
}


async def register(auth: httpx.AsyncClient, **changes: Any) -> str:
    """Register an app and return its client id."""
    answer = await auth.post("/oauth2/register", json={**REGISTRATION, **changes})
    assert answer.status_code == 201, answer.text
    client_id: str = answer.json()["client_id"]
    return client_id


def authorization_url(bloom: BloomStandIn, client_id: str, /, **changes: str | None) -> str:
    """Return where an app sends a browser; None leaves a parameter out."""
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid offline_access",
        "state": STATE,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{bloom.auth_url}/oauth2/authorize?{urlencode({k: v for k, v in parameters.items() if v is not None})}"


async def decide(http: httpx.AsyncClient, url: str, decision: str = "allow", account: str = SANDBOX_EMAIL) -> str:
    """Decide on Bloom's page as a person in a browser does; return the address that the browser is sent to."""
    page = ConsentPage(await http.get(url))
    assert account in page.accounts
    assert decision in page.decisions
    answer = await http.post(url, data={"account": account, "decision": decision}, headers=_from(url))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def code_for(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, account: str = SANDBOX_EMAIL) -> str:
    """Allow an app and return the code it gets for that."""
    return answer_in(await decide(auth, authorization_url(bloom, client_id), account=account))["code"]


async def redeem(auth: httpx.AsyncClient, client_id: str, code: str, **changes: str) -> httpx.Response:
    """Ask for the tokens for a code."""
    form = {"grant_type": "authorization_code", "client_id": client_id, "redirect_uri": CALLBACK, "code": code}
    return await auth.post("/oauth2/token", data={**form, "code_verifier": VERIFIER, **changes})


async def refresh(auth: httpx.AsyncClient, client_id: str, refresh_token: str, **more: str) -> httpx.Response:
    """Ask for new tokens."""
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token, **more}
    return await auth.post("/oauth2/token", data=form)


async def revoke(auth: httpx.AsyncClient, client_id: str, token: str) -> httpx.Response:
    """Take a token back."""
    return await auth.post("/oauth2/revoke", data={"client_id": client_id, "token": token})


async def sign_in(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, account: str = SANDBOX_EMAIL
) -> dict[str, Any]:
    """Go the whole way and return the tokens."""
    answer = await redeem(auth, client_id, await code_for(auth, bloom, client_id, account))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


async def status(bloom: BloomStandIn, access_token: str) -> int:
    """Return how the API answers an access token."""
    async with httpx.AsyncClient(verify=False) as http:
        headers = {"Authorization": f"Bearer {access_token}"}
        return (await http.get(f"{bloom.api_url}/account", headers=headers)).status_code


def answer_in(address: str) -> dict[str, str]:
    """Return what the address that a browser was sent to tells the app."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal in JSON."""
    return response.status_code, response.json()["error"]


class ConsentPage(HTMLParser):
    """What somebody can choose on the page, and what it says."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.accounts: list[str] = []
        self.decisions: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        assert response.status_code == 200, response.text
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        chosen = {"account": self.accounts, "decision": self.decisions}.get(found.get("name") or "")
        if chosen is not None:
            chosen.append(found["value"] or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def _from(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {"Origin": f"{parts.scheme}://{parts.netloc}"}
