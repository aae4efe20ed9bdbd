"""Whose buttons are answered: those under messages of the workspace that is served, or of the very channel."""

from collections.abc import Collection

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import Batch, Generation
from bot.slack.payloads import workspace_of


def is_served(args: AsyncArgs, generation: Generation, shown_in: Collection[str] = ()) -> bool:
    """Whether it was asked for in this workspace, or is in this channel: its thread, or where it is ``shown_in`` too.

    A channel may belong to several workspaces of an organisation, and who presses be in another of them.
    """
    channel_id = generation.place.channel_id if generation.place else generation.request.channel_id
    return _is_served(args, generation.request.workspace_id, {channel_id, *shown_in})


def is_served_batch(args: AsyncArgs, batch: Batch) -> bool:
    """Whether a batch was asked for in this workspace, or its message stands in this channel."""
    return _is_served(args, batch.workspace_id, {batch.place.channel_id if batch.place else batch.channel_id})


def _is_served(args: AsyncArgs, workspace_id: str, channel_ids: Collection[str]) -> bool:
    return args.context.channel_id in channel_ids or workspace_id == workspace_of(args)
