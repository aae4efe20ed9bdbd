"""The yes that a press asks for when what it starts costs much."""

from typing import Any

from slack_sdk.models.blocks import ImageElement

from bot.core.derivations import Made
from bot.core.models import Derivation
from bot.slack.views.form.cost import Means, ask_for, price, yes
from bot.slack.views.message import modal
from bot.slack.views.results.subject import Wish, about, told

CALLBACK_ID = "confirm_derived"
TITLES = {
    Derivation.VARY: "Vary this image",
    Derivation.ENLARGE: "Make it in 4K",
    Derivation.REMOVE_BACKGROUND: "Remove the background",
    Derivation.VECTORIZE: "Vectorize this image",
}


def confirm_form(
    made: Made, wish: Wish, means: Means, *, credits: int, above: int, picture: ImageElement | None = None
) -> dict[str, Any]:
    """Return the modal; sending it says yes to so many ``credits``, which are more than ``above``."""
    return modal(
        CALLBACK_ID,
        TITLES[wish.source.derivation],
        [ask_for(credits, above), about(made, picture), price(credits, means)],
        close="Cancel",
        submit=yes(credits),
        private_metadata=wish.model_copy(update={"confirmed": credits}).model_dump_json(),
    )


def refused(wish: Wish, sentence: str) -> dict[str, Any]:
    """Return what it becomes when it cannot be made after all; ``sentence`` is mrkdwn."""
    return told(CALLBACK_ID, TITLES[wish.source.derivation], sentence)
