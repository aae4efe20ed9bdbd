"""What Slack's screen does with the app's answers: shows them, closes and stacks views, reports failures."""

from dataclasses import replace

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.delivery.answers import Answer
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.identity import SLACKBOT
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.response_urls import Reply
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Channel


async def show_command_answer(backend: Backend, user_id: str, channel: Channel, command: str, answer: Answer) -> Answer:
    """Show the words of a slash command's ack, or that the command failed."""
    if answer.ok and answer.body:
        body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
        reply = Reply(user_id, channel.id, None, backend.clock.monotonic())
        try:
            await backend.response_urls.show(reply, body)
        except SlackRefusal as refusal:
            answer = unshowable(backend, answer, refusal)
    if not answer.ok:
        tell_privately(backend, user_id, channel, f"{command} failed with the error {answer.error}")
    return answer


async def apply_submission(backend: Backend, view: View, answer: Answer) -> Answer:
    """Do with a submitted view what the app answered; a failure leaves it open.

    Where the person has closed it in the meantime, the answer is only checked.
    """
    if not answer.ok:
        return answer
    if not answer.body:
        _close(backend, view)
        return answer
    try:
        await _respond(backend, view, answer.body)
    except SlackRefusal as refusal:
        return unshowable(backend, answer, refusal)
    return answer


async def _respond(backend: Backend, view: View, body: Json | str) -> None:
    match body:
        case {"response_action": "errors", "errors": dict(errors), **rest} if not rest and errors:
            _check_errors(view, errors)
            if not view.closed:
                backend.modals.reject(view, errors)
        case {"response_action": "update", "view": changed, **rest} if not rest:
            await backend.modals.put_in_place(view, changed)
        case {"response_action": "push", "view": pushed, **rest} if not rest:
            await backend.modals.push_on(view, pushed)
        case {"response_action": "clear", **rest} if not rest:
            if not view.closed:
                backend.modals.clear(view)
        case _:
            raise SlackRefusal("invalid_arguments", ["not a response to a view submission"])


def _check_errors(view: View, errors: Json) -> None:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    problems = [f"`errors` names no input block: {name}" for name in errors if name not in inputs]
    problems += [f"`errors` must be texts: {name}" for name, text in errors.items() if not isinstance(text, str)]
    if problems:
        raise SlackRefusal("invalid_arguments", problems)


def _close(backend: Backend, view: View) -> None:
    if not view.closed:
        backend.modals.close(view)


def unshowable(backend: Backend, answer: Answer, refusal: SlackRefusal) -> Answer:
    """Return an ack whose content Slack cannot show as the failure that it is."""
    verdict = replace(answer, error="dispatch_failed", problems=(refusal.error, *refusal.messages))
    backend.courier.judge(answer, verdict)
    return verdict


def tell_privately(
    backend: Backend, user_id: str, channel: Channel, text: str, thread_ts: str | None = None
) -> Message:
    """Let Slackbot say something that only one person sees."""
    ts = backend.workspace.new_ts()
    message = Message(channel.id, ts, SLACKBOT, text, [], ephemeral_for=user_id, thread_ts=thread_ts)
    return backend.workspace.post(message)
