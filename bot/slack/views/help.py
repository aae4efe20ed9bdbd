"""All that `/bloom` can do, in one message."""

from bot.core.models import ANY_RATIO, PROMPT_LIMIT, SET_LIMIT, VARIANT_LIMIT, AspectRatio, ImageModel, ImageSize
from bot.slack.views.buttons import (
    MAKE_A_BATCH_FROM_THIS,
    MAKE_AN_IMAGE,
    MAKE_AN_IMAGE_FROM_THIS,
    open_form_button,
    row,
)
from bot.slack.views.message import Message, context, message, section
from bot.slack.views.wording import credits_text

TEXT = "How to make images with /bloom"

INTRODUCTION = (
    "*Make images in your brand, right here*\n"
    "`/bloom` opens a form.\n"
    "`/bloom a launch banner, morning light` makes it at once. The image comes in a thread."
)
ELSEWHERE = (
    "*Elsewhere*\n"
    f"On any message, in threads too: its menu → _{MAKE_AN_IMAGE_FROM_THIS}_, and the image comes in its thread.\n"
    f"On a message with a table, or with one prompt a line: _{MAKE_A_BATCH_FROM_THIS}_ makes an image of each.\n"
    f"Anywhere: the shortcut _{MAKE_AN_IMAGE}_; type `/` and its name.\n"
    "The Home tab of this app shows all of this workspace's Bloom; the words below show it right here."
)
WORDS = (
    "*Words*\n"
    "• `/bloom brands`: the brands, and adding one\n"
    "• `/bloom credits`: what is left, and who has spent what\n"
    "• `/bloom history`: the latest images, to be found and used again\n"
    "• `/bloom settings`: what is chosen for this channel and the workspace, and who may make images\n"
    "• `/bloom batch`: many images at once, one for each row of a table\n"
    "• `/bloom connect`: connects a Bloom account, or asks somebody who can\n"
    "• `/bloom help`: this"
)
EXAMPLES = (
    "*Examples*\n"
    "```/bloom our bottle on wet stone --ar 4:5 --n 3\n"
    '/bloom --brand "Acme Corp" hiring post, warm and hand-drawn --size 4K\n'
    "/bloom --ar 16:9 --model fast header for the summer newsletter\n"
    "/bloom the spring sale --ar 1:1,9:16,16:9 --preview```"
)
SMALL_PRINT = (
    f"A prompt has up to {PROMPT_LIMIT:,} characters. Curly quotes “ ” and long dashes — are understood, "
    "and flags may stand anywhere."
)


def help_message() -> Message:
    """Teach everything in one message."""
    return message(
        TEXT,
        section(INTRODUCTION),
        section("\n".join(["*Flags*", *_flags()])),
        section(EXAMPLES),
        section(ELSEWHERE),
        section(WORDS),
        context(SMALL_PRINT),
        row(open_form_button()),
    )


def _flags() -> list[str]:
    ratios = " ".join(f"`{ratio}`" for ratio in AspectRatio)
    sizes = " or ".join(f"`{size}` ({credits_text(size.credits)} an image)" for size in ImageSize)
    models = " ".join(f"`{model}`" for model in ImageModel)
    return [
        '• `--brand Acme` or `--brand "Acme Corp"`: the brand to draw in',
        f"• `--ar 16:9`: the shape, {ratios}, or `{ANY_RATIO}` to let Bloom choose",
        f"• `--ar 1:1,9:16,16:9`: a set, one prompt in several shapes, up to {SET_LIMIT} images",
        f"• `--size 4K`: {sizes}",
        f"• `--model fast`: {models}",
        f"• `--n 3`: how many, 1 to {VARIANT_LIMIT}, of each shape",
        "• `--preview`: shows it to you first, in a direct message; you share it from there, or discard it",
        "What you leave out is as set for this channel or workspace (`/bloom settings`). Where nothing is set: "
        f"your only brand or the form asks; Bloom's choice of shape; {ImageSize.SIZE_2K}; {ImageModel.PRO}; one image.",
    ]
