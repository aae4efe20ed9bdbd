"""The judge: are these blocks, this view, these options what Slack accepts, and if not, where is it wrong?"""

import copy
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.sandbox.slack.block_kit.blocks import Home, MessageBlocks, Modal
from bot.sandbox.slack.block_kit.controls import Control, controls
from bot.sandbox.slack.block_kit.objects import Option, OptionGroup
from bot.sandbox.slack.errors import Json, SlackRefusal

Surface = Literal["message", "modal", "home"]

_MESSAGE: Final[TypeAdapter[Any]] = TypeAdapter(MessageBlocks)
_MODAL: Final[TypeAdapter[Any]] = TypeAdapter(Modal)
_HOME: Final[TypeAdapter[Any]] = TypeAdapter(Home)
_OPTIONS: Final[TypeAdapter[Any]] = TypeAdapter(Annotated[list[Option], Field(max_length=100)])
_GROUPS: Final[TypeAdapter[Any]] = TypeAdapter(Annotated[list[OptionGroup], Field(max_length=100)])

_WORDS: Final = {
    "string_too_long": "must be less than {limit} characters",
    "string_too_short": "must be more than {limit} characters",
    "too_long": "no more than {limit} items allowed",
    "too_short": "no fewer than {limit} items allowed",
    "string_type": "must provide a string",
    "bool_type": "must provide a boolean",
    "int_type": "must provide a number",
    "list_type": "must provide an array",
    "model_type": "must provide an object",
    "model_attributes_type": "must provide an object",
    "dict_type": "must provide an object",
    "less_than_equal": "must be no more than {le}",
    "greater_than_equal": "must be no less than {ge}",
    "string_pattern_mismatch": "must match {pattern}",
    "literal_error": "must be {expected}",
    "union_tag_not_found": "missing required field: type",
}
MODAL_ONLY: Final = ("email_text_input", "file_input", "number_input", "url_text_input")
"""What Slack's page of each of these elements names modals alone for, whatever its page of the input block says."""
_ids = itertools.count(1)


def check_message_blocks(blocks: object) -> list[Json]:
    """Return a copy of a message's blocks with every id present, or raise ``invalid_blocks``."""
    if not isinstance(blocks, list):
        raise SlackRefusal("invalid_blocks_format")
    if problems := [*_schema_problems(_MESSAGE, blocks, "/blocks")] or [*_rule_problems(blocks, "message")]:
        raise SlackRefusal("invalid_blocks", problems)
    if sum(block["type"] == "table" for block in blocks) > 1:
        raise SlackRefusal("invalid_attachments", ["only_one_table_allowed"])
    return with_ids(blocks)


def check_view(view: object, surface: Literal["modal", "home"]) -> Json:
    """Return a copy of a view with every id present, or raise ``invalid_arguments``."""
    if not isinstance(view, dict):
        raise SlackRefusal("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    problems = [*_schema_problems(_MODAL if surface == "modal" else _HOME, view, "/view")]
    problems = problems or [*_rule_problems(view["blocks"], surface)]
    if problems:
        first = "failed to match all allowed schemas [json-pointer:/view]"
        raise SlackRefusal("invalid_arguments", [first, *problems])
    return {**copy.deepcopy(view), "blocks": with_ids(view["blocks"])}


def check_options(body: object) -> list[Json]:
    """Return the options of an answer to ``block_suggestion``, flattened, or raise ``invalid_arguments``."""
    match body:
        case {"options": list(options), **rest} if not rest:
            problems, offered = [*_schema_problems(_OPTIONS, options, "/options")], options
        case {"option_groups": list(groups), **rest} if not rest:
            problems = [*_schema_problems(_GROUPS, groups, "/option_groups")]
            offered = [] if problems else [option for group in groups for option in group["options"]]
        case _:
            problems, offered = ["must define either `options` or `option_groups`"], []
    if problems:
        raise SlackRefusal("invalid_arguments", problems)
    return offered


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return a deep copy in which each block and interactive element has an id, as Slack fills them in."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", f"b{next(_ids):04d}")
    for control in controls(copied):
        control.element.setdefault("action_id", f"a{next(_ids):04d}")
    return copied


def _schema_problems(schema: TypeAdapter[Any], value: object, root: str) -> Iterator[str]:
    if nulls := [f"must not be null [json-pointer:{place}]" for place in _nulls(value, root)]:
        yield from nulls
        return
    try:
        schema.validate_python(value)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            yield _in_slacks_words(error, value, root)


def _nulls(value: object, pointer: str) -> Iterator[str]:
    if value is None:
        yield pointer
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _nulls(child, f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _nulls(child, f"{pointer}/{number}")


def _in_slacks_words(error: ErrorDetails, value: object, root: str) -> str:
    kind, context = error["type"], error.get("ctx", {})
    pointer, last = _pointer(error, value, root)
    if kind == "missing":
        words = f"missing required field: {last}"
    elif kind == "extra_forbidden":
        words = f"invalid additional property: {last}"
    elif kind == "union_tag_invalid":
        words, pointer = f"unsupported type: {context['tag']}", f"{pointer}/type"
    elif kind == "slack":
        words, pointer = error["msg"], "/".join(filter(None, (pointer, context["within"])))
    else:
        words = _WORDS.get(kind, error["msg"]).format(limit=_limit(kind, context), **context)
    return f"{words} [json-pointer:{'/' + pointer.lstrip('/')}]"


def _limit(kind: str, context: dict[str, Any]) -> int | None:
    if kind == "string_too_long":
        return int(context["max_length"]) + 1
    if kind == "string_too_short":
        return int(context["min_length"]) - 1
    return context.get("max_length", context.get("min_length"))


def _pointer(error: ErrorDetails, value: object, root: str) -> tuple[str, str]:
    """Follow the error's path through the value; what is no key there is the name of a union's member."""
    pointer, here = root, value
    *way, last = error["loc"] or ("",)
    absent = error["type"] in {"missing", "extra_forbidden"}
    for step in way if absent else error["loc"]:
        if (isinstance(here, dict) and step in here) or isinstance(here, list):
            here = here[step]  # type: ignore[index]
            pointer = f"{pointer}/{step}"
    return pointer, str(last)


def _rule_problems(blocks: list[Json], surface: Surface) -> Iterator[str]:
    """Yield what no schema of a single block can see."""
    root = "/blocks" if surface == "message" else "/view/blocks"
    counted = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"`block_id` already exists: {name} [json-pointer:{root}]" for name, n in counted.items() if n > 1)
    found = list(controls(blocks))
    prefix = root.removesuffix("/blocks")
    yield from _repeated_action_ids(found, prefix)
    for control in found:
        yield from _misplaced(control, surface, prefix)
    if sum(bool(control.element.get("focus_on_load")) for control in found) > 1:
        yield f"only one element may set `focus_on_load` [json-pointer:{root}]"


def _repeated_action_ids(found: list[Control], prefix: str) -> Iterator[str]:
    seen: set[tuple[int, str]] = set()
    for control in found:
        key = (id(control.block), control.element.get("action_id", ""))
        if key[1] and key in seen:
            yield f"`action_id` already exists in this block: {key[1]} [json-pointer:{prefix}{control.pointer}]"
        seen.add(key)


def _misplaced(control: Control, surface: Surface, prefix: str) -> Iterator[str]:
    pointer = f"{prefix}{control.pointer}"
    if control.type in MODAL_ONLY and surface != "modal":
        yield f"unsupported type: {control.type} [json-pointer:{pointer}/type]"
    if control.element.get("response_url_enabled") and not (surface == "modal" and control.is_input):
        yield f"`response_url_enabled` needs an input block in a modal [json-pointer:{pointer}]"
    if control.element.get("focus_on_load") and surface == "message":
        yield f"invalid additional property: focus_on_load [json-pointer:{pointer}]"
