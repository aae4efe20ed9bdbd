"""The text of a file that is said to be a table, in whatever letters it was saved. Pure.

Programs do not say which encoding they used: what cannot be UTF-8 is Windows-1252, and never the other way round, for
UTF-8 read as Windows-1252 is a text too, with all its letters wrong.
"""

import codecs
import re

from bot.core.errors import TableUnreadable
from bot.core.models import TABLE_LIMIT

TOO_LARGE = f"That file is over {TABLE_LIMIT // 1024**2} MB; split it into smaller ones."
SAVE_AS_CSV = "Save it as CSV and try again."
ONLY_TABLES = "I can read tables as CSV or TSV."
NO_TEXT = f"I can't read that file as text. {SAVE_AS_CSV}"
DAMAGED = "Some letters in that file are damaged. Save it as “CSV UTF-8” and try again."

_WORKBOOKS = (
    (b"xl/", "an Excel workbook"),
    (b"opendocument.spreadsheet", "an OpenDocument table"),
    (b".iwa", "a Numbers table"),
)
_KINDS = (
    (rb"\xd0\xcf\x11\xe0", f"That's an old Excel workbook. {SAVE_AS_CSV}"),
    (rb"%PDF", f"That's a PDF. {ONLY_TABLES}"),
    (rb"\{\\rtf", f"That's an RTF document. {ONLY_TABLES}"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF[\0-\xff]{4}WEBP", f"That's a picture. {ONLY_TABLES}"),
    (rb"(?i:\s*<(?:!doctype html|html))", f"That's a web page. {ONLY_TABLES}"),
    (rb"(?i:\s*<\?xml)", f"That's an XML file. {SAVE_AS_CSV}"),
)
"""By what a file begins with, told from words that a prompt may begin with: "Riff", say."""
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
"""What stands in no text that is guessed to be one."""


def text_of(content: bytes) -> str:
    """Return the text of a file. Raises TableUnreadable, saying what it is if it is none."""
    if len(content) > TABLE_LIMIT:
        raise TableUnreadable(TOO_LARGE)
    _refuse_other_kinds(content)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _checked(_decoded(content, encoding))
    if b"\0" in content:
        return _without_controls(_decoded(content, _half_of_nuls(content)))
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _old_windows(content)


def _refuse_other_kinds(content: bytes) -> None:
    if content.startswith(b"PK\x03\x04"):
        kind = next((name for part, name in _WORKBOOKS if part in content), None)
        raise TableUnreadable(f"That's {kind}. {SAVE_AS_CSV}" if kind else f"That's a ZIP file. {ONLY_TABLES}")
    for beginning, sentence in _KINDS:
        if re.match(beginning, content):
            raise TableUnreadable(sentence)


def _half_of_nuls(content: bytes) -> str:
    """Return the encoding of UTF-16 without a mark: of a Latin letter the second byte is 0, or the first.

    What has NULs in both places is no text.
    """
    first, second = content[::2].count(0), content[1::2].count(0)
    if max(first, second) < 4 * min(first, second):
        raise TableUnreadable(NO_TEXT)
    return "utf-16-le" if second > first else "utf-16-be"


def _old_windows(content: bytes) -> str:
    """Return what is no UTF-8 as Windows-1252, unless more of it looks like UTF-8 than not."""
    attempt = content.decode(errors="replace")
    foreign, broken = len(attempt) - len(attempt.encode("ascii", "ignore")), attempt.count("\ufffd")
    if foreign > 2 * broken:
        raise TableUnreadable(DAMAGED)
    return _without_controls(_decoded(content, "cp1252"))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise TableUnreadable(NO_TEXT) from None


def _checked(text: str) -> str:
    if "\0" in text:
        raise TableUnreadable(NO_TEXT)
    return text


def _without_controls(text: str) -> str:
    """Refuse a guess that does not look like a text."""
    if _CONTROLS.search(text):
        raise TableUnreadable(NO_TEXT)
    return text
