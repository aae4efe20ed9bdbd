"""The message that starts a generation's thread: who asked for what, and how it stands."""

from slack_sdk.models.blocks import Block

from bot.core.models import Generation, GenerationState
from bot.slack.views.message import Message, bold, channel, context, mention, message, preview, quote, section
from bot.slack.views.wording import brand_text, choices_text, images_text, parameters_text

NOT_IN_CHANNEL = (
    "I'm not in {channel}, so I'm bringing it here. To have me post there, type `/invite @Bloom` in that channel."
)
NOT_IN_CONVERSATION = "I can't post in that conversation, so I'm bringing it here."


def request_message(generation: Generation) -> Message:
    """Show a request in its present state."""
    request = generation.request
    headline = _headline(generation)
    blocks: list[Block] = [section(headline), quote(request.parameters.prompt)]
    ended_without = generation.state in (GenerationState.FAILED, GenerationState.CANCELLED)
    describe = choices_text if ended_without else parameters_text
    blocks.append(context(describe(request.parameters)))
    if generation.place and generation.place.is_fallback:
        blocks.append(context(_invitation(request.channel_id)))
    return message(f"{headline} {preview(request.parameters.prompt)}", *blocks)


def _headline(generation: Generation) -> str:
    who, brand = mention(generation.request.user_id), bold(brand_text(generation.request.brand_name))
    asked, made = generation.request.parameters.variants, len(generation.pictures)
    wanted = f"{images_text(asked)} for {brand}"
    match generation.state:
        case GenerationState.CANCELLED:
            return f"{who} asked for {wanted}, and it was cancelled."
        case GenerationState.DELIVERED if 0 < made < asked:
            return f"{who} made {made} of {wanted}."
        case GenerationState.DELIVERED if made:
            return f"{who} made {wanted}."
        case GenerationState.DELIVERED | GenerationState.FAILED:
            return f"{who} couldn't get {wanted}; see the thread."
    return f"{who} is making {wanted}…"


def _invitation(channel_id: str) -> str:
    if channel_id.startswith("D"):
        return NOT_IN_CONVERSATION
    return NOT_IN_CHANNEL.format(channel=channel(channel_id))
