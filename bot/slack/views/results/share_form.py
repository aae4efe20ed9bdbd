"""Sharing an image in another channel: the form, and what stands in its place afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, ConversationSelectElement, ImageElement, InputBlock, PlainTextInputElement

from bot.core.derivations import Made
from bot.slack.views.buttons import Field
from bot.slack.views.inputs import entry
from bot.slack.views.menus import CHANNELS
from bot.slack.views.message import channel, context, modal, section, warning
from bot.slack.views.results.subject import Subject, about, told
from bot.slack.views.wording import IF_THIS_STAYS

CALLBACK_ID = "share"
TITLE = "Share this image"
NOTE_LIMIT = 1000
CHANNEL_LABEL = "Channel"
NOTE_LABEL = "Note"
NOTE_HINT = "Shown above the image, with your name."
MISSING_CHANNEL = "Choose a channel."
NOTE_TOO_LONG = f"Use at most {NOTE_LIMIT:,} characters; this has {{length:,}}."
SHARING = "Sharing the image in {channel}…"
SHARED = ":white_check_mark: Shared in {channel}."
SHARED_PLAIN = "The image is shared."
NOT_MEMBER = "I can't post in {channel} yet. Type `/invite @Bloom` there, then share it again."
NOT_MEMBER_PLAIN = "I can't post in that channel yet. Type /invite @Bloom there, then share the image again."
ARCHIVED = "That channel is archived. Choose another."
RESTRICTED = "Only some people may post in that channel, and I'm not among them. Choose another."
REFUSED = "Slack didn't let me post it there. Choose another channel."
SLACK_AWAY = "Slack isn't answering right now. Look whether the image is there before you share it again."
ALREADY = "This is shared in {channel} already."
"""All that keeps an image from being shared, in plain text but for `ALREADY` and `NOT_MEMBER`."""


@dataclass(frozen=True, slots=True)
class ShareDraft:
    """What was filled in."""

    channel_id: str | None = None
    note: str = ""


def share_form(
    made: Made,
    subject: Subject,
    draft: ShareDraft = ShareDraft(),
    *,
    picture: ImageElement | None = None,
    problem: str = "",
) -> dict[str, Any]:
    """Return the form, filled in with the draft; ``problem``, in mrkdwn, says why it could not be shared there."""
    blocks: list[Block] = [about(made, picture), _channel(draft)]
    blocks += [context(f":warning: {problem}")] if problem else []
    return modal(
        CALLBACK_ID,
        TITLE,
        [*blocks, _note(draft)],
        close="Cancel",
        submit="Share",
        private_metadata=subject.model_dump_json(),
    )


def read(view: Mapping[str, Any]) -> ShareDraft:
    """Return what was filled in."""
    channel_id = entry(view, Field.SHARE_CHANNEL).get("selected_conversation")
    note = str(entry(view, Field.SHARE_NOTE).get("value") or "").strip()
    return ShareDraft(channel_id, note)


def errors(draft: ShareDraft) -> dict[str, str]:
    """Return a sentence for each field that holds nothing to go by."""
    found: dict[str, str] = {}
    if draft.channel_id is None:
        found[Field.SHARE_CHANNEL] = MISSING_CHANNEL
    if len(draft.note) > NOTE_LIMIT:
        found[Field.SHARE_NOTE] = NOTE_TOO_LONG.format(length=len(draft.note))
    return found


def sharing(draft: ShareDraft) -> dict[str, Any]:
    """Return what stands in for the form while Slack is asked."""
    shown = SHARING.format(channel=channel(draft.channel_id or ""))
    return modal(CALLBACK_ID, TITLE, [section(shown), context(IF_THIS_STAYS)], close="Close")


def shared(channel_id: str) -> dict[str, Any]:
    """Return what the form becomes when the image is there."""
    return told(CALLBACK_ID, TITLE, SHARED.format(channel=channel(channel_id)))


def not_shared(sentence: str) -> dict[str, Any]:
    """Return what the form becomes when no other channel would help; ``sentence`` is plain text."""
    return told(CALLBACK_ID, TITLE, warning(sentence))


def _channel(draft: ShareDraft) -> InputBlock:
    element = ConversationSelectElement(
        action_id=Field.SHARE_CHANNEL,
        placeholder="Choose a channel",
        initial_conversation=draft.channel_id,
        filter=CHANNELS,
    )
    return InputBlock(block_id=Field.SHARE_CHANNEL, label=CHANNEL_LABEL, element=element)


def _note(draft: ShareDraft) -> InputBlock:
    element = PlainTextInputElement(
        action_id=Field.SHARE_NOTE, multiline=True, max_length=NOTE_LIMIT, initial_value=draft.note or None
    )
    return InputBlock(block_id=Field.SHARE_NOTE, label=NOTE_LABEL, element=element, hint=NOTE_HINT, optional=True)
