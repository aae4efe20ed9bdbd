"""The message that starts a generation's thread: who asked for what, and how it stands."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement, ContextBlock

from bot.core.models import Generation, GenerationState, Queue
from bot.slack.views.buttons import ActionId, button, cancel_button, row
from bot.slack.views.message import Message, bold, channel, context, escape, mention, message, preview, quote, section
from bot.slack.views.problems import problem_of, reference, step_buttons
from bot.slack.views.wording import (
    brand_text,
    choices_text,
    credits_text,
    images_text,
    parameters_text,
    queue_text,
)

MAKE_AFTER_ALL = "Make {it} after all"
MAKE_AGAIN = "Make {it} again"
NOTHING_SPENT = "Bloom hadn't started, so no credits were spent."
SPENT = "Bloom had started already: this took {credits}, and what it makes will be in your library at trybloom.ai."
MAYBE_SPENT = "Bloom may have started already; if so, this took {credits} and will be in your library at trybloom.ai."
NOT_IN_CHANNEL = (
    "I'm not in {channel}, so I'm bringing it here. To have me post there, type `/invite @Bloom` in that channel."
)
NOT_IN_CONVERSATION = "I can't post in that conversation, so I'm bringing it here."


def request_message(generation: Generation, queue: Queue | None = None) -> Message:
    """Show a request in its present state; ``queue`` is its place in line while it stands in one."""
    request = generation.request
    headline = _headline(generation)
    blocks: list[Block] = [section(headline), quote(request.parameters.prompt)]
    ended_without = generation.state in (GenerationState.FAILED, GenerationState.CANCELLED)
    describe = choices_text if ended_without else parameters_text
    blocks.append(_details(describe(request.parameters), queue if generation.state.is_before_result else None))
    blocks += [context(line) for line in _notes(generation)]
    if buttons := _buttons(generation):
        blocks.append(row(*buttons))
    return message(f"{headline} {preview(request.parameters.prompt)}", *blocks)


def _headline(generation: Generation) -> str:
    who, brand = mention(generation.request.user_id), bold(brand_text(generation.request.brand_name))
    asked, made = generation.request.parameters.variants, len(generation.pictures)
    wanted = f"{images_text(asked)} for {brand}"
    match generation.state:
        case GenerationState.CANCELLED:
            by = generation.cancelled_by or generation.request.user_id
            whose = "" if by == generation.request.user_id else f" that {who} had asked for"
            return f"{mention(by)} cancelled {wanted}{whose}."
        case GenerationState.DELIVERED if 0 < made < asked:
            return f"{who} made {made} of {wanted}."
        case GenerationState.DELIVERED if made:
            return f"{who} made {wanted}."
        case GenerationState.FAILED if generation.is_untold:
            return f"{who} couldn't get {wanted}. {escape(problem_of(generation).sentence)}"
        case GenerationState.DELIVERED | GenerationState.FAILED:
            return f"{who} couldn't get {wanted}; see the thread."
    return f"{who} is making {wanted}…"


def _details(chosen: str, queue: Queue | None) -> ContextBlock:
    """Show what was chosen and, beside it, the place in line: a row that comes and goes would move the button."""
    return context(chosen) if queue is None else context(f"{chosen} ·", queue_text(queue))


def _notes(generation: Generation) -> Iterator[str]:
    """Yield the small lines under a request."""
    if generation.state is GenerationState.CANCELLED:
        yield spent(generation)
    if generation.is_untold and (line := reference(generation)):
        yield line
    if generation.place and generation.place.is_fallback:
        yield _invitation(generation.request.channel_id)


def _buttons(generation: Generation) -> list[ButtonElement]:
    parameters = generation.request.parameters
    if generation.state.is_before_result:
        return [cancel_button(generation.id, several=parameters.variants > 1)]
    if generation.state is GenerationState.CANCELLED:
        label = MAKE_AFTER_ALL if generation.submitted_at is None else MAKE_AGAIN
        label = label.format(it="them" if parameters.variants > 1 else "it")
        return [button(label, ActionId.TRY_AGAIN, value=generation.id)]
    if generation.is_untold:
        return step_buttons(problem_of(generation), generation.id)
    return []


def spent(generation: Generation) -> str:
    """Say what a cancelled generation cost, as far as anybody knows."""
    if generation.submitted_at is None:
        return NOTHING_SPENT
    sentence = SPENT if generation.image_ids else MAYBE_SPENT
    return sentence.format(credits=credits_text(generation.request.parameters.credits))


def _invitation(channel_id: str) -> str:
    if channel_id.startswith("D"):
        return NOT_IN_CONVERSATION
    return NOT_IN_CHANNEL.format(channel=channel(channel_id))
