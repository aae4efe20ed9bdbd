from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import (
    AspectRatio,
    Derivation,
    Failure,
    FailureCode,
    Generation,
    GenerationState,
    ImageModel,
    ImageSize,
    ImageState,
    Place,
    Queue,
)
from bot.slack.views.request import request_message
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import HOSTILE, NOW, WORST_PROMPT, derived, generation, image, source, typed

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
    message = approve(request_message(generation(State.FAILED, failure=Failure(code, ""))))
    assert said(message).startswith("<@U1> couldn't get an image for *Acme*. ")
    assert "see the thread" not in said(message)
    assert action_ids(message)


def test_details_of_a_failure_are_not_for_people() -> None:
    message = request_message(generation(State.FAILED, failure=Failure("INSUFFICIENT_CREDITS", "secret")))
    assert "secret" not in said(message)


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


SET: dict[str, Any] = {"aspect_ratio": "1:1", "further_ratios": ("9:16", "16:9")}


def test_a_set_is_announced_with_its_shapes_in_their_order() -> None:
    message = approve(request_message(generation(**SET)))
    assert said(message).startswith("<@U1> is making 3 images in 1:1, 9:16 and 16:9 for *Acme*…")
    assert "1:1, 9:16, 16:9 · pro · 2K · 3 credits" in said(message).split("\n")
    assert of_type(message, "button")[0]["confirm"]["title"]["text"] == "Cancel these images?"


def test_variants_of_a_set_count() -> None:
    message = approve(request_message(generation(variants=4, **SET)))
    assert said(message).startswith("<@U1> is making 12 images in 1:1, 9:16 and 16:9 for *Acme*…")


@pytest.mark.parametrize("state", [State.DELIVERED, State.FAILED])
def test_a_set_of_which_something_came_is_told_by_that(state: GenerationState) -> None:
    part = generation(state, images=(image(1), image(2)), failure=Failure("INSUFFICIENT_CREDITS"), **SET)
    message = approve(request_message(part.but(reply_id="2.0")))
    assert said(message).startswith("<@U1> made 2 of 3 images for *Acme*.")
    assert "1:1, 9:16, 16:9 · pro · 2K · 2 credits" in said(message).split("\n")


def test_a_cancelled_set_costs_what_bloom_had_begun() -> None:
    begun = generation(State.CANCELLED, images=(image(1), image(2)), **SET).but(images=(), submitted_at=NOW)
    assert "this took 2 credits, and" in said(approve(request_message(begun)))
    sent = generation(State.CANCELLED, **SET).but(submitted_at=NOW)
    assert "if so, this took 1 credit and" in said(approve(request_message(sent)))
    assert action_ids(request_message(sent)) == ["try_again"]
    assert "Make them again" in said(request_message(sent))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"reference_ids": ("a",)}, "Bloom's choice of shape · pro · 2K · with 1 reference · 1 credit"),
        (
            {"reference_ids": ("a",), "attachments": ({"id": "F1", "name": "<!here>.png"},)},
            "Bloom's choice of shape · pro · 2K · with 2 references · 1 credit",
        ),
    ],
)
def test_references_are_counted(given: dict[str, Any], line: str) -> None:
    assert line in said(approve(request_message(generation(**given)))).split("\n")


def test_a_preview_says_who_sees_it_until_it_is_there() -> None:
    under_way = approve(request_message(generation(is_preview=True)))
    assert "Only you see this for now." in said(under_way)
    there = approve(request_message(generation(State.DELIVERED, is_preview=True, images=(image(),))))
    assert "Only you" not in said(there)
    lost = generation(State.FAILED, is_preview=True, failure=Failure("INTERNAL_ERROR")).but(reply_id="2.0")
    assert "; see below." in said(approve(request_message(lost)))


def test_in_a_thread_nobody_is_sent_to_the_thread() -> None:
    lost = generation(State.FAILED, failure=Failure("INTERNAL_ERROR")).but(reply_id="2.0")
    lost = lost.but(request=replace(lost.request, thread_id="1.0"))
    assert "; see below." in said(approve(request_message(lost)))


LINK = "https://acme.slack.com/archives/C123/p1?thread_ts=1.0&cid=C123"
IT = "<https://acme.slack.com/archives/C123/p1?thread_ts=1.0&amp;cid=C123|this image> by <@U2>"


@pytest.mark.parametrize(
    ("asked", "headline"),
    [
        (derived(Derivation.VARY), f"a variation of {IT} for *Acme*"),
        (derived(Derivation.EDIT), f"an edit of {IT} for *Acme*"),
        (derived(Derivation.RESIZE, **SET), f"{IT} in 1:1, 9:16 and 16:9 for *Acme*"),
        (derived(Derivation.REMOVE_BACKGROUND), f"{IT} without its background for *Acme*"),
        (derived(Derivation.VECTORIZE), f"{IT} as a vector (SVG) for *Acme*"),
        (derived(Derivation.ENLARGE, size="4K"), f"{IT} in 4K for *Acme*"),
        (derived(Derivation.REFERENCE, variants=3), f"3 images for *Acme* with {IT} as a reference"),
    ],
)
def test_what_is_derived_says_from_what_by_whom_and_how(asked: Generation, headline: str) -> None:
    message = approve(request_message(asked, source_url=LINK))
    assert said(message).startswith(f"<@U1> is making {headline}…")
    assert message.text.startswith(f"<@U1> is making {headline}…")
    done = asked.but(state=State.CANCELLED)
    assert said(approve(request_message(done, source_url=LINK))).startswith(f"<@U1> cancelled {headline}.")


@pytest.mark.parametrize("author", ["", "U1"])
def test_who_derives_from_their_own_image_is_not_named_twice(author: str) -> None:
    asked = derived(Derivation.EDIT, source=source(Derivation.EDIT, asked_by=author))
    assert said(request_message(asked)).startswith("<@U1> is making an edit of an earlier image for *Acme*…")


def test_an_edit_of_nobody_knows_which_message_is_an_edit_all_the_same() -> None:
    asked = derived(Derivation.EDIT, source=None)
    assert said(approve(request_message(asked))).startswith("<@U1> is making an edit of an earlier image for *Acme*…")


@pytest.mark.parametrize(
    ("derivation", "line"),
    [
        (Derivation.EDIT, "edit · pro · 2K · 1 credit"),
        (Derivation.RESIZE, "resize · 9:16 · 1 credit"),
        (Derivation.REMOVE_BACKGROUND, "remove background · 1 credit"),
        (Derivation.VECTORIZE, "vectorize · 1 credit"),
    ],
)
def test_only_what_was_to_be_chosen_is_told(derivation: Derivation, line: str) -> None:
    message = approve(request_message(derived(derivation, aspect_ratio="9:16")))
    assert line in said(message).split("\n")


def test_nobody_is_quoted_with_words_that_bloom_was_not_told() -> None:
    assert of_type(request_message(derived(Derivation.EDIT)), "rich_text_quote")
    resized = approve(request_message(derived(Derivation.RESIZE, aspect_ratio="1:1", prompt=f"a {HOSTILE}")))
    assert not of_type(resized, "rich_text_quote")
    assert "“a &lt;!channel&gt;" in said(resized)


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
