"""The page of usage: what everybody sees, what managers see, and both at their largest."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.models import Credits, Spending, Spent, Standing
from bot.slack.sights import PageName, Sight
from bot.slack.views.home.frame import in_modal, on_home
from bot.slack.views.home.ranking import chart_of, ids_in_chart, in_channels, ranked, words_of
from bot.slack.views.home.usage import Picture, Report, Usage, usage
from tests.slack.views.judge import action_ids, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE

MONTHS = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
SIGHT = Sight(page=PageName.USAGE)
SPENDING = Spending(
    total=1212,
    people={"U1": 1200, "U2": 12},
    channels={"C123": 1200, "D1": 7, "D2": 5},
    brands={"b1": 1212},
    brand_names={"b1": "Acme"},
)


def view(standing: Standing | None = None, report: Report | None = None, **more: Any) -> dict[str, Any]:
    page = usage(Usage(standing or Standing(Spent(240, 12)), report=report, **more))
    approve_view(in_modal(SIGHT, page))
    return approve_view(on_home(SIGHT, page))


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (Standing(Spent(1, 1)), "*You* have used 1 credit this month.\n*This workspace* has used 1 credit this month."),
        (Standing(Spent(240, 12), None, 20), "*You* have used 12 of 20 credits this month."),
        (Standing(Spent(240, 12), None, 20), "You can use 8 credits more."),
        (Standing(Spent(240, 12), 245, 20), "*This workspace* has used 240 of 245 credits this month."),
        (Standing(Spent(240, 12), 245, 20), "You can use 5 credits more."),
        (Standing(Spent(240, 12), 240, 20), "You can't use any more until next month."),
        (Standing(Spent(240, 30), None, 20), "You can't use any more until next month."),
    ],
)
def test_everybody_sees_what_they_used_and_may_use_still(standing: Standing, told: str) -> None:
    assert told in said(view(standing))


def test_nothing_is_said_of_what_is_left_where_nothing_is_limited() -> None:
    assert "more" not in said(view())


def test_balance_is_shown_with_the_way_to_more_for_managers() -> None:
    assert "*At Bloom* there are 118 credits left." in said(view(credits=Credits(118)))
    assert "Top up" not in said(view(credits=Credits(118)))
    assert "|Top up>" in said(view(credits=Credits(118), report=Report(SPENDING, MONTHS)))
    assert "unlimited" in said(view(credits=Credits(0, unlimited=True)))
    assert "At Bloom" not in said(view())
    assert "Bloom isn't &lt;answering&gt;" in said(view(trouble="Bloom isn't <answering>"))


def test_managers_see_who_where_and_which_brand_with_direct_messages_as_one() -> None:
    told = said(view(report=Report(SPENDING, MONTHS)))
    assert "*November 2026* · 1,212 credits in all" in told
    assert "*By person*\n`1,200` <@U1>\n`\u2007\u2007\u200712` <@U2>" in told
    assert "*By channel*\n`1,200` <#C123>\n`\u2007\u2007\u200712` Direct messages" in told
    assert "*By brand*\n`1,212` *Acme*" in told


def test_month_without_credits_says_so_and_shows_no_old_chart() -> None:
    page = view(report=Report(Spending(), MONTHS, 1, Picture("F012345678", "x")))
    assert "No credits were used in October 2026." in said(page)
    assert of_type(page, "image") == []
    assert of_type(page, "static_select")[0]["initial_option"]["value"] == "1"


def test_chart_is_a_file_at_slack_with_words() -> None:
    page = view(report=Report(SPENDING, MONTHS, 0, Picture("F012345678", HOSTILE)))
    (picture,) = of_type(page, "image")
    assert picture["slack_file"] == {"id": "F012345678"}


def test_largest_page_is_what_slack_takes() -> None:
    people = {"U1": 10_000_000, "U2": 9_999_999}
    brands = {f"b{number}": 10_000_000 for number in range(500)}
    spending = Spending(10**9, people, {"C123": 10**9}, brands, dict.fromkeys(brands, "&" * 500))
    standing = Standing(Spent(10**9, 10**9), 10**9, 10**9)
    words = words_of(chart_of(spending, "November 2026", {"U1": "&" * 500, "U2": "&" * 500, "C123": "&" * 500}))
    page = view(standing, Report(spending, MONTHS, 0, Picture("F012345678", words)), credits=Credits(10**9))
    assert len(page["blocks"]) <= 90
    assert "490 others" in said(page)


def test_before_it_is_connected_managers_connect_and_others_ask() -> None:
    page = view(is_connected=False, report=Report(Spending(), MONTHS))
    assert "connect" in action_ids(page)
    page = view(is_connected=False, to_ask=("U1", "U2"))
    assert "<@U1> or <@U2> can connect it." in said(page)
    assert "connect" not in action_ids(page)


def test_nobody_but_managers_sees_a_menu() -> None:
    assert of_type(view(), "static_select") == []
    assert [menu["action_id"] for menu in of_type(view(report=Report(SPENDING, MONTHS)), "static_select")] == [
        "usage_month",
        "send_log",
    ]


def test_ranking_gathers_the_rest_but_never_a_single_one() -> None:
    eleven = {f"U{number:02}": 100 - number for number in range(11)}
    assert ranked(eleven).others == 0
    assert len(ranked(eleven).first) == 11
    twelve = ranked({**eleven, "U11": 1})
    assert (len(twelve.first), twelve.others, twelve.others_credits) == (10, 2, 91)


def test_equal_credits_stand_in_the_same_order_every_time() -> None:
    assert [one for one, _ in ranked({"U2": 5, "U1": 5}).first] == ["U1", "U2"]


def test_chart_names_whom_slack_names() -> None:
    chart = chart_of(SPENDING, "November 2026", {"U1": "Mia", "C123": "general"})
    assert chart.title == "1,212 credits in November 2026"
    assert [group.bars for group in chart.groups] == [
        (("Mia", 1200), ("unnamed", 12)),
        (("#general", 1200), ("Direct messages", 12)),
        (("Acme", 1212),),
    ]
    assert ids_in_chart(SPENDING) == (["U1", "U2"], ["C123"])
    assert in_channels({"D1": 1, "C1": 2, "D2": 3}) == {"": 4, "C1": 2}
