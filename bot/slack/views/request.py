"""The message that starts a generation's thread: who asked for what, and how it stands."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement, ContextBlock

from bot.core.models import Generation, GenerationState, Queue
from bot.slack.views.buttons import ActionId, button, cancel_button, row
from bot.slack.views.message import Message, channel, context, escape, is_direct, mention, message, preview, section
from bot.slack.views.problems import problem_of, reference, step_buttons
from bot.slack.views.results.lineage import part_of, said, wanted
from bot.slack.views.wording import ONLY_YOU, choices_text, credits_text, parameters_text, queue_text

MAKE_AFTER_ALL = "Make {it} after all"
MAKE_AGAIN = "Make {it} again"
NOTHING_SPENT = "Bloom hadn't started, so no credits were spent."
SPENT = "Bloom had started already: this took {credits}, and what it makes will be in your library at trybloom.ai."
MAYBE_SPENT = "Bloom may have started already; if so, this took {credits} and will be in your library at trybloom.ai."
NOT_IN_CHANNEL = (
    "I'm not in {channel}, so I'm bringing it here. To have me post there, type `/invite @Bloom` in that channel."
)
NOT_IN_CONVERSATION = "I can't post in that conversation, so I'm bringing it here."
FIRST_TO_YOU = "I'll bring it to you by direct message first. Nobody else sees it until you share it."


def request_message(generation: Generation, queue: Queue | None = None, *, source_url: str = "") -> Message:
    """Show a request in its present state; ``queue`` is its place in line while it stands in one.

    ``source_url`` leads to the message with the image that it was derived from.
    """
    request = generation.request
    headline = _headline(generation, source_url)
    queue = queue if generation.state.is_before_result else None
    blocks: list[Block] = [section(headline), said(request.parameters), _details(_chosen(generation), queue)]
    blocks += [context(line) for line in _notes(generation)]
    if buttons := _buttons(generation):
        blocks.append(row(*buttons))
    return message(f"{headline} {preview(request.parameters.prompt)}", *blocks)


def _headline(generation: Generation, source_url: str) -> str:
    request, made = generation.request, len(generation.pictures)
    who, what = mention(request.user_id), wanted(request, source_url)
    match generation.state:
        case GenerationState.CANCELLED:
            by = generation.cancelled_by or request.user_id
            whose = "" if by == request.user_id else f" that {who} had asked for"
            return f"{mention(by)} cancelled {what}{whose}."
        case GenerationState.FAILED if generation.is_untold:
            return f"{who} couldn't get {what}. {escape(problem_of(generation).sentence)}"
        case GenerationState.DELIVERED | GenerationState.FAILED if 0 < made < request.parameters.image_count:
            return f"{who} made {part_of(made, request, source_url)}."
        case GenerationState.DELIVERED | GenerationState.FAILED if made:
            return f"{who} made {what}."
        case GenerationState.DELIVERED | GenerationState.FAILED:
            is_there = request.is_preview or request.thread_id is not None
            return f"{who} couldn't get {what}; see {'below' if is_there else 'the thread'}."
    return f"{who} is making {what}…"


def _chosen(generation: Generation) -> str:
    """Say what was chosen, and what it costs where it is not for nothing; of a set that ended early, what it did."""
    parameters = generation.request.parameters
    if generation.state in (GenerationState.FAILED, GenerationState.CANCELLED) and not generation.pictures:
        return choices_text(parameters)
    is_over = generation.state.is_final and generation.image_ids
    return parameters_text(parameters, generation.spent_credits if is_over else None)


def _details(chosen: str, queue: Queue | None) -> ContextBlock:
    """Show what was chosen and, beside it, the place in line: a row that comes and goes would move the button."""
    return context(chosen) if queue is None else context(f"{chosen} ·", queue_text(queue))


def _notes(generation: Generation) -> Iterator[str]:
    """Yield the small lines under a request."""
    if generation.state is GenerationState.CANCELLED:
        yield spent(generation)
    if generation.is_untold and (line := reference(generation)):
        yield line
    if generation.request.is_preview and not generation.state.is_final:
        yield ONLY_YOU
    elif generation.place and generation.place.is_fallback:
        yield invitation(generation.request.channel_id)


def _buttons(generation: Generation) -> list[ButtonElement]:
    is_several = generation.request.parameters.image_count > 1
    if generation.state.is_before_result:
        return [cancel_button(generation.id, several=is_several)]
    if generation.state is GenerationState.CANCELLED:
        label = MAKE_AFTER_ALL if generation.submitted_at is None else MAKE_AGAIN
        label = label.format(it="them" if is_several else "it")
        return [button(label, ActionId.TRY_AGAIN, value=generation.id)]
    if generation.is_untold:
        return step_buttons(problem_of(generation), generation.id)
    return []


def spent(generation: Generation) -> str:
    """Say what a cancelled generation cost, as far as anybody knows: of a set, what had been begun of it."""
    if generation.submitted_at is None and not generation.image_ids:
        return NOTHING_SPENT
    if generation.image_ids:
        return SPENT.format(credits=credits_text(generation.spent_credits))
    return MAYBE_SPENT.format(credits=credits_text(generation.request.parameters.orders[0].credits))


def invitation(channel_id: str) -> str:
    """Say why something comes directly, and how the bot gets to post in the channel instead."""
    return NOT_IN_CONVERSATION if is_direct(channel_id) else NOT_IN_CHANNEL.format(channel=channel(channel_id))
