"""The authorization server's addresses: a page for people, the rest in JSON for programs."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from bot.sandbox.bloom.accounts import Account
from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.oauth import OAuthRefused
from bot.sandbox.bloom.oauth.authorization import AuthorizationRequest, Terms
from bot.sandbox.bloom.oauth.pages import HEADERS, Choice, consent_page, refusal_page
from bot.sandbox.bloom.oauth.parameters import Given

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_BRANDS_SHOWN = 3


async def metadata(call: Call) -> web.Response:
    """``GET /.well-known/oauth-authorization-server``."""
    return web.json_response(call.backend.oauth.metadata(call.backend.site_url))


async def register(call: Call) -> web.Response:
    """``POST /oauth2/register``."""
    call.meet_forced_refusal()
    client = call.backend.oauth.clients.register(call.body)
    return web.json_response(client.information(), status=201, headers=NO_STORE)


async def authorize(call: Call) -> web.Response:
    """``GET /oauth2/authorize``: the page on which somebody decides."""

    def ask(request: AuthorizationRequest, terms: Terms) -> web.Response:
        choices = [_choice(call, account) for account in call.backend.oauth.accounts()]
        return _page(consent_page(request, terms, choices))

    return _authorization(call, ask)


async def consent(call: Call) -> web.Response:
    """``POST /oauth2/authorize``: what somebody decided."""
    form = dict(call.form or ())
    email, decision = form.get("account"), form.get("decision")

    def decide(request: AuthorizationRequest, terms: Terms) -> web.Response:
        if decision == "deny":
            raise OAuthRefused("access_denied", "the person said no")
        account = next((one for one in call.backend.oauth.accounts() if one.email == email), None)
        if account is None or decision != "allow":
            return _refusal_page(call, OAuthRefused("invalid_request", "That is not among the choices."))
        return _redirect(call, request.answered(code=call.backend.oauth.allow(terms, account)))

    return _authorization(call, decide)


async def token(call: Call) -> web.Response:
    """``POST /oauth2/token``."""
    call.meet_forced_refusal()
    return web.json_response(call.backend.oauth.token(_form(call)), headers=NO_STORE)


async def revoke(call: Call) -> web.Response:
    """``POST /oauth2/revoke``."""
    call.meet_forced_refusal()
    call.backend.oauth.revoke(_form(call))
    return web.Response(headers=NO_STORE)


def _authorization(call: Call, answer: Callable[[AuthorizationRequest, Terms], web.Response]) -> web.Response:
    try:
        request = call.backend.oauth.authorization_request(call.query_pairs)
    except OAuthRefused as refused:
        return _refusal_page(call, refused)
    try:
        call.meet_forced_refusal()
        return answer(request, request.terms())
    except OAuthRefused as refused:
        call.code = refused.code
        return _redirect(call, request.answered(**refused.fields))


def _redirect(call: Call, address: str) -> web.Response:
    """Send the browser on; after a form with a GET, whatever the browser (RFC 9700, 4.12)."""
    status = 303 if call.request.method == "POST" else 302
    return web.Response(status=status, headers={**HEADERS, "Location": address})


def _refusal_page(call: Call, refused: OAuthRefused) -> web.Response:
    call.code = refused.code
    return _page(refusal_page(refused.description or refused.code), status=400)


def _page(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, content_type="text/html", status=status, headers=HEADERS)


def _form(call: Call) -> Given:
    """Return the form of a client that does not authenticate, as public ones do not."""
    if "Authorization" in call.request.headers:
        raise OAuthRefused("invalid_client", "clients here are public and authenticate with none")
    if call.form is None:
        raise OAuthRefused("invalid_request", "the body must be application/x-www-form-urlencoded")
    return call.form


def _choice(call: Call, account: Account) -> Choice:
    credit = ", ".join(f"{one.name}: {one.credits:,} credits" for one in account.workspaces)
    names = [brand.name for brand in call.state.brands.of(account) if brand.status == "ready"]
    more = f" and {len(names) - _BRANDS_SHOWN} more" if len(names) > _BRANDS_SHOWN else ""
    brands = f"Brands: {', '.join(names[:_BRANDS_SHOWN])}{more}" if names else "No brand is ready"
    return Choice(account.email, account.name, (credit, brands))
