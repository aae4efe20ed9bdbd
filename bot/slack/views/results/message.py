"""The one reply that ends a generation: its images, or why there are none."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.core.derivations import Made
from bot.core.models import Derivation, Failure, Generation, Showing
from bot.slack.views.buttons import row
from bot.slack.views.message import (
    Message,
    channel,
    context,
    escape,
    is_direct,
    mention,
    message,
    preview,
    quote,
    section,
)
from bot.slack.views.problems import problem_of, reference, step_buttons
from bot.slack.views.results.lineage import derivation_of, part_of, said, wanted
from bot.slack.views.results.missing import missing_blocks
from bot.slack.views.results.picture import Picture, picture_blocks
from bot.slack.views.wording import ONLY_YOU, choices_text, parameters_text

ALL_LINKS = "Slack couldn't load the pictures, so here are the links."
SOME_LINKS = "Slack couldn't load every picture; the others are links."
UNTIL_SHARED = "Only you see this, until you share it to {channel}."


def result_message(
    generation: Generation,
    showings: Sequence[Showing] = (),
    *,
    source_url: str = "",
    share_urls: Mapping[Showing, str] | None = None,
    channel_name: str = "",
) -> Message:
    """Show every image that was made: as ``showings`` say of the reply, and by its address where they say nothing.

    Those of other messages tell a preview where it was shared; ``share_urls`` lead there. ``source_url`` leads to what
    it was derived from, and ``channel_name`` is where a preview was asked for.
    """
    if generation.failure and not generation.pictures:
        return _failure_message(generation, generation.failure, source_url)
    headline, request = _headline(generation, source_url), generation.request
    pictures = _pictures(generation, showings, share_urls or {}, channel_name)
    blocks: list[Block] = [section(f"{headline} {apology(pictures)}".rstrip())]
    if derivation_of(request) is Derivation.EDIT:
        blocks.append(quote(request.parameters.prompt))
    if request.is_preview and generation.present and not any(picture.shares for picture in pictures):
        blocks.append(context(_only_you(request.channel_id)))
    blocks += [block for picture in pictures for block in picture_blocks(picture)]
    blocks += missing_blocks(generation)
    blocks.append(context(parameters_text(request.parameters, generation.ordered_credits)))
    return message(f"{headline} {preview(request.parameters.prompt)}", *blocks)


def _headline(generation: Generation, source_url: str) -> str:
    request, made = generation.request, len(generation.pictures)
    be = "is" if made == 1 else "are"
    if made < request.parameters.image_count:
        return f"{mention(request.user_id)} here {be} {part_of(made, request, source_url)}."
    what = wanted(request, source_url)
    if derivation_of(request) is Derivation.RESIZE:
        be = "is"
    elif made == 1 and derivation_of(request) is None:
        what = f"your {what.removeprefix('an ')}"
    return f"{mention(request.user_id)} here {be} {what}."


def _pictures(
    generation: Generation, showings: Sequence[Showing], share_urls: Mapping[Showing, str], channel_name: str
) -> list[Picture]:
    replies = {showing.image_id: showing for showing in showings if showing.shared_by is None}
    is_preview, neighbours = generation.request.is_preview, len(generation.pictures)
    return [
        Picture(
            Made(generation, image),
            replies.get(image.id),
            [one for one in showings if is_preview and one.shared_by and one.image_id == image.id],
            share_urls,
            neighbours,
            channel_name,
        )
        for image in generation.pictures
    ]


def apology(pictures: Sequence[Picture]) -> str:
    """Say that Slack took some pictures, or none, only as links; nothing where it took all."""
    linked = sum(picture.is_link for picture in pictures)
    present = sum(picture.made.image.deleted_by is None for picture in pictures)
    return (ALL_LINKS if linked == present else SOME_LINKS) if linked else ""


def _only_you(channel_id: str) -> str:
    return ONLY_YOU if is_direct(channel_id) else UNTIL_SHARED.format(channel=channel(channel_id))


def _failure_message(generation: Generation, failure: Failure, source_url: str) -> Message:
    """Say why there are no images, with the prompt and the next step."""
    request = generation.request
    problem = problem_of(generation)
    what = wanted(request, source_url)
    headline = f"{mention(request.user_id)} I couldn't make {what}. {escape(problem.sentence)}"
    blocks: list[Block] = [section(headline), said(request.parameters)]
    blocks.append(context(choices_text(request.parameters)))
    if line := reference(generation):
        blocks.append(context(line))
    if buttons := step_buttons(problem, generation.id):
        blocks.append(row(*buttons))
    return message(headline, *blocks)
