"""What people are told without having asked just now."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Connection, Notice, NoticeKind
from bot.slack.views.notices import notice_message
from tests.slack.views.judge import action_ids, approve, said
from tests.slack.views.samples import connection, typed


@pytest.mark.parametrize(
    ("kind", "words", "buttons"),
    [
        (NoticeKind.WELCOME, "*1.* Connect Bloom", ["connect"]),
        (NoticeKind.CONNECTION_BROKEN, "connection as *mia@acme.com* any more.", ["connect"]),
        (NoticeKind.CONNECTOR_LEFT, "<@U1> has left this workspace", ["connect"]),
        (NoticeKind.ASKED_TO_CONNECT, "<@U2> asks you to look at this workspace's connection", ["connect"]),
        (NoticeKind.CONNECTED, "Bloom is connected as *mia@acme.com*.", ["open_form"]),
        (NoticeKind.NAMED_MANAGER, "<@U2> named you as a manager", []),
    ],
)
def test_notice_says_what_happened_and_offers_what_helps(kind: NoticeKind, words: str, buttons: list[str]) -> None:
    message = approve(notice_message(Notice(kind, connection(), asked_by="U2")))
    assert words in said(message)
    assert words.split("*", maxsplit=1)[0] in message.text
    assert action_ids(message) == buttons


@pytest.mark.parametrize("kind", NoticeKind)
def test_nothing_in_bold_stands_within_something_in_bold(kind: NoticeKind) -> None:
    shown = said(notice_message(Notice(kind, connection(), asked_by="U2")))
    assert "*" not in re.sub(r"\*[^*\s][^*\n]*\*(?![\w*])", "", shown)
    assert not re.search(r"\*[^*\n]* \*\S", shown)


@pytest.mark.parametrize("known", [None, connection(is_broken=True)])
def test_manager_who_is_asked_reads_whether_there_is_something_to_connect(known: Connection | None) -> None:
    message = notice_message(Notice(NoticeKind.ASKED_TO_CONNECT, known, asked_by="U2"))
    assert "<@U2> would like to make images with Bloom and asks you to connect it" in said(message)


@pytest.mark.parametrize("kind", NoticeKind)
def test_notice_needs_nothing_to_be_known(kind: NoticeKind) -> None:
    assert "{" not in said(approve(notice_message(Notice(kind))))


@given(typed, st.sampled_from(NoticeKind))
def test_name_of_an_account_calls_nobody(name: str, kind: NoticeKind) -> None:
    approve(notice_message(Notice(kind, connection(name))))
