"""What is made of an image: whatever that is, Bloom takes what it is told, and it costs what is said."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core import derivations
from bot.core.derivations import Made
from bot.core.models import (
    EDIT_REFERENCE_LIMIT,
    REFERENCE_LIMIT,
    SET_LIMIT,
    VARIANT_LIMIT,
    AspectRatio,
    Attachment,
    Derivation,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    Operation,
    Parameters,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
D, WIDE, SQUARE = Derivation, AspectRatio.WIDE, AspectRatio.SQUARE
ids = st.text("abcdef0123456789-", min_size=1, max_size=36)


def made_by(
    parameters: Parameters,
    number: int = 0,
    *,
    gathered: tuple[str, ...] = (),
    yields: tuple[int, ...] | None = None,
    **of: Any,
) -> Made:
    """Return one of the images that these parameters led to; ``of`` are fields of it."""
    orders = parameters.orders
    counts = yields if yields is not None else tuple(order.variants for order in orders)
    names = tuple(f"i{position}" for position in range(sum(counts) or parameters.image_count))
    images = tuple(Image(one, ImageState.COMPLETED, url=f"https://bloom.test/{one}") for one in names)
    images = tuple(replace(one, **of) if at == number else one for at, one in enumerate(images))
    request = GenerationRequest("V1", "T1", "C1", "U1", parameters, "Acme")
    generation = Generation(
        "g1",
        request,
        GenerationState.DELIVERED,
        NOON,
        image_ids=names,
        yields=counts,
        gathered_ids=gathered,
        images=images,
    )
    return Made(generation, images[number])


def asked(**chosen: Any) -> Parameters:
    return Parameters(**{"prompt": "A red door", "brand_id": "b1", **chosen})


@st.composite
def any_made(draw: st.DrawFn) -> Made:
    """Draw any image that anybody can have got."""
    operation = draw(st.sampled_from(Operation))
    is_set = operation in (Operation.GENERATE, Operation.RESIZE)
    least = 1 if operation is Operation.RESIZE else 0
    ratios = draw(st.lists(st.sampled_from(AspectRatio), unique=True, min_size=least, max_size=10 if is_set else 1))
    most = min(VARIANT_LIMIT, SET_LIMIT // max(1, len(ratios))) if operation is Operation.GENERATE else 1
    limit = {Operation.GENERATE: REFERENCE_LIMIT, Operation.EDIT: EDIT_REFERENCE_LIMIT}.get(operation, 0)
    references = draw(st.lists(ids, max_size=limit))
    files = [
        Attachment(id=f"F{number}", name="a.png") for number in range(draw(st.integers(0, limit - len(references))))
    ]
    parameters = asked(
        prompt=draw(st.text(min_size=1, max_size=2000).filter(str.strip)),
        aspect_ratio=ratios[0] if ratios else None,
        further_ratios=tuple(ratios[1:]),
        size=draw(st.sampled_from(ImageSize)),
        model=draw(st.sampled_from(ImageModel)),
        variants=draw(st.integers(1, most)),
        reference_ids=tuple(references),
        attachments=tuple(files),
        operation=operation,
        subject_id=None if operation is Operation.GENERATE else "subject",
    )
    gathered = tuple(draw(st.lists(ids, min_size=len(files), max_size=len(files))))
    shape = draw(st.none() | st.sampled_from(AspectRatio))
    number = draw(st.integers(0, parameters.image_count - 1))
    return made_by(parameters, number, gathered=gathered, aspect_ratio=shape)


class TestWhateverWasMade:
    @given(any_made(), st.data())
    def test_what_is_derived_is_valid_and_costs_what_it_says(self, made: Made, data: st.DataObject) -> None:
        shapes = data.draw(st.lists(st.sampled_from(made.other_ratios), unique=True, min_size=1))
        size, model = data.draw(st.sampled_from(ImageSize)), data.draw(st.sampled_from(ImageModel))
        of_size = {ImageSize.SIZE_2K: 1, ImageSize.SIZE_4K: 2}
        order = made.order
        again = of_size[order.size] if order.operation.is_in_words else 1
        derived = {
            D.VARY: (derivations.varied(made), again),
            D.EDIT: (derivations.edited(made, "darker", size=size, model=model), of_size[size]),
            D.RESIZE: (derivations.resized(made, shapes), len(shapes)),
            D.REMOVE_BACKGROUND: (derivations.without_background(made), 1),
            D.VECTORIZE: (derivations.vectorized(made), 1),
            D.ENLARGE: (derivations.enlarged(made), 2 if order.operation.is_in_words else 1),
            D.REFERENCE: (derivations.referring(made), of_size[order.size]),
        }
        assert set(derived) == set(Derivation)
        for parameters, credits in derived.values():
            assert Parameters.model_validate_json(parameters.model_dump_json()) == parameters
            assert parameters.credits == credits
            assert sum(one.credits for one in parameters.orders) == credits
            assert not parameters.attachments
            assert parameters.brand_id == order.brand_id
        assert derived[D.RESIZE][0].ratios == tuple(shapes)
        assert made.image.id in derived[D.REFERENCE][0].reference_ids

    @given(any_made(), st.sampled_from(Derivation))
    def test_nothing_is_made_of_what_is_deleted_or_a_vector(self, made: Made, derivation: Derivation) -> None:
        if made.order.operation is Operation.VECTORIZE:
            assert not made.allows(derivation)
        gone = replace(made.image, deleted_by="U1")
        images = tuple(gone if one == made.image else one for one in made.generation.images)
        assert not Made(made.generation.but(images=images), gone).allows(derivation)


class TestVarying:
    def test_image_of_a_set_is_varied_alone_in_its_shape(self) -> None:
        chosen = asked(aspect_ratio=SQUARE, further_ratios=(WIDE, AspectRatio.STORY), variants=2, model="fast")
        varied = derivations.varied(made_by(chosen, 3))
        assert varied == asked(aspect_ratio=WIDE, model="fast")

    def test_shapes_go_by_how_many_images_bloom_gave_for_each(self) -> None:
        chosen = asked(aspect_ratio=SQUARE, further_ratios=(WIDE,), variants=2)
        assert derivations.varied(made_by(chosen, 1, yields=(1, 2))).aspect_ratio is WIDE

    def test_what_was_given_at_slack_is_at_bloom_by_now(self) -> None:
        chosen = asked(reference_ids=("r1",), attachments=(Attachment(id="F1", name="a.png"),))
        varied = derivations.varied(made_by(chosen, gathered=("upload-1",)))
        assert (varied.reference_ids, varied.attachments) == (("r1", "upload-1"), ())

    def test_edit_is_done_again_on_what_was_edited(self) -> None:
        chosen = asked(operation="edit", subject_id="s", prompt="darker", aspect_ratio=WIDE)
        assert derivations.varied(made_by(chosen)) == chosen


class TestEnlarging:
    def test_it_is_made_again_at_4k_like_itself(self) -> None:
        enlarged = derivations.enlarged(made_by(asked(reference_ids=("r1",), variants=3), 1))
        assert enlarged == asked(size="4K", reference_ids=("r1", "i1"))

    def test_shape_that_bloom_chose_stays(self) -> None:
        assert derivations.enlarged(made_by(asked(), aspect_ratio=WIDE)).ratios == (WIDE,)

    def test_where_there_is_no_room_for_itself_it_is_made_of_the_same_references(self) -> None:
        full = tuple(f"r{number}" for number in range(REFERENCE_LIMIT))
        assert derivations.enlarged(made_by(asked(reference_ids=full))).reference_ids == full

    def test_edit_is_done_again_on_what_was_edited(self) -> None:
        chosen = asked(operation="edit", subject_id="s")
        assert derivations.enlarged(made_by(chosen)) == chosen.but(size="4K")

    @pytest.mark.parametrize(("size", "may"), [("2K", True), ("4K", False)])
    def test_what_is_that_large_already_cannot_be(self, size: str, may: bool) -> None:
        assert made_by(asked(size=size)).allows(D.ENLARGE) is may


class TestReferring:
    def test_new_image_has_it_as_a_reference_beside_its_own(self) -> None:
        chosen = asked(aspect_ratio=SQUARE, further_ratios=(WIDE,), variants=2, reference_ids=("r1",))
        assert derivations.referring(made_by(chosen, 2)) == asked(aspect_ratio=WIDE, reference_ids=("r1", "i2"))

    def test_where_there_is_no_room_the_last_of_its_own_gives_way(self) -> None:
        full = tuple(f"r{number}" for number in range(REFERENCE_LIMIT))
        assert derivations.referring(made_by(asked(reference_ids=full))).reference_ids == (*full[:-1], "i0")

    def test_of_an_edit_it_is_a_new_image_too(self) -> None:
        referring = derivations.referring(made_by(asked(operation="edit", subject_id="s")))
        assert (referring.operation, referring.subject_id) == (Operation.GENERATE, None)


class TestShapes:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"aspect_ratio": WIDE, "width": 8, "height": 8}, WIDE),
            ({"width": 1365, "height": 768}, WIDE),
            ({"width": 3168, "height": 1344}, AspectRatio.CINEMA),
            ({"width": 1000, "height": 1250}, AspectRatio.PORTRAIT_4_5),
            ({"width": 1000, "height": 1180}, None),
            ({"width": 0, "height": 9}, None),
            ({}, None),
        ],
    )
    def test_where_bloom_chose_the_shape_the_image_tells_it(
        self, fields: dict[str, Any], expected: AspectRatio | None
    ) -> None:
        made = made_by(asked(), **fields)
        assert made.ratio is expected
        assert len(made.other_ratios) == (9 if expected else 10)
        assert expected not in made.other_ratios

    def test_resizing_to_nothing_or_twice_the_same_is_refused(self) -> None:
        for shapes in ((), (WIDE, WIDE)):
            with pytest.raises(ValidationError):
                derivations.resized(made_by(asked()), shapes)


class TestEditing:
    def test_it_keeps_the_brand_and_the_shape_and_takes_nine_references(self) -> None:
        made = made_by(asked(aspect_ratio=WIDE, reference_ids=("r1",)))
        nine = tuple(f"r{number}" for number in range(EDIT_REFERENCE_LIMIT))
        edited = derivations.edited(
            made, "darker", size=ImageSize.SIZE_4K, model=ImageModel.FAST, reference_ids=nine[1:], attachments=[FILE]
        )
        assert (edited.subject_id, edited.aspect_ratio, edited.brand_id) == ("i0", WIDE, "b1")
        assert edited.reference_count == EDIT_REFERENCE_LIMIT
        with pytest.raises(ValidationError, match="reference_ids"):
            derivations.edited(
                made, "x", size=ImageSize.SIZE_2K, model=ImageModel.PRO, reference_ids=nine, attachments=[FILE]
            )

    @pytest.mark.parametrize("prompt", ["", " ", "x" * 2001])
    def test_words_that_bloom_would_refuse_are_refused_by_name(self, prompt: str) -> None:
        with pytest.raises(ValidationError, match="prompt"):
            derivations.edited(made_by(asked()), prompt, size=ImageSize.SIZE_2K, model=ImageModel.PRO)


FILE = Attachment(id="F1", name="a.png")


@pytest.mark.parametrize(
    ("operation", "derivation", "may"),
    [
        (Operation.RESIZE, D.VARY, True),
        (Operation.RESIZE, D.RESIZE, True),
        (Operation.RESIZE, D.ENLARGE, False),
        (Operation.REMOVE_BACKGROUND, D.VARY, False),
        (Operation.REMOVE_BACKGROUND, D.VECTORIZE, True),
        (Operation.VECTORIZE, D.REFERENCE, False),
    ],
)
def test_what_can_be_made_depends_on_how_it_came_about(operation: Operation, derivation: Derivation, may: bool) -> None:
    made = made_by(asked(operation=operation, subject_id="s", aspect_ratio=WIDE))
    assert made.allows(derivation) is may


def test_nothing_is_made_of_an_image_that_failed() -> None:
    assert not made_by(asked(), state=ImageState.FAILED, url=None).allows(D.VARY)
