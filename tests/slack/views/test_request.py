import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import (
    AspectRatio,
    Failure,
    FailureCode,
    GenerationState,
    ImageModel,
    ImageSize,
    ImageState,
    Place,
    Queue,
)
from bot.slack.views.request import request_message
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import HOSTILE, NOW, WORST_PROMPT, generation, image, typed

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
        (State.CANCELLED, 1, 0, "<@U1> cancelled an image for *Acme*."),
    ],
)
def test_the_headline_tells_the_end(state: GenerationState, variants: int, made: int, headline: str) -> None:
    images = tuple(image(number) for number in range(made))
    images += tuple(image(9, state=ImageState.FAILED, url=None) for _ in range(variants - made))
    message = approve(request_message(generation(state, variants=variants, images=images)))
    assert said(message).startswith(headline)
    assert message.text.startswith(headline)


UNDER_WAY = [State.QUEUED, State.SUBMITTING, State.WAITING]


@pytest.mark.parametrize("state", State)
def test_it_can_be_cancelled_until_bloom_has_finished(state: GenerationState) -> None:
    message = approve(request_message(generation(state)))
    assert ("cancel" in action_ids(message)) == (state in UNDER_WAY)


@pytest.mark.parametrize(("variants", "question"), [(1, "Cancel this image?"), (3, "Cancel these images?")])
def test_cancelling_asks_first_and_says_what_stays_paid(variants: int, question: str) -> None:
    (button,) = of_type(approve(request_message(generation(variants=variants))), "button")
    assert (button["text"]["text"], button["value"]) == ("Cancel", "g1")
    confirm = button["confirm"]
    assert confirm["title"]["text"] == question
    price = "This costs nothing if Bloom hasn't started yet. What it has started stays paid for."
    assert confirm["text"] == {"type": "plain_text", "text": price}
    assert (confirm["confirm"]["text"], confirm["deny"]["text"]) == ("Yes, cancel", "Keep going")


@pytest.mark.parametrize(
    ("queue", "line"),
    [
        (Queue(12, 21.0), "12 ahead in line, about 20 s"),
        (Queue(1, 23.0), "1 ahead in line, about 25 s"),
        (Queue(0, 0.2), "Next in line, about 5 s"),
        (Queue(40, 57.4), "40 ahead in line, about 55 s"),
        (Queue(40, 57.6), "40 ahead in line, about 1 min"),
        (Queue(60, 89.0), "60 ahead in line, about 1 min"),
        (Queue(60, 100.0), "60 ahead in line, about 2 min"),
        (Queue(900, 450.0), "900 ahead in line, about 8 min"),
    ],
)
def test_a_place_in_line_is_told_as_far_as_it_is_known(queue: Queue, line: str) -> None:
    message = approve(request_message(generation(), queue))
    assert line in said(message).split("\n")


def test_the_button_does_not_jump_when_the_place_in_line_comes_or_goes() -> None:
    before, after = (approve(request_message(generation(), queue)) for queue in (None, Queue(12, 21.0)))
    assert [block["type"] for block in before.blocks] == [block["type"] for block in after.blocks]


@pytest.mark.parametrize("state", [State.CANCELLED, State.DELIVERED, State.FAILED])
def test_what_has_ended_stands_in_no_line(state: GenerationState) -> None:
    assert "ahead" not in said(approve(request_message(generation(state), Queue(12, 21.0))))


@pytest.mark.parametrize(
    ("changes", "line", "again"),
    [
        ({}, "Bloom hadn't started, so no credits were spent.", "Make them after all"),
        (
            {"submitted_at": NOW},
            "Bloom may have started already; if so, this took 3 credits and will be in your library at trybloom.ai.",
            "Make them again",
        ),
        (
            {"submitted_at": NOW, "image_ids": ("i1", "i2", "i3")},
            "Bloom had started already: this took 3 credits, and what it makes will be in your library at trybloom.ai.",
            "Make them again",
        ),
    ],
)
def test_a_cancelled_request_says_what_it_cost_and_can_be_made_after_all(
    changes: dict[str, object], line: str, again: str
) -> None:
    message = approve(request_message(generation(State.CANCELLED, variants=3).but(**changes)))
    assert line in said(message).split("\n")
    assert action_ids(message) == ["try_again"]
    assert again in said(message).split("\n")


@pytest.mark.parametrize(("changes", "again"), [({}, "Make it after all"), ({"submitted_at": NOW}, "Make it again")])
def test_one_cancelled_image_is_called_it(changes: dict[str, object], again: str) -> None:
    message = approve(request_message(generation(State.CANCELLED).but(**changes)))
    assert again in said(message).split("\n")


@pytest.mark.parametrize(
    ("by", "headline"),
    [
        ("U1", "<@U1> cancelled 3 images for *Acme*."),
        ("U2", "<@U2> cancelled 3 images for *Acme* that <@U1> had asked for."),
    ],
)
def test_a_cancelled_request_says_who_did_it(by: str, headline: str) -> None:
    message = approve(request_message(generation(State.CANCELLED, variants=3).but(cancelled_by=by)))
    assert said(message).startswith(headline)


def test_a_failure_that_the_thread_tells_is_not_told_twice() -> None:
    told = generation(State.FAILED, failure=Failure("INTERNAL_ERROR"), variants=3).but(reply_id="2.0")
    message = approve(request_message(told))
    assert said(message).startswith("<@U1> couldn't get 3 images for *Acme*; see the thread.")
    assert not action_ids(message)


@pytest.mark.parametrize("code", [*FailureCode, "INSUFFICIENT_CREDITS", "SOMETHING_NEW"])
def test_a_failure_that_no_reply_tells_is_told_in_the_request_message(code: str) -> None:
    message = approve(request_message(generation(State.FAILED, failure=Failure(code, "secret"))))
    assert said(message).startswith("<@U1> couldn't get an image for *Acme*. ")
    assert "see the thread" not in said(message)
    assert "secret" not in said(message)
    assert action_ids(message)


def test_a_fault_of_ours_comes_with_its_reference() -> None:
    failed = generation(State.FAILED, failure=Failure(FailureCode.UNEXPECTED)).but(id="0123456789abcdef")
    message = approve(request_message(failed))
    assert "Something went wrong on my side. If it happens" not in said(message)
    assert "If it happens again, tell your admin this reference: 01234567\n" in said(message)
    assert action_ids(message) == ["try_again"]


@pytest.mark.parametrize(
    ("code", "made", "sentence"),
    [
        (FailureCode.SLACK, 1, "Slack didn't let me post this, but the image is made; find it in your library at "),
        (FailureCode.SLACK, 2, "Slack didn't let me post this, but the images are made; find them in your library at "),
        (FailureCode.UNEXPECTED, 1, "Something went wrong on my side, but the image is made; find it in your library "),
    ],
)
def test_images_that_are_made_but_not_posted_can_be_found_and_posted(code: str, made: int, sentence: str) -> None:
    images = tuple(image(number) for number in range(made))
    failed = generation(State.FAILED, failure=Failure(code, "x"), images=images, variants=2)
    message = approve(request_message(failed))
    assert sentence in said(message)
    assert action_ids(message) == ["try_again"]


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
@given(
    typed.filter(str.strip),
    typed,
    st.sampled_from(State),
    st.none() | st.builds(Queue, st.integers(0), st.floats(0, 1e6)),
)
def test_whatever_is_typed_calls_nobody(prompt: str, name: str, state: GenerationState, queue: Queue | None) -> None:
    asked = generation(state, prompt=prompt, brand_name=name, failure=Failure(name))
    message = approve(request_message(asked, queue))
    assert of_type(message, "rich_text_quote")[0]["elements"][0]["text"] == asked.request.parameters.prompt
