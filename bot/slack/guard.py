"""An exception in, a helpful reply to the person out: the one way errors leave a listener.

Bolt loses an answer whose listener raises, so every listener is wrapped in `guarded`.
"""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.errors import BotError, SlackRefused
from bot.slack.client import slack_errors
from bot.slack.views.message import Message, is_direct, unescape
from bot.slack.views.problems import explain, failure_of, problem_message
from bot.slack.views.trouble import not_shown, unexpected

log = structlog.get_logger(__name__)

SPEECH = frozenset({"app_mention", "message"})
"""Events in which a person says something to the bot; of others nobody awaits an answer where they happen."""

S = TypeVar("S")
Listener = Callable[[S, AsyncArgs], Coroutine[Any, Any, None]]


def guarded(listener: Listener[S]) -> Listener[S]:
    """Tell the person about whatever the listener raises, and answer Slack in any case."""

    @functools.wraps(listener)
    async def guarded_listener(self: S, args: AsyncArgs) -> None:
        try:
            await listener(self, args)
        except Exception as error:  # noqa: BLE001 - the person is told, the log has the traceback
            await _tell(args, _explained(error))

    return guarded_listener


def _explained(error: Exception) -> Message:
    if isinstance(error, BotError):
        log.warning("listener refused", reason=repr(error))
        return not_shown() if isinstance(error, SlackRefused) else problem_message(explain(failure_of(error)))
    reference = uuid4().hex[:8]
    log.error("listener broke", reference=reference, exc_info=error)
    return unexpected(reference)


async def _tell(args: AsyncArgs, message: Message) -> None:
    """Answer in the way this kind of payload can be answered; a last resort is a direct message."""
    try:
        if args.ack.response is None:
            if await _answered(args, message):
                return
            await args.ack()
        await whisper(args, message)
    except Exception as error:
        log.error("the person could not be told", exc_info=error)


async def whisper(args: AsyncArgs, message: Message) -> None:
    """Tell only the person who acted, where they acted; where that cannot be, by direct message."""
    if url := args.body.get("response_url"):
        status = await _respond(args, url, message)
        if status == 200:
            return
        log.warning("Slack took no answer where the person acted", status=status)
    elif await _answered_where_they_spoke(args, message):
        return
    if args.context.user_id:
        with slack_errors():
            await args.client.chat_postMessage(channel=args.context.user_id, text=message.text, blocks=message.blocks)


async def _answered_where_they_spoke(args: AsyncArgs, message: Message) -> bool:
    """Answer a message to the bot in its thread; in a channel so that nobody else sees it."""
    event = args.event or {}
    if event.get("type") not in SPEECH or not event.get("channel"):
        return False
    words = {"channel": event["channel"], "text": message.text, "blocks": message.blocks}
    words |= {"thread_ts": event["thread_ts"]} if event.get("thread_ts") else {}
    try:
        with slack_errors():
            if is_direct(event["channel"]):
                await args.client.chat_postMessage(**words)
            else:
                await args.client.chat_postEphemeral(user=str(args.context.user_id), **words)
    except SlackRefused as refusal:
        log.warning("Slack took no answer where the person spoke", error=refusal.error)
        return False
    return True


async def _respond(args: AsyncArgs, url: str, message: Message) -> int:
    """Answer where the person acted, on the shared session: Bolt's own `respond` opens one for each answer."""
    client, thread_id = args.client, args.body.get("container", {}).get("thread_ts")
    respond = AsyncWebhookClient(url, session=client.session, retry_handlers=client.retry_handlers)
    words = {"text": message.text, "blocks": message.blocks, "thread_ts": thread_id}
    answer = await respond.send_dict({**words, "response_type": "ephemeral", "replace_original": False})
    return answer.status_code


async def _answered(args: AsyncArgs, message: Message) -> bool:
    """Put the message into the acknowledgement itself where that is possible."""
    if args.command is not None:
        await args.ack(text=message.text, blocks=message.blocks)
    elif args.body.get("type") == "view_submission" and (field := _first_input(args.body["view"])):
        await args.ack(response_action="errors", errors={field: unescape(message.text)})
    elif args.body.get("type") == "block_suggestion":
        await args.ack(options=[])
    else:
        return False
    return True


def _first_input(view: dict[str, Any]) -> str | None:
    """Return where an error can stand; a modal that only asks for a yes has no input."""
    return next((str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"), None)
