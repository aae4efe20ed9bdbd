"""The page at /oauth/v2/authorize, without a script: what the app may do, who allows it where, Allow and Cancel."""

import html
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from aiohttp import web

from bot.sandbox.loopback import Handler, is_own_host, programs_only
from bot.sandbox.slack.errors import PersonCannot, SlackRefusal
from bot.sandbox.slack.oauth.authorize import Ask, Desk, named
from bot.sandbox.slack.platform import Platform

PATH: Final = "/oauth/v2/authorize"
ASKED: Final = ("client_id", "scope", "redirect_uri", "state")
SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto}"
    "select,button{font:inherit;padding:.5rem 1rem;margin:.5rem .5rem .5rem 0;max-width:100%}"
)


@web.middleware
async def programs_and_own_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let this page send its own form, which a browser marks with where it comes from; else only programs."""
    own = is_own_host(request) and request.headers.get("Origin") == f"http://{request.host}"
    return await (handler(request) if own and request.path == PATH else programs_only(request, handler))


class ConsentPage:
    """Shows the page and takes its answer."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._desk = Desk(platform)

    def add_to(self, application: web.Application) -> None:
        application.router.add_get(PATH, self._show)
        application.router.add_post(PATH, self._take)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            ask = Ask.read(request.query, self._platform.settings)
        except SlackRefusal as refusal:
            return _page("Something went wrong", f"<p>Slack says: <code>{html.escape(str(refusal))}</code></p>", 400)
        name = self._platform.settings.manifest.name
        return _page(f"{name} asks for access to Slack", "".join(self._form(ask, request.query)))

    async def _take(self, request: web.Request) -> web.Response:
        """Send the browser back to the app with the answer."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        try:
            ask = Ask.read(form, self._platform.settings)
            place_id, _, user_id = form.get("installer", "").partition("/")
            allowed = form.get("answer") == "allow"
            address = self._desk.allow(ask, place_id, user_id) if allowed else self._desk.deny(ask)
        except (SlackRefusal, PersonCannot) as problem:
            return _page("Something went wrong", f"<p>{html.escape(str(problem))}</p>", 400)
        return web.Response(status=302, headers={"Location": address, **SAFE})

    def _form(self, ask: Ask, query: Mapping[str, str]) -> Iterator[str]:
        yield f"<p>It may then:</p><ul>{''.join(f'<li>{html.escape(scope)}</li>' for scope in sorted(ask.scopes))}</ul>"
        yield '<form method="post"><p><label>You are<br><select name="installer">'
        for group, people in groupby(self._desk.choices(), key=lambda choice: choice[0].name):
            yield f'<optgroup label="{html.escape(group)}">'
            for place, member in people:
                words = html.escape(f"{member.name}, for {named(place)}")
                yield f'<option value="{place.id}/{member.id}">{words}</option>'
            yield "</optgroup>"
        yield "</select></label></p>"
        for name in ASKED:
            yield f'<input type="hidden" name="{name}" value="{html.escape(query.get(name, ""))}">'
        for answer, words in (("allow", "Allow"), ("deny", "Cancel")):
            yield f'<button name="answer" value="{answer}">{words}</button>'
        yield "</form>"


def _page(title: str, content: str, status: int = 200) -> web.Response:
    head = f"<meta charset=utf-8><title>{html.escape(title)}</title><style>{STYLE}</style>"
    page = (
        f'<!DOCTYPE html><html lang="en"><head>{head}</head><body><h1>{html.escape(title)}</h1>{content}</body></html>'
    )
    return web.Response(text=page, content_type="text/html", status=status, headers=SAFE)
