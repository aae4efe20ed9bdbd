"""The results of some rows of a batch in one message: each row's words, its images with their buttons, or why not.

What rows say stands in rich text, in which Slack interprets nothing and which needs no escaping. All text of a message
together may have about 12,000 characters: twelve images with their captions and buttons take two thirds of that.
"""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextSectionElement

from bot.core.derivations import Made
from bot.core.models import SET_LIMIT, Batch, Failure, FailureCode, GenerationState, RowResult, Showing
from bot.slack.views.batches.wording import row_numbers
from bot.slack.views.message import BLOCK_LIMIT, NAME_LIMIT, Message, context, escape, message, shorten, words
from bot.slack.views.problems import problem_of, reference
from bot.slack.views.results.message import apology
from bot.slack.views.results.missing import missing_images
from bot.slack.views.results.picture import Picture, picture_blocks
from bot.slack.views.wording import brand_text, images_count

ROWS_LIMIT = BLOCK_LIMIT - 1
"""Blocks that rows have: one is for what is to be said of all pictures."""
ROOM = 3000
"""Characters of what is said of the rows of a message, their images left aside."""
PROMPT_SHOWN = 150
REASON_SHOWN = 600
NOTIFICATION_ROOM = 200
IMAGE_BLOCKS = 3
NO_REASON = Failure(FailureCode.IMAGE_FAILED)
NOT_MADE = "Couldn't be made. {why}"
MISSING = "{which} couldn't be made. {why}"
CANCELLED = "The batch was cancelled before this was begun."


def rows_message(batch: Batch, results: Sequence[RowResult], showings: Sequence[Showing] = ()) -> Message:
    """Show rows in their order, their images as ``showings`` say, and by their addresses where they say nothing."""
    by_image = {showing.image_id: showing for showing in showings if showing.shared_by is None}
    count = sum(len(result.images) for result in results)
    pictures = [
        [Picture(Made(*made), by_image.get(made[1].id), neighbours=count) for made in result.images]
        for result in results
    ]
    is_branded = len({row.brand_name for row in batch.rows}) > 1
    blocks: list[Block] = []
    for result, of_row in zip(results, pictures, strict=True):
        blocks.append(_said(result, is_branded=is_branded))
        blocks += [block for picture in of_row for block in picture_blocks(picture)]
    if sorry := apology([picture for of_row in pictures for picture in of_row]):
        blocks.append(context(sorry))
    numbers = row_numbers([result.row.number for result in results], NOTIFICATION_ROOM)
    first = escape(shorten(results[0].row.parameters.prompt, PROMPT_SHOWN))
    return message(f"{numbers}: {first}", *blocks)


def rows_in_a_message(results: Sequence[RowResult]) -> int:
    """Return how many of these rows, from the first on, one message has room for; one at least."""
    images = blocks = said = 0
    for position, result in enumerate(results):
        images += len(result.images)
        blocks += 1 + IMAGE_BLOCKS * len(result.images)
        said += sum(map(len, _words(result, is_branded=True)))
        if position and (images > SET_LIMIT or blocks > ROWS_LIMIT or said > ROOM):
            return position
    return len(results)


def reason_of(result: RowResult) -> str:
    """Return why a row has not all its images, in plain text; nothing where its latest attempt has them."""
    if _was_given_up(result):
        return CANCELLED
    attempt = result.attempts[-1]
    if not attempt.pictures:
        return problem_of(attempt if attempt.failure else attempt.but(failure=NO_REASON)).sentence
    return " ".join(problem.sentence for _, problem in missing_images(attempt))


def _said(result: RowResult, *, is_branded: bool) -> RichTextBlock:
    name, *rest = _words(result, is_branded=is_branded)
    return RichTextBlock(elements=[RichTextSectionElement(elements=[words(name, is_bold=True), *map(words, rest)])])


def _words(result: RowResult, *, is_branded: bool) -> list[str]:
    """Return "Row 7", what stands beside that and, where images are missing, a line that says why."""
    row = result.row
    facts = [shorten(row.parameters.prompt, PROMPT_SHOWN), shorten(row.note, NAME_LIMIT)]
    facts += [f"for {brand_text(row.brand_name)}"] if is_branded else []
    reason = shorten(_reason(result), REASON_SHOWN)
    return [f"Row {row.number}", *(f" · {fact}" for fact in facts if fact), *([f"\n{reason}"] if reason else [])]


def _reason(result: RowResult) -> str:
    """Return what is missing of a row, and why."""
    if _was_given_up(result):
        return CANCELLED
    attempt, why = result.attempts[-1], reason_of(result)
    if attempt.pictures:
        missing = missing_images(attempt)
        return " ".join(MISSING.format(which=which, why=problem.sentence) for which, problem in missing)
    lacking = images_count(result.row.parameters.image_count - len(result.images))
    said = MISSING.format(which=lacking, why=why) if result.images else NOT_MADE.format(why=why)
    return f"{said} {reference(attempt)}"


def _was_given_up(result: RowResult) -> bool:
    """Whether its latest attempt was never begun at Bloom, or there is none."""
    return not result.attempts or result.attempts[-1].state is GenerationState.CANCELLED
