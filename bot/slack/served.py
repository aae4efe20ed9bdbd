"""Whose buttons are answered: those under messages of the workspace that is served, or of the very channel."""

from collections.abc import Collection

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import Generation
from bot.slack.payloads import workspace_of


def is_served(args: AsyncArgs, generation: Generation, shown_in: Collection[str] = ()) -> bool:
    """Whether it was asked for in this workspace, or is in this channel: its thread, or where it is ``shown_in`` too.

    A channel may belong to several workspaces of an organisation, and who presses be in another of them.
    """
    place, here = generation.place, args.context.channel_id
    is_here = here == (place.channel_id if place else generation.request.channel_id) or here in shown_in
    return is_here or generation.request.workspace_id == workspace_of(args)
