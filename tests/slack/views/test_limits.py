from dataclasses import replace

import pytest

from bot.core.models import Limit
from bot.slack.views.limits import Refusal, refused, refused_form, why
from tests.slack.views.judge import approve, approve_view, said
from tests.slack.views.samples import HOSTILE, NOW

NEW_ONES = "New ones come on <!date^1772443800^{date}|March 2, 2026>."
ASK = "Ask <@U1> or <@U2>, who can change that."
HERE = Refusal(Limit.CHANNEL, channel_id="C123", channels=("C123",), to_ask=("U1", "U2"))


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (HERE, "Images can't be made in <#C123>, only in <#C123>."),
        (replace(HERE, channel_id="D1"), "Images can't be made in direct messages, only in <#C123>."),
        (replace(HERE, channel_id=None), "Images can't be made in direct messages, only in <#C123>."),
        (
            replace(HERE, channels=frozenset()),
            "Images can't be made in <#C123>, only in the channels chosen for it.",
        ),
        (
            Refusal(Limit.PERSON, to_ask=("U1", "U2")),
            "Only some people in this workspace may make images, and you aren't one of them yet.",
        ),
        (
            Refusal(Limit.PERSON_CREDITS, 1, 4, renews_at=NOW, to_ask=("U1", "U2")),
            f"You have 1 credit left this month, and this takes 4. {NEW_ONES}",
        ),
        (
            Refusal(Limit.PERSON_CREDITS, 0, 4, renews_at=NOW, to_ask=("U1", "U2")),
            f"You have used up your credits for this month. {NEW_ONES}",
        ),
        (
            Refusal(Limit.WORKSPACE_CREDITS, 3, None, to_ask=("U1", "U2")),
            "This workspace has 3 credits left this month, and this takes more.",
        ),
        (
            Refusal(Limit.WORKSPACE_CREDITS, 0, 4, renews_at=NOW, to_ask=("U1", "U2")),
            f"This workspace has used up its credits for this month. {NEW_ONES}",
        ),
    ],
)
def test_every_limit_is_told_with_whom_to_ask(refusal: Refusal, reason: str) -> None:
    assert why(refusal) == f"{reason} {ASK}"
    assert said(approve(refused(refusal))) == why(refusal)
    assert why(refusal) in said(approve_view(refused_form(refusal)))


def test_whoever_can_change_it_is_not_sent_to_anybody() -> None:
    assert why(replace(HERE, can_change=True)).endswith("You can change that: `/bloom settings`.")


def test_where_nobody_is_known_the_admins_are_named() -> None:
    assert why(replace(HERE, to_ask=())).endswith("An admin of this workspace can change that.")


def test_long_list_of_channels_is_cut() -> None:
    many = replace(HERE, channels=frozenset(f"C{number}" for number in range(200)))
    assert why(many).count("<#") == 6
    assert "and 195 more." in why(many)
    few = replace(HERE, channels=("C3", "C1", "C2"))
    assert "only in <#C1>, <#C2> and <#C3>." in why(few)


def test_what_was_typed_is_given_back_to_the_letter() -> None:
    message = approve(refused(HERE, HOSTILE))
    assert f"/bloom {HOSTILE}" in said(message)
