"""What was typed after ``/bloom``, understood: a word, a request, or what is wrong with it.

Forgiving where editors meddle (curly quotes, long dashes, capitals), strict where a misreading would cost credits.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from bot.core.models import ANY_RATIO, PROMPT_LIMIT
from bot.slack.commands.flags import FLAGS, SPELLINGS, Flag, FlagKind, find_flags, items, without_flags
from bot.slack.form.drafts import Draft
from bot.slack.views.command_errors import too_many_images
from bot.slack.views.message import unescape

WORDS = ("help", "connect", "batch", "brands", "credits", "history", "settings")
BRAND_LIMIT = 300
SHOWN_LIMIT = 40


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


def parse(text: str) -> Command:
    """Understand the text of the command as Slack delivers it."""
    typed = unescape(text).strip()
    word = typed.casefold().removeprefix("--")
    if word in WORDS:
        return Word(word)
    flags = tuple(find_flags(typed))
    prompt = without_flags(typed, flags)
    draft, problems = _read(flags)
    if len(prompt) > PROMPT_LIMIT:
        problems.append(f"The prompt has {len(prompt):,} characters; Bloom takes {PROMPT_LIMIT:,} at most.")
    if problems:
        return Misunderstood(tuple(problems), typed)
    return Generate(replace(draft, prompt=prompt)) if prompt else OpenForm(draft)


def _read(flags: Sequence[Flag]) -> tuple[Draft, list[str]]:
    """Return what the flags ask for and everything that is wrong with them."""
    fields: dict[str, Any] = {}
    names = [flag.name for flag in flags]
    problems = [f"--{name} is given more than once; keep one." for name in FLAGS if names.count(name) > 1]
    for flag in flags:
        if problem := _problem(flag):
            problems.append(problem)
        else:
            kind = FLAGS[flag.name]
            fields[kind.field] = kind.meaning(_plain(flag))
    draft = Draft(**fields)
    if draft.is_too_many:
        problems.append(too_many_images(len(draft.shapes or ()), draft.variants))
    return draft, problems


def _plain(flag: Flag) -> str:
    """Return a value as Bloom writes it: 16x9 is 16:9, 4k is 4K, Pro is pro."""
    return FLAGS[flag.name].plain((flag.value or "").strip())


def _problem(flag: Flag) -> str | None:
    """Return what is wrong with a flag, if anything."""
    if flag.misspelt:
        return _not_a_flag(flag.misspelt, flag.name)
    if flag.is_unclosed:
        return f"The quotation after --{flag.name} isn't closed."
    kind, value = FLAGS[flag.name], _plain(flag)
    if kind.is_switch:
        return None if flag.value is None else f"--{flag.name} takes no value."
    return _value_problem(flag.name, value, kind) if kind.valid else _brand_problem(value)


def _brand_problem(name: str) -> str | None:
    if not name:
        return 'Put a name after --brand, for example --brand "Acme Corp".'
    return None if len(name) <= BRAND_LIMIT else f"The name after --brand is over {BRAND_LIMIT} characters."


def _value_problem(name: str, value: str, kind: FlagKind) -> str | None:
    takes = f"--{name} takes {_either(kind.valid)}"
    given = items(value) if kind.is_list else (value,) if value else ()
    if not given:
        return f"{takes}; it has no value."
    if wrong := [one for one in given if one not in kind.valid]:
        return f"{takes}, not “{_shown(', '.join(wrong))}”{_meant(wrong[0], kind.valid)}."
    return _list_problem(name, given)


def _list_problem(name: str, given: Sequence[str]) -> str | None:
    """Return what is wrong with valid values beside each other."""
    if twice := [value for value, count in Counter(given).items() if count > 1]:
        return f"--{name} names {_either(twice, 'and')} more than once; keep one."
    if ANY_RATIO in given and len(given) > 1:
        return f"--{name} {ANY_RATIO} lets Bloom choose, so it stands alone."
    return None


def _not_a_flag(word: str, name: str) -> str:
    close = get_close_matches(name, SPELLINGS, 1)
    meant = f"; did you mean --{SPELLINGS[close[0]]}?" if close else "."
    prose = "" if word.startswith("--") else " Put a space after a dash that belongs to the prompt."
    flags = _either(tuple(f"--{flag}" for flag in FLAGS), "and")
    return f"“{_shown(word)}” isn't a flag{meant} The flags are {flags}.{prose}"


def _meant(value: str, valid: tuple[str, ...]) -> str:
    close = get_close_matches(value, valid, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _either(values: Sequence[str], word: str = "or") -> str:
    *others, last = values
    return f"{', '.join(others)} {word} {last}" if others else last


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN_LIMIT else f"{value[: SHOWN_LIMIT - 1]}…"
