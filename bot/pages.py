"""What people see in a browser between Slack and Bloom: one template, no script, and every sentence of it.

The pages run nothing and load nothing, and a strict policy has the browser see to that. They are kept nowhere and tell
no other site where the reader comes from: codes stand in their addresses.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

STYLE = """
:root { color-scheme: light dark; --back: #f6f5f2; --front: #fff; --text: #1f2937; --soft: #5b6472; --main: #1f2937;
  --on-main: #fff; --line: #d9d6cf }
@media (prefers-color-scheme: dark) { :root { --back: #14171c; --front: #1e232b; --text: #eceff4; --soft: #a9b2c0;
  --main: #eceff4; --on-main: #14171c; --line: #353c48 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--back);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 30rem; width: 100%; padding: 2rem; background: var(--front); border: 1px solid var(--line);
  border-radius: 1rem }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
.way { display: inline-block; padding: .7rem 1.2rem; border: 0; border-radius: .6rem; background: var(--main);
  color: var(--on-main); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer }
.other { color: var(--soft) }
main > :last-child { margin-bottom: 0 }
:focus-visible { outline: 3px solid var(--soft); outline-offset: 3px }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    # Not `form-action`: browsers hold it against where a form's answer leads as well, and Bloom may lead further.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""
INSTALL_PATH, INSTALLED_PATH = "/slack/install", "/slack/oauth_redirect"
SIGN_IN_PATH, SIGNED_IN_PATH = "/bloom/connect", "/bloom/oauth/callback"
"""Where the way to Slack and the way to Bloom begin, and where each leads back to."""
DENIED = "access_denied"
"""What Slack and Bloom both say of somebody who did not agree."""
AGAIN_IN_SLACK = "Go back to Slack, press Connect Bloom and start again from there."


@dataclass(frozen=True, slots=True)
class Link:
    """A way on."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """What to show. The first link is the way on; ``button`` sends a form to the page's own address."""

    title: str
    words: tuple[str, ...] = ()
    status: int = 200
    links: tuple[Link, ...] = ()
    button: str | None = None


def render(page: Page) -> str:
    """Return the page as HTML."""
    content = [f"<p>{escape(sentence)}</p>" for sentence in page.words]
    if page.button:
        content.append(f'<form method="post"><button class="way">{escape(page.button)}</button></form>')
    for number, link in enumerate(page.links):
        kind = "other" if number or page.button else "way"
        content.append(f'<p><a class="{kind}" href="{escape(link.url)}">{escape(link.label)}</a></p>')
    return TEMPLATE.format(title=escape(page.title), style=STYLE, content="\n".join(content))


def open_in_slack(workspace_id: str | None, app_id: str | None) -> tuple[Link, ...]:
    """Return the ways to the bot in Slack: to its Home tab where the app's id is known."""
    team = {"team": workspace_id} if workspace_id else {}
    if app_id is None:
        return (Link("Open Slack", f"slack://open?{urlencode(team)}"),)
    in_app = urlencode({**team, "id": app_id, "tab": "home"})
    in_browser = urlencode({"app": app_id, **team})
    return (
        Link("Open in Slack", f"slack://app?{in_app}"),
        Link("Open it in the browser instead", f"https://slack.com/app_redirect?{in_browser}"),
    )


def installed(name: str, workspace_id: str | None, app_id: str | None) -> Page:
    """Say that the bot is in Slack now."""
    where = name or "your workspace"
    steps = "Open it and connect Bloom; then anyone there can type /bloom and say what they want to see."
    return Page(f"Bloom is installed in {where}", (steps,), links=open_in_slack(workspace_id, app_id))


TRY_INSTALLING_AGAIN = (Link("Try again", INSTALL_PATH),)
INSTALL_DENIED = Page(
    "Bloom was not installed",
    ("Slack says that this was declined. Nothing was changed.",),
    403,
    TRY_INSTALLING_AGAIN,
)
INSTALL_EXPIRED = Page(
    "This link doesn't work any more",
    ("It works once, for ten minutes, and in the browser that it was opened in. Nothing was changed by this visit.",),
    400,
    TRY_INSTALLING_AGAIN,
)
INSTALL_REFUSED = Page(
    "Slack didn't confirm the installation",
    ("Nothing was changed.",),
    400,
    TRY_INSTALLING_AGAIN,
)
INSTALL_FAILED = Page(
    "Bloom could not be installed just now",
    ("Slack could not be reached, or did not answer as it should. Nothing was changed.",),
    502,
    TRY_INSTALLING_AGAIN,
)
BROKEN = Page("Something went wrong on our side", ("Nothing was changed. Please try again in a minute.",), 500)


def sign_in(workspace: str) -> Page:
    """Ask for consent before anybody is sent to Bloom."""
    named = f"the Slack workspace {workspace}" if workspace else "your Slack workspace"
    return Page(
        f"Let {named} use your Bloom account?",
        (
            "Everyone in that workspace can then make images with your account's brands and credits.",
            "Go on only if you asked for this in Slack yourself.",
        ),
        button="Continue to Bloom",
    )


def signed_in(account: str, workspace: str, links: tuple[Link, ...]) -> Page:
    """Say that it worked."""
    where = workspace or "Your Slack workspace"
    words = f"{where} uses the Bloom account {account} now. You can close this page."
    return Page("Bloom is connected", (words,), links=links)


def sign_in_denied(links: tuple[Link, ...]) -> Page:
    """Say that nothing was connected, as was wished."""
    return Page("Bloom was not connected", ("This was declined at Bloom. Nothing was changed.",), 403, links)


SIGN_IN_EXPIRED = Page(
    "This link doesn't work any more",
    (
        "It works once, and for fifteen minutes. Nothing was changed by this visit.",
        "If Bloom isn't connected yet, go back to Slack, press Connect Bloom and start again from there.",
    ),
    400,
)
SIGN_IN_ELSEWHERE = Page(
    "This was begun in another browser",
    (f"To be safe, nothing was connected. {AGAIN_IN_SLACK}",),
    403,
)
SIGN_IN_NOT_ALLOWED = Page(
    "You can't connect Bloom in that workspace",
    ("Its admins can, and the people they name as managers. Nothing was changed.",),
    403,
)


def sign_in_refused(links: tuple[Link, ...]) -> Page:
    """Say that Bloom took back what it gave, or that it is not allowed here."""
    return Page("Bloom didn't confirm the sign-in", (f"Nothing was changed. {AGAIN_IN_SLACK}",), 400, links)


def sign_in_failed(links: tuple[Link, ...]) -> Page:
    """Say that Bloom is away."""
    words = f"Bloom isn't answering. Nothing was changed. {AGAIN_IN_SLACK}"
    return Page("Bloom could not be connected just now", (words,), 502, links)
