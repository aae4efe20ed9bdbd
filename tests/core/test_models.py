"""The nouns: what they accept and what they work out."""

import pytest
from pydantic import ValidationError

from bot.core.errors import BloomRefused, BotError, SlackRefused, SlackUnavailable
from bot.core.models import (
    PROMPT_LIMIT,
    AspectRatio,
    Generation,
    GenerationState,
    Image,
    ImageSize,
    ImageState,
    Parameters,
)
from tests.core.world import a_request
from tests.fakes.clock import EPOCH


@pytest.mark.parametrize(
    ("size", "variants", "credits"),
    [(ImageSize.SIZE_2K, 1, 1), (ImageSize.SIZE_2K, 5, 5), (ImageSize.SIZE_4K, 1, 2), (ImageSize.SIZE_4K, 3, 6)],
)
def test_cost_is_size_times_variants(size: ImageSize, variants: int, credits: int) -> None:
    assert Parameters(prompt="x", brand_id="b1", size=size, variants=variants).credits == credits


def test_prompt_is_kept_without_the_spaces_around_it() -> None:
    assert Parameters(prompt="  a red door\n", brand_id="b1").prompt == "a red door"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", "   "),
        ("prompt", "x" * (PROMPT_LIMIT + 1)),
        ("brand_id", ""),
        ("aspect_ratio", "7:5"),
        ("variants", 0),
        ("variants", 6),
        ("reference_ids", tuple("abcdefghijk")),
    ],
)
def test_what_bloom_would_refuse_is_refused_at_its_field(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Parameters(prompt="x", brand_id="b1").but(**{field: value})
    assert [error["loc"][0] for error in caught.value.errors()] == [field]


def test_changed_parameters_keep_the_rest() -> None:
    parameters = Parameters(prompt="x", brand_id="b1", aspect_ratio=AspectRatio.WIDE)
    assert parameters.but(variants=2) == Parameters(
        prompt="x", brand_id="b1", aspect_ratio=AspectRatio.WIDE, variants=2
    )


@pytest.mark.parametrize("state", GenerationState)
def test_three_states_are_final(state: GenerationState) -> None:
    assert state.is_final == (state.value in {"delivered", "failed", "cancelled"})


@pytest.mark.parametrize("state", [None, *ImageState])
def test_image_is_settled_unless_it_is_being_drawn(state: ImageState | None) -> None:
    assert Image("i1", state).is_settled == (state not in (ImageState.PENDING, ImageState.GENERATING))


def test_pictures_are_completed_images_that_can_be_shown() -> None:
    shown = Image("i1", ImageState.COMPLETED, url="https://x/1")
    images = (Image("i0", ImageState.COMPLETED), shown, Image("i2", ImageState.FAILED, url="https://x/2"))
    generation = Generation("g1", a_request(), GenerationState.FINISHED, EPOCH, images=images)
    assert generation.pictures == (shown,)
    assert generation.but(images=()).pictures == ()


def test_errors_say_what_the_outside_world_said() -> None:
    refused = BloomRefused("FORBIDDEN", 403, "not in plan", action_url="https://x/pay")
    assert (str(refused), refused.action_url) == ("FORBIDDEN (403) not in plan", "https://x/pay")
    assert str(SlackUnavailable("unreachable")) == "unreachable"
    assert isinstance(SlackUnavailable("x", "y"), SlackRefused)
    assert issubclass(SlackRefused, BotError)
