"""What was typed after ``/bloom``, understood: a word, a request, or what is wrong with it.

Forgiving where editors meddle (curly quotes, long dashes, capitals), strict where a misreading would cost credits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from bot.core.models import PROMPT_LIMIT, VARIANT_LIMIT, AspectRatio, ImageModel, ImageSize
from bot.slack.drafts import Draft
from bot.slack.views.message import unescape

WORDS = ("help", "connect")
FLAGS = ("brand", "ar", "size", "model", "n")
ALIASES = {"aspect-ratio": "ar", "ratio": "ar", "variants": "n"}
VALUES = {
    "ar": tuple(AspectRatio),
    "size": tuple(ImageSize),
    "model": tuple(ImageModel),
    "n": tuple(str(number) for number in range(1, VARIANT_LIMIT + 1)),
}
FIELDS = {"brand": "brand", "ar": "aspect_ratio", "size": "size", "model": "model", "n": "variants"}

BRAND_LIMIT = 300
SHOWN_LIMIT = 40

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


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Open the form, filled in as far as the draft goes."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Word:
    """A word alone that is a command of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class Generate:
    """Generate at once, if a brand is known."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """What is wrong, all at once, and the text as it was typed. Both are plain text."""

    problems: tuple[str, ...]
    typed: str


Command = OpenForm | Word | Generate | Misunderstood


@dataclass(frozen=True, slots=True)
class _Flag:
    """A flag found in the text, from ``start`` to ``end``; ``value`` is None when it is missing."""

    name: str
    start: int
    end: int
    value: str | None = None
    problem: str | None = None


def parse(text: str) -> Command:
    """Understand the text of the command as Slack delivers it."""
    typed = unescape(text).strip()
    word = typed.casefold().removeprefix("--")
    if word in WORDS:
        return Word(word)
    flags = tuple(_flags(typed))
    prompt = _without(typed, flags)
    draft, problems = _read(flags)
    if len(prompt) > PROMPT_LIMIT:
        problems.append(f"The prompt has {len(prompt):,} characters; Bloom takes {PROMPT_LIMIT:,} at most.")
    if problems:
        return Misunderstood(tuple(problems), typed)
    return Generate(replace(draft, prompt=prompt)) if prompt else OpenForm(draft)


def _flags(text: str) -> Iterator[_Flag]:
    """Yield the flags in the order they were typed."""
    position = 0
    while match := _FLAG.search(text, position):
        flag = _flag(text, match)
        position = flag.end if flag else match.end()
        if flag:
            yield flag


def _flag(text: str, match: re.Match[str]) -> _Flag | None:
    """Return the flag that begins here, or None when the dash belongs to prose."""
    typed_name, rest = match["name"], match["rest"]
    name = ALIASES.get(typed_name.casefold(), typed_name.casefold())
    is_known = name in FLAGS
    if rest not in ("", "=") and match["dash"] != "--" and not is_known:
        return None
    if not is_known or rest not in ("", "="):
        return _Flag(
            name, match.start(), match.end(), problem=_unknown_flag(typed_name + rest.rstrip("="), match["dash"], name)
        )
    return _valued(text, name, match)


def _valued(text: str, name: str, match: re.Match[str]) -> _Flag:
    """Return a known flag with the value that follows it."""
    start = match.end() if match["rest"] else _skip_space(text, match.end())
    closers = _CLOSERS.get(text[start : start + 1])
    if closers:
        return _quoted(text, name, match.start(), start, closers)
    word = re.compile(r"\S*").match(text, start)
    value = word[0] if word and not _FLAG.match(text, start) else ""
    if not value:
        return _Flag(name, match.start(), match.end())
    return _Flag(name, match.start(), start + len(value), value.rstrip(",;"))


def _quoted(text: str, name: str, flag_start: int, start: int, closers: str) -> _Flag:
    """Return a flag with a quoted value. A quotation ends where a word does, so that ‘Mia’s Bakery’ is one."""
    end = re.compile(rf"[{re.escape(closers)}][,;.]*(?=\s|$)").search(text, start + 1)
    if end is None:
        problem = f"The quotation after --{name} isn't closed."
        return _Flag(name, flag_start, len(text), problem=problem)
    return _Flag(name, flag_start, end.end(), text[start + 1 : end.start()])


def _skip_space(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def _without(text: str, flags: tuple[_Flag, ...]) -> str:
    """Return the prose between the flags, its own spacing kept."""
    prose, position = "", 0
    for flag in (*flags, _Flag("", len(text), len(text))):
        prose, position = _join(prose, text[position : flag.start]), flag.end
    return prose.strip()


def _join(left: str, right: str) -> str:
    """Close the gap that a flag left: a space, or as many line breaks as its wider side had."""
    left_end, right_start = left.rstrip(), right.lstrip()
    if not left_end:
        return right_start
    breaks = max(left[len(left_end) :].count("\n"), right[: len(right) - len(right_start)].count("\n"))
    return left_end + ("\n" * breaks or " ") + right_start


def _read(flags: tuple[_Flag, ...]) -> tuple[Draft, list[str]]:
    """Return what the flags ask for and everything that is wrong with them."""
    fields: dict[str, Any] = {}
    problems: list[str] = []
    names = [flag.name for flag in flags if flag.name in FLAGS]
    problems += [f"--{name} is given more than once; keep one." for name in FLAGS if names.count(name) > 1]
    for flag in flags:
        problem = flag.problem or _value_problem(flag)
        if problem:
            problems.append(problem)
        else:
            fields[FIELDS[flag.name]] = _meaning(flag)
    return Draft(**fields), problems


def _meaning(flag: _Flag) -> AspectRatio | ImageSize | ImageModel | int | str:
    """Return what a good value stands for."""
    value = _plain(flag)
    match flag.name:
        case "ar":
            return AspectRatio(value)
        case "size":
            return ImageSize(value)
        case "model":
            return ImageModel(value)
        case "n":
            return int(value)
    return value


def _plain(flag: _Flag) -> str:
    """Return a value as Bloom writes it: 16x9 is 16:9, 4k is 4K, Pro is pro."""
    value = (flag.value or "").strip()
    match flag.name:
        case "ar":
            return _RATIO.sub(r"\1:\2", value)
        case "size":
            return value.upper()
        case "model":
            return value.casefold()
    return value


def _value_problem(flag: _Flag) -> str | None:
    """Return what is wrong with a flag's value, if anything."""
    value = _plain(flag)
    if flag.name == "brand":
        if not value:
            return 'Put a name after --brand, for example --brand "Acme Corp".'
        return None if len(value) <= BRAND_LIMIT else f"The name after --brand is over {BRAND_LIMIT} characters."
    valid = VALUES[flag.name]
    if value in valid:
        return None
    takes = f"--{flag.name} takes {_either(valid)}"
    return f"{takes}, not “{_shown(value)}”{_meant(value, valid)}." if value else f"{takes}; it has no value."


def _unknown_flag(word: str, dash: str, name: str) -> str:
    known = [name] if name in FLAGS else get_close_matches(name, (*FLAGS, *ALIASES), 1)
    meant = f"; did you mean --{ALIASES.get(known[0], known[0])}?" if known else "."
    prose = "" if dash == "--" else " Put a space after a dash that belongs to the prompt."
    flags = _either(tuple(f"--{flag}" for flag in FLAGS), "and")
    return f"“{_shown(dash + word)}” isn't a flag{meant} The flags are {flags}.{prose}"


def _meant(value: str, valid: tuple[str, ...]) -> str:
    close = get_close_matches(value, valid, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _either(values: tuple[str, ...], word: str = "or") -> str:
    return f"{', '.join(values[:-1])} {word} {values[-1]}"


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN_LIMIT else f"{value[: SHOWN_LIMIT - 1]}…"
