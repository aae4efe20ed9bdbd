"""Giving a brand a logo, by its address or as a file: the form, and what stands in its place afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel
from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.core.brands.addresses import ADDRESS_LIMIT, file_address
from bot.core.models import FILE_LIMIT
from bot.slack.views.buttons import Field
from bot.slack.views.form import picture_files
from bot.slack.views.inputs import entry, typed
from bot.slack.views.message import bold, context, modal, section, warning
from bot.slack.views.wording import IF_THIS_STAYS

CALLBACK_ID = "brand_logo"
TITLE = "Logo"
TYPES = {**picture_files.TYPES, ".svg": "image/svg+xml"}
"""What Bloom takes, by the end of a file's name."""
UNKNOWN = picture_files.UNKNOWN | {"text/plain"}
"""What Slack says of a file that it has not looked at yet, or does not know; of an SVG it may say that it is text."""

ABOUT = "With a new logo Bloom looks at {brand} again, for a few minutes. Images already made stay as they are."
ADDRESS_LABEL = "Address of the logo"
ADDRESS_HINT = "A picture that anyone can open, such as acme.com/logo.svg."
FILE_LABEL = "Or a file"
FILE_HINT = "PNG, JPEG, WebP, AVIF or SVG, up to 10 MB."
NEITHER = "Enter the address of a picture here, or choose a file below."
BOTH = "Take the file or the address, not both."
NO_ADDRESS = "Enter the address of a picture, such as acme.com/logo.svg."
WRONG_TYPE = "Bloom can't use this kind of file. Choose a PNG, JPEG, WebP, AVIF or SVG."
TOO_LARGE = "This file is larger than the 10 MB that Bloom takes. Choose a smaller one."
AGAIN = "Choose the file again, or another."

ASKING = "Giving Bloom the logo of {brand}…"
GIVEN = (
    ":hourglass_flowing_sand: Bloom is looking at {brand} again. That takes a few minutes; I'll write to you when it's "
    "ready."
)
GIVEN_PLAIN = "Bloom has the new logo and is looking at the brand again. I'll write to you when it's ready."


class Subject(BaseModel):
    """Whose logo it is. Travels in the form's ``private_metadata``."""

    brand_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class LogoFile:
    """A file at Slack, as the form tells of it."""

    name: str
    url: str
    size: int
    mime_type: str
    """What Slack says that it is; not always known yet."""

    @property
    def bloom_type(self) -> str | None:
        """Return what Bloom is told that it is, None for what it does not take; if Slack is unsure, its name counts."""
        if self.mime_type not in UNKNOWN:
            return self.mime_type if self.mime_type in TYPES.values() else None
        return TYPES.get(PurePosixPath(self.name).suffix.lower())


@dataclass(frozen=True, slots=True)
class LogoDraft:
    """What was filled in."""

    address: str = ""
    file: LogoFile | None = None


def give_logo(
    subject: Subject,
    draft: LogoDraft = LogoDraft(),
    *,
    problem: str = "",
    at: Field | None = None,
) -> dict[str, Any]:
    """Return the form. ``problem``, in plain text, stands ``at`` the field that caused it, else on top.

    Slack fills no file in: it has to be chosen again.
    """
    told = context(warning(problem)) if problem else None
    blocks: list[Block] = [section(warning(problem))] if problem and at is None else []
    blocks += [section(ABOUT.format(brand=_named(subject))), _address(draft)]
    blocks += [told] if told and at is Field.LOGO_ADDRESS else []
    blocks.append(_file())
    blocks += [told] if told and at is Field.LOGO_FILE else []
    return _modal(subject, blocks, close="Cancel", submit="Use this logo")


def read(view: Mapping[str, Any]) -> LogoDraft:
    """Return what was filled in."""
    files = entry(view, Field.LOGO_FILE).get("files") or ()
    return LogoDraft(
        address=typed(view, Field.LOGO_ADDRESS),
        file=_read_file(files[0]) if files else None,
    )


def subject_of(view: Mapping[str, Any]) -> Subject:
    """Return whose logo the form is for."""
    return Subject.model_validate_json(view.get("private_metadata") or "{}")


def errors(draft: LogoDraft) -> dict[str, str]:
    """Return a sentence for each field that Bloom could make nothing of."""
    if draft.file is None and not draft.address:
        return {Field.LOGO_ADDRESS: NEITHER}
    if draft.file is not None and draft.address:
        return {Field.LOGO_FILE: BOTH}
    if draft.file is None:
        return {} if file_address(draft.address) else {Field.LOGO_ADDRESS: NO_ADDRESS}
    if draft.file.bloom_type is None:
        return {Field.LOGO_FILE: WRONG_TYPE}
    return {Field.LOGO_FILE: TOO_LARGE} if draft.file.size > FILE_LIMIT else {}


def asking(subject: Subject) -> dict[str, Any]:
    """Return what stands in for the form while Bloom is asked."""
    return _modal(subject, [section(ASKING.format(brand=_named(subject))), context(IF_THIS_STAYS)], close="Close")


def given(subject: Subject) -> dict[str, Any]:
    """Return what the form becomes when Bloom has the logo."""
    return told(subject, GIVEN.format(brand=_named(subject)))


def told(subject: Subject, sentence: str) -> dict[str, Any]:
    """Return what the form becomes when there is nothing more to fill in; ``sentence`` is escaped already."""
    return _modal(subject, [section(sentence)], close="Close")


def _address(draft: LogoDraft) -> InputBlock:
    element = PlainTextInputElement(
        action_id=Field.LOGO_ADDRESS, initial_value=draft.address or None, max_length=ADDRESS_LIMIT
    )
    return InputBlock(
        block_id=Field.LOGO_ADDRESS, label=ADDRESS_LABEL, element=element, hint=ADDRESS_HINT, optional=True
    )


def _file() -> InputBlock:
    """Return the field for a file. Slack is not told which types: it knows no list with all that Bloom takes."""
    element = FileInputElement(action_id=Field.LOGO_FILE, max_files=1)
    return InputBlock(block_id=Field.LOGO_FILE, label=FILE_LABEL, element=element, hint=FILE_HINT, optional=True)


def _read_file(file: Mapping[str, Any]) -> LogoFile:
    return LogoFile(
        name=str(file.get("name") or "logo"),
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
        size=int(file.get("size") or 0),
        mime_type=str(file.get("mimetype") or "").lower(),
    )


def _named(subject: Subject) -> str:
    return bold(subject.name) or "the brand"


def _modal(subject: Subject, blocks: list[Block], *, close: str, submit: str | None = None) -> dict[str, Any]:
    metadata = subject.model_dump_json()
    return modal(CALLBACK_ID, TITLE, blocks, close=close, submit=submit, private_metadata=metadata)
