"""What a person sees at the sandbox's Bloom: who asks for access, as whom to allow it, and what went wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlsplit

from bot.sandbox.bloom.oauth.authorization import AuthorizationRequest, Terms

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""No ``form-action``: browsers hold it against the redirect after a form too, and that one leads to the app.

No ``no-referrer``: with that a browser sends the form with ``Origin: null``, and we want to see our own.
"""
_MEANINGS: Final = {
    "openid": "use Bloom as you: your brands, images and credits",
    "offline_access": "stay signed in until you take it back",
}
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --line: #c9c9cc; --paper: #fff; --desk: #f3f1ef;
  --go: #5b3df5; --on-go: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f2f2; --soft: #b5b5b8; --line: #55555a; --paper: #222226;
  --desk: #141416; --go: #a796ff; --on-go: #17122e } }
* { box-sizing: border-box }
input { accent-color: var(--go) }
body { margin: 0; background: var(--desk); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
p, h1, ul { margin: 0 0 1rem }
h1 { font-size: 1.4rem; line-height: 1.25 }
small, .soft { color: var(--soft); font-size: .875rem }
.sandbox { margin: 0; padding: .5rem 1rem; background: #f2c744; color: #1d1c1d; text-align: center }
main { max-width: 30rem; margin: 2rem auto; padding: 1.5rem; background: var(--paper); border-radius: .75rem }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0 }
legend { padding: 0; margin-bottom: .5rem; font-weight: 600 }
label { display: flex; gap: .75rem; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem }
label + label { margin-top: .5rem }
label:has(:checked) { border-color: var(--go); outline: 1px solid var(--go) }
label span { min-width: 0; overflow-wrap: anywhere }
label small { display: block }
.choice { display: flex; gap: .75rem; flex-wrap: wrap }
button { flex: 1; padding: .6rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: none;
  color: inherit; font: inherit; font-weight: 600; cursor: pointer }
.go { border-color: var(--go); background: var(--go); color: var(--on-go) }
:focus-visible { outline: 3px solid var(--go); outline-offset: 2px }
"""
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body><p class="sandbox"><strong>Sandbox</strong> This only plays Bloom, on your own machine.</p>
<main>{body}</main></body></html>
"""
_CONSENT: Final = """<h1>{app} wants to use your Bloom account</h1>
<p>It could:</p><ul>{meanings}</ul>
<form method="post">
<fieldset><legend>Sign in as</legend>{choices}</fieldset>
<p class="choice"><button class="go" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></p>
</form>
<p class="soft">Either way you go back to {back}.</p>
"""
_CHOICE: Final = (
    '<label><input type="radio" name="account" value="{email}"{checked}>'
    "<span>{name}<small>{email}</small>{facts}</span></label>"
)


@dataclass(frozen=True)
class Choice:
    """An account somebody can sign in as, and what distinguishes it."""

    email: str
    name: str | None
    facts: tuple[str, ...]


def consent_page(request: AuthorizationRequest, terms: Terms, choices: Iterable[Choice]) -> str:
    """Ask whether the app may, and as whom; the first account is chosen until another is."""
    body = _CONSENT.format(
        app=escape(request.client.name),
        meanings="".join(f"<li>{_MEANINGS[scope]}</li>" for scope in terms.scope),
        choices="".join(_choice(choice, checked=not number) for number, choice in enumerate(choices)),
        back=escape(urlsplit(terms.redirect_uri).netloc),
    )
    return _page("Sign in with Bloom (sandbox)", body)


def refusal_page(what: str) -> str:
    """Say why nobody is sent anywhere."""
    body = f"<h1>This link does not work</h1><p>{escape(what)}</p><p class='soft'>Go back to the app and try again.</p>"
    return _page("Bloom cannot sign you in (sandbox)", body)


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=title, style=_STYLE, body=body)


def _choice(choice: Choice, *, checked: bool) -> str:
    return _CHOICE.format(
        email=escape(choice.email),
        name=escape(choice.name or choice.email),
        facts="".join(f"<small>{escape(fact)}</small>" for fact in choice.facts),
        checked=" checked" if checked else "",
    )
