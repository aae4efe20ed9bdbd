"""The references of a form: what is offered, what is read, and what is refused before Bloom has to."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import EDIT_REFERENCE_LIMIT, FILE_LIMIT, REFERENCE_LIMIT, Attachment
from bot.slack.form.drafts import Draft, Origin, offering
from bot.slack.views.buttons import Field
from bot.slack.views.form.picture_files import TYPES
from bot.slack.views.form.references import FIELDS, read_references, reference_blocks, reference_errors
from tests.slack.views.judge import approve_view

CAT, DOG = Attachment(id="F1", name="cat.png"), Attachment(id="F2", name="dog.jpg")
PNG = {"id": "F9", "name": "new.png", "mimetype": "image/png", "size": 2048}


def blocks(draft: Draft | None = None, origin: Origin | None = None, **more: Any) -> dict[str, dict[str, Any]]:
    """Return the inputs as Slack takes them, by their ids."""
    built = [one.to_dict() for one in reference_blocks(draft or Draft(), origin or Origin(), **more)]
    title = {"type": "plain_text", "text": "Make"}
    view = {"type": "modal", "callback_id": "x", "title": title, "close": title, "submit": title, "blocks": built}
    approve_view(view)
    return {block["block_id"]: block for block in built}


def filled(origin: Origin | None = None, files: Any = (), **chosen: Any) -> dict[str, Any]:
    """Return a form as Slack sends it back; ``chosen`` are values by field."""
    values: dict[str, Any] = {Field.REFERENCE_FILES: {Field.REFERENCE_FILES: {"type": "file_input", "files": files}}}
    for field, ids in chosen.items():
        options = [{"value": one, "text": {"type": "plain_text", "text": one}} for one in ids]
        values[field] = {field: {"type": "x", "selected_options": options}}
    metadata = (origin or Origin()).model_dump_json()
    return {"private_metadata": metadata, "state": {"values": json.loads(json.dumps(values))}}


def initial(block: dict[str, Any]) -> dict[str, str]:
    return {one["value"]: one["text"]["text"] for one in block["element"].get("initial_options", ())}


def test_new_form_asks_for_files_the_library_and_earlier_results_and_for_none_of_them_is_needed() -> None:
    shown = blocks()
    assert list(shown) == [Field.REFERENCE_FILES, Field.REFERENCE_LIBRARY, Field.REFERENCE_RESULTS]
    assert all(block["optional"] and block["element"]["action_id"] == name for name, block in shown.items())
    assert shown[Field.REFERENCE_FILES]["element"]["max_files"] == REFERENCE_LIMIT
    for menu in (Field.REFERENCE_LIBRARY, Field.REFERENCE_RESULTS):
        assert shown[menu]["element"]["min_query_length"] == 0
        assert not initial(shown[menu])


def test_pictures_of_a_message_are_ticked_unless_they_are_taken_out() -> None:
    boxes = blocks(Draft(attachments=(CAT,)), Origin(offered=(CAT, DOG)))[Field.REFERENCE_OFFERED]
    assert [one["value"] for one in boxes["element"]["options"]] == ["F1", "F2"]
    assert initial(boxes) == {"F1": "cat.png"}
    assert not initial(blocks(Draft(), Origin(offered=(CAT,)))[Field.REFERENCE_OFFERED])


def test_files_of_an_earlier_request_are_offered_as_boxes_and_a_file_just_uploaded_is_not() -> None:
    draft, origin = offering(Draft(attachments=(CAT,)), Origin())
    assert initial(blocks(draft, origin)[Field.REFERENCE_OFFERED]) == {"F1": "cat.png"}
    assert Field.REFERENCE_OFFERED not in blocks(draft, Origin())


def test_offering_keeps_what_was_offered_each_file_once_with_room_for_ten() -> None:
    many = tuple(Attachment(id=f"F{number}", name="x" * 255 + ".png") for number in range(12))
    offered = offering(Draft(attachments=many), Origin(offered=(many[3],)))[1].offered
    assert [one.id for one in offered[:3]] == ["F3", "F0", "F1"]
    assert len(offered) == REFERENCE_LIMIT
    assert all(one.name.endswith(".png") and len(one.name) <= 60 for one in offered)


def test_chosen_images_stand_in_the_menu_they_are_of() -> None:
    shown = blocks(Draft(reference_ids=("i1", "u1", "u2")), known={"i1": "A red door · Acme", "i9": "Another"})
    assert initial(shown[Field.REFERENCE_RESULTS]) == {"i1": "A red door · Acme"}
    assert initial(shown[Field.REFERENCE_LIBRARY]) == {
        "u1": "Picture 1 from the library",
        "u2": "Picture 2 from the library",
    }


def test_everything_chosen_is_read_once_in_its_order() -> None:
    view = filled(
        Origin(offered=(CAT, DOG)),
        files=[PNG, {**PNG, "id": "F1"}],
        reference_offered=["F1"],
        reference_library=["u1", "i1"],
        reference_results=["i1", "i2"],
    )
    ids, attachments = read_references(view)
    assert ids == ("u1", "i1", "i2")
    assert [one.id for one in attachments] == ["F1", "F9"]
    assert attachments[1] == Attachment(id="F9", name="new.png")
    assert read_references(filled(Origin(offered=(DOG,)), reference_offered=["F2"])) == ((), (DOG,))
    assert read_references({}) == ((), ())


def test_every_file_that_bloom_refuses_is_named_with_its_reason() -> None:
    files = [
        PNG,
        {"id": "F1", "name": "notes.pdf", "mimetype": "application/pdf", "size": 5},
        {"id": "F2", "name": "huge.png", "mimetype": "image/png", "size": FILE_LIMIT + 1},
        {"id": "F3", "name": "none.png", "mimetype": "image/png", "size": 0},
        {"name": "lost.png", "mimetype": "image/png", "size": 5},
    ]
    assert reference_errors(filled(files=files), REFERENCE_LIMIT) == {
        Field.REFERENCE_FILES: (
            "Bloom takes PNG, JPEG, WebP and AVIF pictures of up to 10 MB. “notes.pdf” is another kind of file. "
            "“huge.png” has 10.1 MB. “none.png” is empty. “lost.png” can't be read at Slack."
        )
    }


def test_what_slack_says_of_a_file_counts_before_its_name_and_its_name_where_slack_is_unsure() -> None:
    said = [("a.png", "image/gif"), ("a.svg", "image/svg+xml"), ("a.txt", ""), ("a", "application/octet-stream")]
    for name, mime_type in said:
        file = {"id": "F1", "name": name, "mimetype": mime_type, "size": 1}
        assert reference_errors(filled(files=[file]), 10), name
    for name, mime_type in [("a.txt", "image/webp"), ("a.AVIF", ""), ("a.jpeg", "application/octet-stream")]:
        file = {"id": "F1", "name": name, "mimetype": mime_type, "size": FILE_LIMIT}
        assert not reference_errors(filled(files=[file]), 10), name


def test_too_many_are_refused_at_the_last_input_that_has_any_with_the_numbers() -> None:
    library = [f"u{number}" for number in range(9)]
    view = filled(files=[PNG], reference_library=library)
    assert reference_errors(view, REFERENCE_LIMIT) == {}
    assert reference_errors(view, EDIT_REFERENCE_LIMIT) == {
        Field.REFERENCE_LIBRARY: "Bloom takes at most 9 references here; these are 10. Take 1 out."
    }
    more = filled(files=[PNG], reference_library=library, reference_results=["i1"], reference_offered=["F1"])
    assert reference_errors(more, REFERENCE_LIMIT) == {
        Field.REFERENCE_RESULTS: "Bloom takes at most 10 references here; these are 12. Take 2 out."
    }


def test_wrong_file_among_too_many_files_has_both_said() -> None:
    files = [{**PNG, "id": f"F{number}"} for number in range(9)] + [{"id": "F", "name": "a.pdf", "size": 1}]
    (said,) = reference_errors(filled(files=files), EDIT_REFERENCE_LIMIT).values()
    assert "“a.pdf” is another kind" in said
    assert said.endswith("Take 1 out.")


words = st.text(max_size=300)
files = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["F1", "F2", ""]) | words,
        "name": words | st.sampled_from(["a.png", "b.pdf", "<!channel>.webp"]),
        "mimetype": st.sampled_from([*TYPES.values(), "", "application/pdf", "IMAGE/PNG"]) | words | st.none(),
        "filetype": words | st.none(),
        "size": st.integers(-1, 2 * FILE_LIMIT) | st.none(),
        "mode": st.sampled_from(["hosted", "tombstone", "external"]),
    },
)
ids = st.from_regex("[A-Z0-9]{1,30}", fullmatch=True) | words
names = words | st.text('"\\\n', max_size=300)
attachments = st.lists(st.builds(Attachment, id=ids, name=names), max_size=15).map(tuple)


@given(st.lists(words, max_size=15), attachments, attachments, st.dictionaries(words, words, max_size=5))
def test_whatever_is_chosen_slack_takes_the_inputs(
    ids: list[str], given_files: tuple[Attachment, ...], offered: tuple[Attachment, ...], known: dict[str, str]
) -> None:
    draft, origin = offering(Draft(reference_ids=(*ids, *known), attachments=given_files), Origin(offered=offered))
    blocks(draft, origin, known=known)
    blocks(draft, Origin(offered=offered), known=known)
    assert len(origin.model_dump_json()) <= 3000


@given(
    st.lists(files, max_size=12),
    st.lists(words, max_size=12),
    st.lists(words, max_size=12),
    st.lists(words, max_size=12),
    st.sampled_from([REFERENCE_LIMIT, EDIT_REFERENCE_LIMIT]),
)
def test_nothing_that_bloom_refuses_gets_past(
    chosen: list[dict[str, Any]], library: list[str], results: list[str], ticked: list[str], limit: int
) -> None:
    view = filled(files=chosen, reference_library=library, reference_results=results, reference_offered=ticked)
    errors, (ids, attached) = reference_errors(view, limit), read_references(view)
    assert set(errors) <= set(FIELDS)
    assert all(0 < len(said) <= 2000 for said in errors.values())
    if not errors:
        assert len(ids) + len(attached) <= limit
        assert {str(file["id"]) for file in chosen} <= {one.id for one in attached}
        for file in chosen:
            assert (file.get("size") or 1) <= FILE_LIMIT
            assert str(file.get("mimetype") or "").lower() in {*TYPES.values(), "", "application/octet-stream"}
