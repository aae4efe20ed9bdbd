import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import AspectRatio, Failure, GenerationState, ImageModel, ImageSize, ImageState, Place
from bot.slack.views.request import request_message
from tests.slack.views.judge import approve, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, generation, image, typed

State = GenerationState


@pytest.mark.parametrize("state", [State.QUEUED, State.SUBMITTING, State.WAITING, State.FINISHED, State.POSTING])
def test_a_request_on_its_way_is_being_made(state: GenerationState) -> None:
    message = approve(request_message(generation(state, variants=3)))
    assert said(message).startswith("<@U1> is making 3 images for *Acme*…")


@pytest.mark.parametrize(
    ("state", "variants", "made", "headline"),
    [
        (State.QUEUED, 1, 0, "<@U1> is making an image for *Acme*…"),
        (State.DELIVERED, 1, 1, "<@U1> made an image for *Acme*."),
        (State.DELIVERED, 3, 3, "<@U1> made 3 images for *Acme*."),
        (State.DELIVERED, 3, 2, "<@U1> made 2 of 3 images for *Acme*."),
        (State.DELIVERED, 3, 0, "<@U1> couldn't get 3 images for *Acme*; see the thread."),
        (State.FAILED, 3, 0, "<@U1> couldn't get 3 images for *Acme*; see the thread."),
        (State.CANCELLED, 1, 0, "<@U1> asked for an image for *Acme*, and it was cancelled."),
    ],
)
def test_the_headline_tells_the_end(state: GenerationState, variants: int, made: int, headline: str) -> None:
    images = tuple(image(number) for number in range(made))
    images += tuple(image(9, state=ImageState.FAILED, url=None) for _ in range(variants - made))
    message = approve(request_message(generation(state, variants=variants, images=images)))
    assert said(message).startswith(headline)
    assert message.text.startswith(headline)


def test_the_parameters_are_one_line() -> None:
    asked = generation(aspect_ratio=AspectRatio.WIDE, model=ImageModel.FAST, size=ImageSize.SIZE_4K, variants=2)
    assert "16:9 · fast · 4K · 4 credits" in said(request_message(asked))
    assert "Bloom's choice of shape · pro · 2K · 1 credit" in said(request_message(generation()))


@pytest.mark.parametrize("prompt", [HOSTILE, WORST_PROMPT])
def test_the_prompt_is_quoted_to_the_letter(prompt: str) -> None:
    message = approve(request_message(generation(prompt=prompt)))
    assert of_type(message, "rich_text_quote")[0]["elements"] == [{"type": "text", "text": prompt}]
    assert len(message.text) < 1000


def test_a_message_that_came_directly_instead_tells_how_to_invite() -> None:
    place = Place("D1", "1.0", "1.0", is_fallback=True)
    assert "I'm not in <#C123>, so I'm bringing it here." in said(approve(request_message(generation(place=place))))
    assert "/invite @Bloom" in said(request_message(generation(place=place)))


def test_an_invitation_makes_no_sense_in_a_direct_message() -> None:
    place = Place("D1", "1.0", "1.0", is_fallback=True)
    message = approve(request_message(generation(place=place, channel_id="D9")))
    assert "/invite" not in said(message)
    assert "bringing it here" in said(message)


def test_a_message_in_its_own_channel_says_nothing_of_inviting() -> None:
    assert "invite" not in said(request_message(generation(place=Place("C123", "1.0", "1.0"))))


@settings(max_examples=50)
@given(typed.filter(str.strip), typed, st.sampled_from(State))
def test_whatever_is_typed_calls_nobody(prompt: str, name: str, state: GenerationState) -> None:
    asked = generation(state, prompt=prompt, brand_name=name, failure=Failure(name))
    message = approve(request_message(asked))
    assert of_type(message, "rich_text_quote")[0]["elements"][0]["text"] == asked.request.parameters.prompt
