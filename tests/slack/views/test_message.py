import pytest
from hypothesis import given
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import DividerBlock

from bot.slack.views.message import (
    TYPED_LIMIT,
    bold,
    channel,
    escape,
    link,
    mention,
    message,
    shorten,
    shorten_middle,
    typed_text,
    unescape,
)
from tests.slack.views.samples import HOSTILE, typed


def test_only_slacks_three_characters_are_escaped() -> None:
    assert escape('<!channel> & "it\'s"') == '&lt;!channel&gt; &amp; "it\'s"'


@given(typed)
def test_escaping_once_and_unescaping_once_gives_the_text_back(text: str) -> None:
    assert unescape(escape(text)) == text


def test_an_entity_that_was_typed_stays_typed() -> None:
    assert unescape("&amp;lt; &quot;") == "&lt; &quot;"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [("a  b\nc", 10, "a b c"), ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("abcd fgh", 6, "abcd…")],
)
def test_long_texts_are_cut_at_the_end(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


def test_long_names_keep_the_end_that_tells_them_apart() -> None:
    assert shorten_middle("A" * 200 + " · acme.com", 30) == "A" * 14 + "…" + "AAAA · acme.com"
    assert shorten_middle("Acme", 30) == "Acme"


def test_a_bold_name_cannot_end_its_own_bold() -> None:
    assert bold("A*c*me <b>") == "*A∗c∗me &lt;b&gt;*"
    assert bold(" ") == ""


def test_mentions_are_mentions() -> None:
    assert mention("U1") == "<@U1>"
    assert channel("C123") == "<#C123>"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.b/?x=1&y=2", "<https://a.b/?x=1&amp;y=2|Open>"),
        ("https://a.b/|><", "<https://a.b/%7C%3E%3C|Open>"),
        ("!channel", "Open"),
        ("javascript:alert(1)", "Open"),
        ("https://a.b/" + "x" * 3000, "Open"),
    ],
)
def test_only_web_addresses_become_links(url: str, expected: str) -> None:
    assert link(url, "Open") == expected


def test_typed_text_is_kept_to_the_letter() -> None:
    element = typed_text(HOSTILE).to_dict()["elements"][0]["elements"][0]
    assert element == {"type": "text", "text": f"/bloom {HOSTILE}"}


def test_only_a_text_too_long_for_slack_is_cut() -> None:
    element = typed_text("x" * (TYPED_LIMIT + 1)).to_dict()["elements"][0]["elements"][0]
    assert element["text"] == f"/bloom {'x' * TYPED_LIMIT}…"


def test_a_message_of_more_than_fifty_blocks_is_refused() -> None:
    with pytest.raises(SlackObjectFormationError, match="50"):
        message("x", *[DividerBlock()] * 51)
