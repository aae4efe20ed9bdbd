"""How the nouns of the product are said, the same on every surface."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.brands import STATE_NOTES
from bot.core.models import (
    AspectRatio,
    BloomWorkspace,
    Brand,
    BrandState,
    Credits,
    ImageModel,
    ImageSize,
    Operation,
    Parameters,
    Queue,
)
from bot.slack.views.message import NAME_LIMIT, link, mention, shorten, shorten_middle

BLOOM_URL = "https://www.trybloom.ai"
PRICING_URL = f"{BLOOM_URL}/#pricing"
API_KEYS_URL = f"{BLOOM_URL}/settings#api-keys"

LOADING_BRANDS = "Loading your brands…"
NO_BRAND = "There is no brand at Bloom yet"
THEIR_KEYS = link(API_KEYS_URL, "your settings at Bloom")

NOT_CONNECTED = "Bloom isn't connected to this workspace yet."
BRAND_GONE = "Bloom doesn't have this brand any more. Choose another."
GONE_BRAND = "A brand that isn't at Bloom any more"
PAYER_GONE = "That Bloom workspace is gone, or this account isn't in it any more."
IF_THIS_STAYS = "If this is still here in two minutes, close it and try again."
"""On what waits for Bloom: nobody is told of what was cut off before it was on record."""
ONLY_YOU = "Only you see this for now."
NEXT = "Type `/bloom` in any channel to make an image, or `/bloom help` to see all it can do."

BLOOMS_SHAPE = "Bloom's choice of shape"
RATIO_HINTS = {
    AspectRatio.SQUARE: "square",
    AspectRatio.PORTRAIT_2_3: "tall portrait",
    AspectRatio.LANDSCAPE_3_2: "wide landscape",
    AspectRatio.PORTRAIT_3_4: "portrait",
    AspectRatio.LANDSCAPE_4_3: "landscape",
    AspectRatio.PORTRAIT_4_5: "portrait post",
    AspectRatio.LANDSCAPE_5_4: "landscape post",
    AspectRatio.STORY: "story",
    AspectRatio.WIDE: "wide",
    AspectRatio.CINEMA: "cinema",
}
MODEL_HINTS = {
    ImageModel.FAST: "quickest",
    ImageModel.STANDARD: "balanced",
    ImageModel.PRO: "best quality",
}
OPERATION_WORDS = {
    Operation.EDIT: "edit",
    Operation.REMOVE_BACKGROUND: "remove background",
    Operation.VECTORIZE: "vectorize",
}
SHAPES_NAMED = 3
WAIT_STEP = 5
"""Seconds that a short wait is rounded to: nobody can promise 17 seconds."""
STATE_SENTENCES = {
    BrandState.READY: "{brand} is ready.",
    BrandState.ANALYZING: "{brand} is still being analyzed by Bloom; try again in a few minutes.",
    BrandState.LOGO_REQUIRED: "{brand} needs a logo before Bloom can draw for it; /bloom brands is where it gets one.",
    BrandState.FAILED: "Bloom could not set up {brand}; /bloom brands says what is wrong.",
}


def amount(number: float) -> str:
    """Return a number as people write it: 1,212 or 0.5."""
    return f"{int(number):,}" if number == int(number) else f"{number:,.2f}".rstrip("0")


def counted(number: float, noun: str) -> str:
    """Return "1 row" or "1,000 rows", of a noun whose plural ends in s."""
    return f"{amount(number)} {noun if number == 1 else f'{noun}s'}"


def credits_text(number: float) -> str:
    """Return "1 credit" or "3 credits"."""
    return counted(number, "credit")


def images_text(number: int) -> str:
    """Return "an image" or "3 images"."""
    return "an image" if number == 1 else f"{number} images"


def people(user_ids: Sequence[str], word: str) -> str:
    """Return "@a, @b or @c", with that ``word`` before the last; nothing for nobody."""
    return joined([mention(user_id) for user_id in user_ids], word)


def joined(parts: Sequence[str], word: str = "and") -> str:
    """Return "a, b and c", with that ``word`` before the last; nothing for nothing."""
    *others, last = parts or [""]
    return f"{', '.join(others)} {word} {last}" if others else last


def some_of(parts: Sequence[str], shown: int) -> str:
    """Return "a, b and c"; of more than are to be ``shown``, "a, b and 3 more"."""
    more = len(parts) - shown
    return joined([*parts[:shown], f"{amount(more)} more"] if more > 0 else parts)


def wanted_text(parameters: Parameters) -> str:
    """Return "an image", "3 images" or, of a set, "3 images in 1:1, 9:16 and 16:9"."""
    shapes = f" in {shapes_text(parameters)}" if parameters.further_ratios else ""
    return f"{images_text(parameters.image_count)}{shapes}"


def shapes_text(parameters: Parameters) -> str:
    """Return the shapes as a sentence has them: "1:1 and 9:16", "10 shapes"; the line below it names them all."""
    ratios = parameters.ratios
    return joined(ratios) if len(ratios) <= SHAPES_NAMED else f"{len(ratios)} shapes"


def day(moment: datetime) -> str:
    """Return the day of a moment where the reader is, in their words."""
    fallback = f"{moment:%B} {moment.day}, {moment.year}"
    return f"<!date^{int(moment.timestamp())}^{{date}}|{fallback}>"


def bloom_workspace_text(workspace: BloomWorkspace) -> str:
    """Return what one of Bloom's workspaces is called, on one short line."""
    return shorten(workspace.name, NAME_LIMIT) or ("Personal" if workspace.is_personal else "Unnamed")


def balance_text(credits: Credits) -> str:
    """Return what is left to spend."""
    return "unlimited" if credits.unlimited else f"{amount(credits.balance)} left"


def ratio_text(ratio: AspectRatio) -> str:
    """Return a ratio with a hint of what it is for."""
    return f"{ratio} · {RATIO_HINTS[ratio]}"


def model_text(model: ImageModel) -> str:
    """Return a model and what it is good for."""
    return f"{model.capitalize()} · {MODEL_HINTS[model]}"


def size_text(size: ImageSize) -> str:
    """Return a size and what it costs."""
    return f"{size} · {credits_text(size.credits)} an image"


def images_count(number: int) -> str:
    """Return "1 image" or "3 images"."""
    return counted(number, "image")


def queue_text(queue: Queue) -> str:
    """Return "12 ahead in line, about 20 s" or "Next in line, about 5 s"."""
    place = f"{queue.ahead} ahead in line" if queue.ahead > 0 else "Next in line"
    return f"{place}, about {wait_text(queue.seconds)}"


def wait_text(seconds: float) -> str:
    """Return a wait to the nearest five seconds, from a minute on to the nearest minute."""
    short = max(WAIT_STEP, WAIT_STEP * round(seconds / WAIT_STEP))
    return f"{short} s" if short < 60 else f"{max(1, round(seconds / 60))} min"


def choices_text(parameters: Parameters) -> str:
    """Return what was chosen, beside the prompt, in one line: only what there is to choose for what is done."""
    match parameters.operation:
        case Operation.GENERATE:
            what = [", ".join(parameters.ratios) or BLOOMS_SHAPE]
        case Operation.RESIZE:
            what = ["resize", ", ".join(parameters.ratios)]
        case operation:
            what = [OPERATION_WORDS[operation]]
    if parameters.operation.is_in_words:
        what += [parameters.model, parameters.size]
    if count := parameters.reference_count:
        what.append(f"with {counted(count, 'reference')}")
    return " · ".join(what)


def parameters_text(parameters: Parameters, credits: int | None = None) -> str:
    """Return what was chosen and what it costs, in one line; it may have cost fewer ``credits`` in the end."""
    return f"{choices_text(parameters)} · {credits_text(parameters.credits if credits is None else credits)}"


def brand_text(name: str) -> str:
    """Return a brand's name on one short line, or words that stand in for it."""
    return shorten(name, NAME_LIMIT) or "this brand"


def not_ready_sentence(brand: Brand) -> str:
    """Return why a brand cannot generate, and what helps."""
    sentence = STATE_SENTENCES[brand.state].format(brand=brand_text(brand.name))
    return sentence[0].upper() + sentence[1:]


def brand_label(brand: Brand, name: str, limit: int) -> str:
    """Return a brand under the ``name`` that tells it from others, with what keeps it from being used."""
    suffix = state_suffix(brand)
    return (shorten_middle(name, limit - len(suffix)) or brand.id[:8]) + suffix


def state_suffix(brand: Brand) -> str:
    """Return a brand's state in brackets, nothing when it is ready."""
    note = STATE_NOTES[brand.state]
    return f" ({note})" if note else ""
