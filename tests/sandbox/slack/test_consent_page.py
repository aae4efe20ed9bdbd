"""The page where somebody lets the app in, as a browser gets it and sends it back."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.sandbox.slack import SlackSite, SlackStandIn
from tests.sandbox.slack.installing import answer, ask, bot, exchange


class Form(HTMLParser):
    """Reads what a form would send, and what there is to choose from."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.options: list[str] = []
        self.buttons: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.hidden[given["name"]] = given["value"]
        elif tag == "option":
            self.options.append(given["value"])
        elif tag == "button":
            self.buttons.append(given["value"])


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


@pytest.fixture
def acme(site: SlackSite) -> SlackStandIn:
    return site.add_workspace("Acme <3")


async def page_of(browser: aiohttp.ClientSession, address: str) -> str:
    async with browser.get(address) as shown:
        assert shown.status == 200
        assert "script" not in shown.headers["Content-Security-Policy"]
        return await shown.text()


async def send(browser: aiohttp.ClientSession, address: str, form: dict[str, str], origin: str | None = None) -> str:
    """Send the form as the page itself would; return where the browser is sent."""
    own = f"{urlsplit(address).scheme}://{urlsplit(address).netloc}"
    async with browser.post(address, data=form, headers={"Origin": origin or own}, allow_redirects=False) as answered:
        return answered.headers["Location"] if answered.status == 302 else f"{answered.status} {await answered.text()}"


async def test_allowing_brings_a_code_back(site: SlackSite, acme: SlackStandIn, browser: aiohttp.ClientSession) -> None:
    page = await page_of(browser, ask(site, state='"><script>x'))
    form = Form(page)
    assert "<script" not in page
    assert re.findall("<li>(.*?)</li>", page) == ["chat:write", "commands", "users:read"]
    assert "Acme &lt;3" in page
    people = [acme.person(name).id for name in ("Mia", "Sam")]
    assert form.options == [f"{acme.team_id}/{person}" for person in people]
    assert form.buttons == ["allow", "deny"]
    went = answer(await send(browser, ask(site), {**form.hidden, "installer": form.options[1], "answer": "allow"}))
    assert went["state"] == '"><script>x'
    given = await exchange(site, went["code"])
    assert given["authed_user"]["id"] == people[1]
    assert (await bot(site, given["access_token"]).auth_test())["team"] == "Acme <3"


async def test_cancel_brings_the_refusal_back(
    site: SlackSite, acme: SlackStandIn, browser: aiohttp.ClientSession
) -> None:
    form = Form(await page_of(browser, ask(site)))
    assert answer(await send(browser, ask(site), {**form.hidden, "answer": "deny"})) == {
        "error": "access_denied",
        "state": "s1",
    }
    assert acme.installation is None


async def test_whole_organisation_is_offered_to_its_admins(site: SlackSite, browser: aiohttp.ClientSession) -> None:
    company = site.add_organisation("Company")
    acme = site.add_workspace("Acme", organisation=company)
    form = Form(await page_of(browser, ask(site)))
    assert form.options[-1] == f"{company.id}/{acme.person('Mia').id}"
    assert f"{company.id}/{acme.person('Sam').id}" not in form.options


async def test_wrong_question_is_not_asked(site: SlackSite, acme: SlackStandIn, browser: aiohttp.ClientSession) -> None:
    async with browser.get(ask(site, client_id="<b>")) as shown:
        assert (shown.status, "invalid_client_id" in await shown.text()) == (400, True)
    form = Form(await page_of(browser, ask(site)))
    for wrong in ({"client_id": "9.9"}, {"installer": "T9/U9"}, {"installer": ""}):
        sent = {**form.hidden, "installer": form.options[0], "answer": "allow", **wrong}
        assert (await send(browser, ask(site), sent)).startswith("400 ")


async def test_page_of_another_site_cannot_say_yes(
    site: SlackSite, acme: SlackStandIn, browser: aiohttp.ClientSession
) -> None:
    form = Form(await page_of(browser, ask(site)))
    sent = {**form.hidden, "installer": form.options[0], "answer": "allow"}
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        assert (await send(browser, ask(site), sent, origin)).startswith("403 ")
    own = site.authorize_url.removesuffix("/oauth/v2/authorize")
    async with browser.get(f"{site.api_url}api.test", headers={"Origin": own}) as refused:
        assert refused.status == 403
