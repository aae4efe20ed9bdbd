"""Deleting an image: the question, what stands in its place afterwards, and what is said to whom it is not theirs."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ImageElement

from bot.core.derivations import Made
from bot.core.removal import Deletion
from bot.slack.views.managers import only_theirs
from bot.slack.views.message import Message, context, modal, section, warning
from bot.slack.views.results.subject import Subject, about, told
from bot.slack.views.wording import IF_THIS_STAYS

CALLBACK_ID = "delete_image"
TITLE = "Delete this image?"
TITLE_AFTER = "Delete this image"
GOES = "It is deleted at Bloom, and in Slack wherever I posted it. Nobody can bring it back. Images made from it stay."
DELETE = "Delete"
DELETING = "Deleting the image…"
DELETED = ":wastebasket: The image is deleted, at Bloom and in Slack."
DELETED_PLAIN = "The image is deleted, at Bloom and in Slack."
SLACK_LAGS = (
    "The image is deleted at Bloom, but Slack didn't let me take it away everywhere. Where it still shows, press one "
    "of its buttons in a minute."
)
ELSEWHERE = (
    "The image is gone in Slack, but the Bloom account connected now doesn't have it. If the account that made it "
    "still does, delete it there."
)
ELSEWHERE_AND_LAGS = (
    "The Bloom account connected now doesn't have this image; if the account that made it still does, delete it there. "
    "Slack didn't let me take it away everywhere: where it still shows, press one of its buttons in a minute."
)
BEING_POSTED = "This image is still being posted. Try again in a moment."
NOT_YOURS = "Only whoever asked for this image, and managers of Bloom, can delete it."
NOT_TOLD = "Slack doesn't say just now whether you may delete this image. Please try again in a minute."
DELETE_THIS = "delete this"


def delete_form(made: Made, subject: Subject, *, picture: ImageElement | None = None) -> dict[str, Any]:
    """Ask whether it is meant."""
    return modal(
        CALLBACK_ID,
        TITLE,
        [about(made, picture), section(GOES)],
        close="Keep it",
        submit=DELETE,
        private_metadata=subject.model_dump_json(),
    )


def deleting() -> dict[str, Any]:
    """Return what stands in for the question while Bloom is asked."""
    return modal(CALLBACK_ID, TITLE_AFTER, [section(DELETING), context(IF_THIS_STAYS)], close="Close")


def deleted() -> dict[str, Any]:
    """Return what the question becomes when it is gone."""
    return told(CALLBACK_ID, TITLE_AFTER, DELETED)


def shortfall(deletion: Deletion) -> str:
    """Return what of an image is not gone, or may not be; nothing when all of it is."""
    if deletion.lag is not None:
        return SLACK_LAGS if deletion.at_bloom else ELSEWHERE_AND_LAGS
    return "" if deletion.at_bloom else ELSEWHERE


def not_deleted(sentence: str) -> dict[str, Any]:
    """Return what the question becomes when it is not gone, or not everywhere; ``sentence`` is plain text."""
    return told(CALLBACK_ID, TITLE_AFTER, warning(sentence))


def not_theirs(made: Made, managers: Sequence[str]) -> Message:
    """Say who can delete it; ``managers`` may be the asker too, or nobody that is known."""
    return only_theirs(made.generation.request.user_id, managers, DELETE_THIS)
