"""Who comes first: the same ranking stands in the tables of the page of usage and in its chart."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.charts import Bars, Chart
from bot.core.models import Spending
from bot.slack.views.message import is_direct, shorten
from bot.slack.views.wording import credits_text

IN_TABLE, IN_CHART = 10, 4
DIRECT = "Direct messages"
UNNAMED = "unnamed"
WORDS_LIMIT, NAME_LIMIT = 400, 40
"""Characters of the words for a chart, which may grow fivefold when they are escaped, and of a name in them."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The first few with their credits, and how many others there are with theirs together."""

    first: tuple[tuple[str, int], ...]
    others: int = 0
    others_credits: int = 0

    @property
    def others_text(self) -> str:
        """Return "1 other" or "3 others"."""
        return f"{self.others} {'other' if self.others == 1 else 'others'}"


def ranked(credits: Mapping[str, int], most: int = IN_TABLE) -> Ranked:
    """Return the first ``most``; one more rather than "1 other"."""
    ordered = sorted(credits.items(), key=lambda item: (-item[1], item[0]))
    shown = most if len(ordered) > most + 1 else len(ordered)
    rest = ordered[shown:]
    return Ranked(tuple(ordered[:shown]), len(rest), sum(spent for _, spent in rest))


def in_channels(credits: Mapping[str, int]) -> dict[str, int]:
    """Return credits by channel; those of all direct messages together, under no name: they are nobody else's."""
    sums: dict[str, int] = {}
    for channel_id, spent in credits.items():
        key = "" if is_direct(channel_id) else channel_id
        sums[key] = sums.get(key, 0) + spent
    return sums


def chart_of(spending: Spending, month: str, names: Mapping[str, str]) -> Chart:
    """Return the chart of a month; ``names`` of people and channels by id."""
    people = {one: names.get(one, UNNAMED) for one in spending.people}
    channels = {one: f"#{names[one]}" if one in names else UNNAMED for one in spending.channels} | {"": DIRECT}
    groups = (
        _bars("By person", spending.people, people),
        _bars("By channel", in_channels(spending.channels), channels),
        _bars("By brand", spending.brands, spending.brand_names),
    )
    return Chart(f"{credits_text(spending.total)} in {month}", groups)


def ids_in_chart(spending: Spending) -> tuple[list[str], list[str]]:
    """Return the people and channels that the chart needs names for."""
    people, channels = ranked(spending.people, IN_CHART), ranked(in_channels(spending.channels), IN_CHART)
    return [one for one, _ in people.first], [one for one, _ in channels.first if one]


def words_of(chart: Chart) -> str:
    """Return what the chart shows, for those who cannot see it."""
    groups = [
        f"{bars.title}: {', '.join(f'{shorten(name, NAME_LIMIT)} {spent:,}' for name, spent in bars.bars)}"
        for bars in chart.groups
    ]
    return f"{chart.title}. {'. '.join(groups)}."[:WORDS_LIMIT]


def _bars(title: str, credits: Mapping[str, int], names: Mapping[str, str]) -> Bars:
    ranking = ranked(credits, IN_CHART)
    bars = [(names.get(one, "") or one[:8], spent) for one, spent in ranking.first]
    if ranking.others:
        bars.append((ranking.others_text, ranking.others_credits))
    return Bars(title, tuple(bars))
