"""Searching a page: what is typed into its field becomes what it shows, from the beginning."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.sights import Sight
from bot.slack.views.home.search import typed_in


def narrowed(args: AsyncArgs, **changes: object) -> Sight:
    """Return what is looked at, from the beginning, with what is typed by now and these changes."""
    view = args.body.get("view") or {}
    sight, typed = Sight.of(view), typed_in(view)
    query = sight.query if typed is None else typed
    return sight.but(**{"query": query, "trail": (), "offset": 0, **changes})
