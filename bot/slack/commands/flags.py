"""The flags of ``/bloom``: which there are, and where they stand among prose.

Editors turn two hyphens into a long dash and quotes into curly ones; both are as good as what was typed. A dash that
cannot be a flag's belongs to the prose.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.models import ANY_RATIO, VARIANT_LIMIT, AspectRatio, ImageModel, ImageSize

_CLOSERS = {
    '"': '"”“',
    "“": '”“"',
    "”": '”"',
    "„": '“”"',
    "'": "'’",
    "‘": "’‘'",
    "’": "’'",
    "‚": "‘’'",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
}
_FLAG = re.compile(r"(?<!\S)(?P<dash>--|[–—―]{1,2})(?P<name>[^\W\d_][\w-]*)(?P<rest>=|\S*)")
_RATIO = re.compile(r"(\d+)[:x×∶：/](\d+)", re.IGNORECASE)
_PUNCTUATION = ",;.!"
"""What belongs to the prose around a flag, not to it."""
_WORD = re.compile(r"\S*")
_LIST = re.compile(rf"[^\s,，]*(?:[,，](?:\s+(?={_RATIO.pattern}))?[^\s,，]*)*", re.IGNORECASE)
"""Ratios with commas between them, and space after those: what follows a comma is no prose if it is a ratio."""


@dataclass(frozen=True, slots=True)
class FlagKind:
    """What a flag fills in: a field of the draft, with a value that is ``valid``; with any name when none is listed.

    ``plain`` writes a value as Bloom does, ``meaning`` makes it what the draft holds. A flag that ``is_list`` takes
    several valid values, with commas between them; one that ``is_switch`` takes none.
    """

    field: str
    valid: tuple[str, ...] = ()
    plain: Callable[[str], str] = str
    meaning: Callable[[str], Any] = str
    is_list: bool = False
    is_switch: bool = False


def items(value: str) -> tuple[str, ...]:
    """Return what a list names, in its order."""
    return tuple(filter(None, (item.strip() for item in value.split(","))))


def _plain_ratios(value: str) -> str:
    return ",".join(map(_plain_ratio, items(value.replace("，", ","))))


def _plain_ratio(value: str) -> str:
    return ANY_RATIO if value.casefold() == ANY_RATIO else _RATIO.sub(r"\1:\2", value)


def _shapes(value: str) -> tuple[AspectRatio, ...]:
    return () if value == ANY_RATIO else tuple(map(AspectRatio, items(value)))


FLAGS = {
    "brand": FlagKind("brand"),
    "ar": FlagKind("shapes", (*AspectRatio, ANY_RATIO), _plain_ratios, _shapes, is_list=True),
    "size": FlagKind("size", tuple(ImageSize), str.upper, ImageSize),
    "model": FlagKind("model", tuple(ImageModel), str.casefold, ImageModel),
    "n": FlagKind("variants", tuple(str(number) for number in range(1, VARIANT_LIMIT + 1)), meaning=int),
    "preview": FlagKind("is_preview", meaning=lambda _: True, is_switch=True),
}
SPELLINGS = {name: name for name in FLAGS} | {"aspect-ratio": "ar", "ratio": "ar", "variants": "n"}


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag found in the text, from ``start`` to ``end``; ``value`` is None when it is missing.

    ``misspelt`` is the whole word when it is no flag as it stands; ``is_unclosed`` tells of a quotation without an end.
    """

    name: str
    start: int
    end: int
    value: str | None = None
    misspelt: str | None = None
    is_unclosed: bool = False


def find_flags(text: str) -> Iterator[Flag]:
    """Yield the flags in the order they were typed."""
    position = 0
    while match := _FLAG.search(text, position):
        flag = _flag(text, match)
        position = flag.end if flag else match.end()
        if flag:
            yield flag


def without_flags(text: str, flags: Sequence[Flag]) -> str:
    """Return the prose between the flags, its own spacing kept."""
    prose, position = "", 0
    for flag in (*flags, Flag("", len(text), len(text))):
        prose, position = _join(prose, text[position : flag.start]), flag.end
    return prose.strip()


def _flag(text: str, match: re.Match[str]) -> Flag | None:
    """Return the flag that begins here, or None when the dash belongs to prose."""
    dash, typed_name, rest = match.group("dash", "name", "rest")
    spelling = typed_name.casefold()
    name, is_known = SPELLINGS.get(spelling, spelling), spelling in SPELLINGS
    if rest not in ("", "=") and dash != "--" and not is_known:
        return None
    if is_known and FLAGS[name].is_switch and not rest.strip(_PUNCTUATION):
        return Flag(name, match.start(), match.end())
    if not is_known or rest not in ("", "="):
        return Flag(name, match.start(), match.end(), misspelt=dash + typed_name + rest.rstrip("="))
    return _valued(text, name, match)


def _valued(text: str, name: str, match: re.Match[str]) -> Flag:
    """Return a known flag with the value that follows it; a switch has one only if it is given one."""
    start = match.end() if match["rest"] else _skip_space(text, match.end())
    closers = _CLOSERS.get(text[start : start + 1])
    if closers:
        return _quoted(text, name, match.start(), start, closers)
    word = (_LIST if FLAGS[name].is_list else _WORD).match(text, start)
    value = word[0] if word and not _FLAG.match(text, start) else ""
    if not value:
        return Flag(name, match.start(), match.end())
    return Flag(name, match.start(), start + len(value), value.rstrip(_PUNCTUATION))


def _quoted(text: str, name: str, flag_start: int, start: int, closers: str) -> Flag:
    """Return a flag with a quoted value. A quotation ends where a word does, so that ‘Mia’s Bakery’ is one."""
    end = re.compile(rf"[{re.escape(closers)}][,;.]*(?=\s|$)").search(text, start + 1)
    if end is None:
        return Flag(name, flag_start, len(text), is_unclosed=True)
    return Flag(name, flag_start, end.end(), text[start + 1 : end.start()])


def _skip_space(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def _join(left: str, right: str) -> str:
    """Close the gap that a flag left: a space, or as many line breaks as its wider side had."""
    left_end, right_start = left.rstrip(), right.lstrip()
    if not left_end:
        return right_start
    breaks = max(left[len(left_end) :].count("\n"), right[: len(right) - len(right_start)].count("\n"))
    return left_end + ("\n" * breaks or " ") + right_start
