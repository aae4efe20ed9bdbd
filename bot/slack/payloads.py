"""What Slack says of an act: who it was, in which workspace, what they pressed, and what they looked at."""

from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.sights import Sight


def workspace_of(args: AsyncArgs) -> str:
    """Return the workspace that is served: whoever presses in a shared channel may bring another one along."""
    installed = args.context.authorize_result
    return str(installed.team_id if installed else args.context.team_id)


def person_of(args: AsyncArgs) -> tuple[str, str]:
    """Return the workspace, and who acted in it."""
    return workspace_of(args), str(args.context.user_id)


def action_of(args: AsyncArgs) -> dict[str, Any]:
    """Return what was pressed or chosen."""
    action: dict[str, Any] = args.body["actions"][0]
    return action


def value_of(args: AsyncArgs) -> str:
    """Return the value of the button that was pressed; nothing where it has none."""
    return str(action_of(args).get("value") or "")


def sight_of(args: AsyncArgs) -> Sight:
    """Return what the person looked at."""
    return Sight.of(args.body.get("view"))
