"""What Slack told the app, in words: the titles of the inspector's rows."""

import html
from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.errors import Json

LONGEST_TITLE: Final = 120
_SHORTCUTS: Final = ("shortcut", "message_action")
_TURNS: Final = {"update": "changes the window", "push": "opens another window", "clear": "closes all windows"}


def title_of(delivery: Delivery, shortcuts: Mapping[str, str]) -> str:
    """Say what a person did, or what happened; ``shortcuts`` are names by callback_id."""
    payload = delivery.payload
    if delivery.kind == "slash_commands":
        title = f"{payload.get('command', '')} {_plain(payload.get('text', ''))}"
    elif delivery.kind == "events_api":
        title = _event(payload.get("event", {}))
    else:
        title = _interaction(payload, shortcuts)
    return f"{shortened(title)} (sent again)" if delivery.retried else shortened(title)


def user_of(payload: Json) -> str | None:
    """Return the id of the person who did it."""
    event = payload.get("event", {})
    user = payload.get("user") or event.get("user") or payload.get("user_id")
    return user.get("id") if isinstance(user, dict) else user


def outcome_of(answer: Answer, transport: str) -> str:
    """Say how the app answered, in a few words."""
    if not answer.ok:
        status = f" ({answer.status})" if answer.status not in (0, 200) else ""
        return f"{answer.error}{status} · {transport}"
    if answer.errors:
        return f"errors at {', '.join(answer.errors)} · {transport}"
    action = answer.body.get("response_action") if isinstance(answer.body, dict) else None
    turn = f", {_TURNS[action]}" if isinstance(action, str) and action in _TURNS else ""
    return f"{answer.status}{turn} · {transport}"


def shortened(text: str) -> str:
    """Return a text on one line, cut where it would be too long for a title."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def _event(event: Json) -> str:
    kind = str(event.get("type", "an event"))
    if "tab" in event:
        return f"{kind}: {event['tab']}"
    return f"{kind}: “{_plain(event['text'])}”" if event.get("text") else kind


def _interaction(payload: Json, shortcuts: Mapping[str, str]) -> str:
    match payload.get("type"):
        case "view_submission":
            return f"submitted “{_text(payload['view'].get('title'))}”"
        case "view_closed":
            return f"closed “{_text(payload['view'].get('title'))}”"
        case "block_suggestion":
            return f"asked for options of {payload['action_id']}: “{payload['value']}”"
        case "block_actions":
            return _action(payload["actions"][0])
        case kind if kind in _SHORTCUTS:
            return f"chose the shortcut “{shortcuts.get(payload['callback_id'], payload['callback_id'])}”"
        case kind:
            return str(kind)


def _action(action: Json) -> str:
    if action["type"] == "button":
        return f"clicked “{_text(action.get('text'))}”"
    place = action["action_id"]
    if chosen := _chosen(action):
        return f"chose {chosen} in {place}"
    return f"typed in {place}" if action["type"].endswith("_input") else f"cleared {place}"


def _chosen(action: Json) -> str:
    """Return what a menu holds now, in quotes: options by their words, people and channels by their ids."""
    held = [value for name, value in action.items() if name.startswith("selected_") and value]
    several = held[0] if held and isinstance(held[0], list) else held
    return ", ".join(f"“{_text(one['text'])}”" if isinstance(one, dict) else f"“{one}”" for one in several)


def _text(composition: Any) -> str:
    return _plain(composition.get("text", "")) if isinstance(composition, dict) else ""


def _plain(text: Any) -> str:
    return html.unescape(str(text))
