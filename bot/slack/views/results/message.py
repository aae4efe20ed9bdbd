"""The one reply that ends a generation: its images, or why there are none."""

from collections import Counter
from collections.abc import Collection

from slack_sdk.models.blocks import Block, ImageBlock

from bot.core.models import Failure, FailureCode, Generation, Image, ImageState
from bot.slack.views.buttons import row
from bot.slack.views.message import (
    Message,
    bold,
    context,
    escape,
    link,
    mention,
    message,
    preview,
    quote,
    section,
    shorten,
)
from bot.slack.views.problems import explain, reference, step_buttons
from bot.slack.views.wording import BLOOM_URL, brand_text, choices_text, images_count, images_text, parameters_text

ALT_PROMPT_LIMIT = 200
"""Alt texts count towards the 12,000 characters of a message, and five prompts would be too many."""

OPEN_ORIGINAL = "Open original"
ALL_LINKS = "Slack couldn't load the pictures, so here are the links."
SOME_LINKS = "Slack couldn't load every picture; the others are links."


def result_message(generation: Generation, *, as_links: Collection[str] = ()) -> Message:
    """Show every finished image; those whose addresses Slack refused to fetch, ``as_links``."""
    if generation.failure and not generation.pictures:
        return _failure_message(generation, generation.failure)
    headline = _headline(generation)
    linked = [image for image in generation.pictures if image.url in as_links]
    apology = (ALL_LINKS if len(linked) == len(generation.pictures) else SOME_LINKS) if linked else ""
    blocks: list[Block] = [section(f"{headline} {apology}".rstrip())]
    for number, image in enumerate(generation.pictures, 1):
        if image not in linked and len(image.url or "") <= ImageBlock.image_url_max_length:
            blocks.append(ImageBlock(image_url=image.url, alt_text=_alt_text(generation, number)))
        blocks.append(context(_caption(generation, image, number)))
    blocks += _missing(generation)
    blocks.append(context(parameters_text(generation.request.parameters)))
    return message(f"{headline} {preview(generation.request.parameters.prompt)}", *blocks)


def _failure_message(generation: Generation, failure: Failure) -> Message:
    """Say why there are no images, with the prompt and the next step."""
    request = generation.request
    problem = explain(failure, request.parameters, request.brand_name)
    wanted = f"{images_text(request.parameters.variants)} for {bold(brand_text(request.brand_name))}"
    headline = f"{mention(request.user_id)} I couldn't make {wanted}. {escape(problem.sentence)}"
    blocks: list[Block] = [section(headline), quote(request.parameters.prompt)]
    blocks.append(context(choices_text(request.parameters)))
    if line := reference(generation):
        blocks.append(context(line))
    if buttons := step_buttons(problem, generation.id):
        blocks.append(row(*buttons))
    return message(headline, *blocks)


def _headline(generation: Generation) -> str:
    request, made = generation.request, len(generation.pictures)
    brand = bold(brand_text(request.brand_name))
    asked = request.parameters.variants
    if made < asked:
        what = f"here {'is' if made == 1 else 'are'} {made} of {images_text(asked)} for {brand}."
    else:
        what = f"here is your image for {brand}." if made == 1 else f"here are {made} images for {brand}."
    return f"{mention(request.user_id)} {what}"


def _position(generation: Generation, number: int) -> str:
    made = len(generation.pictures)
    return f"Image {number} of {made}" if made > 1 else "Image"


def _alt_text(generation: Generation, number: int) -> str:
    request = generation.request
    brand, prompt = brand_text(request.brand_name), shorten(request.parameters.prompt, ALT_PROMPT_LIMIT)
    text = f"{_position(generation, number)} for {brand}: {prompt}"
    return escape(text)


def _caption(generation: Generation, image: Image, number: int) -> str:
    facts = [_position(generation, number)] if len(generation.pictures) > 1 else []
    opened = link(image.url or "", OPEN_ORIGINAL)
    facts.append(opened if opened.startswith("<") else link(BLOOM_URL, "Open Bloom"))
    if image.width and image.height:
        facts.append(f"{image.width} × {image.height}")
    return " · ".join(facts)


def _missing(generation: Generation) -> list[Block]:
    """Say for each reason how many images are missing, and what helps to get them."""
    request = generation.request
    lost = [image for image in generation.images if image not in generation.pictures]
    reasons = Counter(_reason(generation, image) for image in lost)
    reasons[FailureCode.IMAGE_FAILED] += max(0, request.parameters.variants - len(generation.images))
    problems = [
        (count, explain(Failure(code), request.parameters, request.brand_name)) for code, count in (+reasons).items()
    ]
    lines = [f"{images_count(count)} couldn't be made. {escape(problem.sentence)}" for count, problem in problems]
    if not lines:
        return []
    steps = step_buttons(problems[0][1], generation.id)
    return [section("\n".join(lines)), *([row(*steps)] if steps else [])]


def _reason(generation: Generation, image: Image) -> str:
    if image.state is ImageState.FAILED:
        return image.failure_reason or FailureCode.IMAGE_FAILED
    return FailureCode.IMAGE_FAILED if image.is_settled else FailureCode.TIMED_OUT
