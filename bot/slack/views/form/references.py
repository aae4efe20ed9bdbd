"""The references of a form: files, the pictures of a message, the brand's library, and earlier results.

Slack cannot fill a file field in again. So the files that a request has when its form opens are offered as boxes, like
the pictures of a message (`drafts.offering`); from then on what is ticked, chosen and uploaded is all there is.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from slack_sdk.models.blocks import Block, CheckboxesElement, ExternalDataMultiSelectElement, InputBlock
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.core.models import FILE_LIMIT, REFERENCE_LIMIT, Attachment
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import Field
from bot.slack.views.form.picture_files import UNNAMED, attachment, is_picture
from bot.slack.views.inputs import entry
from bot.slack.views.menus import option
from bot.slack.views.slack_files import name_of, size_of, tidy

FIELDS = (Field.REFERENCE_FILES, Field.REFERENCE_OFFERED, Field.REFERENCE_LIBRARY, Field.REFERENCE_RESULTS)
"""In the order in which they stand."""
FILES, FILES_HINT = "References", "Pictures to go by: PNG, JPEG, WebP or AVIF, up to 10 MB each."
OFFERED, LIBRARY, RESULTS = "With these pictures", "From the brand's library", "From earlier results"
LIBRARY_HOLDER, RESULTS_HOLDER = "Search for what a picture shows", "Search for words of a prompt"
FROM_LIBRARY = "Picture {number} from the library"
TAKEN = "Bloom takes PNG, JPEG, WebP and AVIF pictures of up to 10 MB."
OTHER_KIND, TOO_LARGE, NO_CONTENT, UNREADABLE = (
    "“{name}” is another kind of file.",
    "“{name}” has {size} MB.",
    "“{name}” is empty.",
    "“{name}” can't be read at Slack.",
)
TOO_MANY = "Bloom takes at most {limit} references here; these are {count}. Take {over} out."
VALUE_LIMIT = 150
MEGABYTE = 1024 * 1024


def reference_blocks(draft: Draft, origin: Origin, *, known: Mapping[str, str] = {}) -> list[Block]:
    """Return the inputs. ``known`` is what earlier results are called, by image id; all others are of the library."""
    results = {image_id: known[image_id] for image_id in draft.reference_ids if image_id in known}
    pictures = [image_id for image_id in dict.fromkeys(draft.reference_ids) if image_id not in known]
    library = {one: FROM_LIBRARY.format(number=number) for number, one in enumerate(pictures, 1)}
    return [
        _files(),
        *_offered(draft, origin),
        _menu(Field.REFERENCE_LIBRARY, LIBRARY, LIBRARY_HOLDER, library),
        _menu(Field.REFERENCE_RESULTS, RESULTS, RESULTS_HOLDER, results),
    ]


def read_references(view: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Attachment, ...]]:
    """Return the images at Bloom, and the pictures at Slack, that are chosen; each of them once."""
    chosen = chain(_values(view, Field.REFERENCE_LIBRARY), _values(view, Field.REFERENCE_RESULTS))
    names = {one.id: one.name for one in Origin.of_view(view).offered}
    offered = _values(view, Field.REFERENCE_OFFERED)
    ticked = (Attachment(id=one, name=tidy(names.get(one, ""), UNNAMED)) for one in offered)
    uploaded = (one for file in _chosen_files(view) if (one := attachment(file)))
    attachments = {one.id: one for one in chain(ticked, uploaded)}
    return tuple(dict.fromkeys(chosen)), tuple(attachments.values())


def reference_errors(view: Mapping[str, Any], limit: int) -> dict[str, str]:
    """Return a sentence for each input with what Bloom would refuse; ``limit`` is how many references it takes."""
    wrong = [reason for file in _chosen_files(view) if (reason := _refusal(file))]
    errors: dict[str, list[str]] = {Field.REFERENCE_FILES: [TAKEN, *wrong]} if wrong else {}
    reference_ids, attachments = read_references(view)
    count = len(reference_ids) + len(attachments)
    if count > limit:
        last = [field for field in FIELDS if _holds(view, field)][-1]
        errors.setdefault(last, []).append(TOO_MANY.format(limit=limit, count=count, over=count - limit))
    return {field: " ".join(sentences) for field, sentences in errors.items()}


def _files() -> InputBlock:
    """Return the field for files. Slack is not told which types: it knows no list with all that Bloom takes."""
    element = FileInputElement(action_id=Field.REFERENCE_FILES, max_files=REFERENCE_LIMIT)
    return _input(Field.REFERENCE_FILES, FILES, element, FILES_HINT)


def _offered(draft: Draft, origin: Origin) -> list[Block]:
    options = {one.id: option(one.id, one.name) for one in origin.offered}
    if not options:
        return []
    taken = {one.id for one in draft.attachments}
    ticked = [shown for file_id, shown in options.items() if file_id in taken]
    element = CheckboxesElement(
        action_id=Field.REFERENCE_OFFERED, options=list(options.values()), initial_options=ticked or None
    )
    return [_input(Field.REFERENCE_OFFERED, OFFERED, element)]


def _menu(field: Field, label: str, placeholder: str, chosen: Mapping[str, str]) -> InputBlock:
    options = [
        option(value, text if text.strip() else value)
        for value, text in chosen.items()
        if value.strip() and len(value) <= VALUE_LIMIT
    ]
    element = ExternalDataMultiSelectElement(
        action_id=field,
        placeholder=placeholder,
        min_query_length=0,
        initial_options=options[:REFERENCE_LIMIT] or None,
        max_selected_items=REFERENCE_LIMIT,
    )
    return _input(field, label, element)


def _input(field: Field, label: str, element: Any, hint: str | None = None) -> InputBlock:
    return InputBlock(block_id=field, label=label, element=element, hint=hint, optional=True)


def _chosen_files(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(entry(view, Field.REFERENCE_FILES).get("files") or ())


def _values(view: Mapping[str, Any], field: Field) -> Iterator[str]:
    return (str(one["value"]) for one in entry(view, field).get("selected_options") or ())


def _holds(view: Mapping[str, Any], field: Field) -> bool:
    return bool(entry(view, field).get("files") or entry(view, field).get("selected_options"))


def _refusal(file: Mapping[str, Any]) -> str | None:
    """Return why Bloom would refuse a file, which is named."""
    name, size = name_of(file, UNNAMED), size_of(file)
    if not is_picture(file):
        return OTHER_KIND.format(name=name)
    if size == 0:
        return NO_CONTENT.format(name=name)
    if size is not None and size > FILE_LIMIT:
        return TOO_LARGE.format(name=name, size=math.ceil(size * 10 / MEGABYTE) / 10)
    return UNREADABLE.format(name=name) if attachment(file) is None else None
