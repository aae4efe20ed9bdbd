"""The pages between Slack and Bloom: plain, safe to show anybody's words, and closed to everything else."""

import re
from html.parser import HTMLParser

import pytest

from bot import pages
from bot.pages import HEADERS, STYLE, Link, Page, render

EVERY = [
    pages.installed("Acme", "T1", "A1"),
    pages.installed("", None, None),
    pages.INSTALL_DENIED,
    pages.INSTALL_EXPIRED,
    pages.INSTALL_REFUSED,
    pages.INSTALL_FAILED,
    pages.BROKEN,
    pages.sign_in("Acme"),
    pages.sign_in(""),
    pages.signed_in("ada@acme.com", "Acme", pages.open_in_slack("T1", "A1")),
    pages.sign_in_denied(pages.open_in_slack("T1", None)),
    pages.SIGN_IN_EXPIRED,
    pages.SIGN_IN_ELSEWHERE,
    pages.SIGN_IN_NOT_ALLOWED,
    pages.sign_in_refused(()),
    pages.sign_in_failed(()),
]


class Tags(HTMLParser):
    """Notes the tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.title)
def test_page_is_well_formed_has_one_heading_and_runs_nothing(page: Page) -> None:
    html = render(page)
    tags = Tags(html)
    assert tags.open == []
    assert tags.attributes("html") == [{"lang": "en"}]
    assert len(tags.attributes("h1")) == len(tags.attributes("main")) == 1
    names = {name for name, _ in tags.tags}
    assert names <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "a", "form", "button"}
    assert not any(name.startswith("on") for _, attributes in tags.tags for name in attributes)
    assert page.words


@pytest.mark.parametrize("page", [page for page in EVERY if page.status >= 400], ids=lambda page: page.title)
def test_page_of_what_failed_says_that_nothing_was_changed(page: Page) -> None:
    assert re.search("Nothing was changed|nothing was connected", " ".join(page.words))


def test_words_of_others_stay_words() -> None:
    evil = "<script>alert('1')</script>\"&"
    html = render(Page(evil, (evil,), links=(Link(evil, f"https://bloom.test/{evil}"),), button=evil))
    assert "<script" not in html
    assert Tags(html).attributes("a") == [{"class": "other", "href": f"https://bloom.test/{evil}"}]


def test_policy_lets_nothing_in_but_the_style() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert f"<style>{STYLE}</style>" in render(pages.BROKEN)
    assert (HEADERS["Cache-Control"], HEADERS["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_form_goes_to_the_pages_own_address() -> None:
    tags = Tags(render(pages.sign_in("Acme")))
    assert tags.attributes("form") == [{"method": "post"}]


@pytest.mark.parametrize(
    ("workspace_id", "app_id", "urls"),
    [
        ("T1", "A1", ["slack://app?team=T1&id=A1&tab=home", "https://slack.com/app_redirect?app=A1&team=T1"]),
        (None, "A1", ["slack://app?id=A1&tab=home", "https://slack.com/app_redirect?app=A1"]),
        ("T1", None, ["slack://open?team=T1"]),
    ],
)
def test_way_into_slack_needs_no_more_than_is_known(
    workspace_id: str | None, app_id: str | None, urls: list[str]
) -> None:
    assert [link.url for link in pages.open_in_slack(workspace_id, app_id)] == urls
