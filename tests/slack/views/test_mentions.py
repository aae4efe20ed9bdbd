"""What people read who spoke to the bot: Slack takes it, and nothing that they called their files calls anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import SlackRefused
from bot.slack.commands.text import WORDS
from bot.slack.mentions.tickets import Ticket
from bot.slack.views import mentions as views
from bot.slack.views.message import Message
from tests.slack.views.judge import approve

TICKET = Ticket("Ev0123456789AB", "C0123456789", "1700000000.123456", "1700000000.123457", "5f0c3b34-8a37-4d0c", 12)
ALL = [
    views.what_to_make(TICKET.value),
    views.what_to_change(TICKET.value),
    views.what_to_make(TICKET.value, in_private=True),
    views.which_brand(TICKET.value),
    views.confirm(12, TICKET.value),
    *(views.word(name) for name in WORDS[1:]),
    views.edit_keeps(["--ar"]),
    views.edit_keeps(["--brand", "--ar", "--n"]),
    views.too_many(10, 9),
    *(views.unread(SlackRefused(error)) for error in ("not_in_channel", "missing_scope", "not_in_time")),
]


@pytest.mark.parametrize("told", ALL)
def test_slack_takes_it(told: Message) -> None:
    approve(told)


@given(st.lists(st.text(max_size=300), min_size=1, max_size=10))
def test_names_of_files_stay_names(names: list[str]) -> None:
    told = approve(views.unusable([(name, "is over 10 MB") for name in names]))
    assert told.text.count("is over 10 MB") >= min(len(names), views.FILES_SHOWN)


def test_flags_are_listed_as_people_do() -> None:
    assert "`--brand`, `--ar` and `--n` can't be used" in views.edit_keeps(["--brand", "--ar", "--n"]).text


def test_ticket_says_what_was_put_on_it() -> None:
    assert Ticket.read(TICKET.value) == TICKET
    with pytest.raises(ValueError, match="unpack"):
        Ticket.read("of another version")
