from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import Failure, FailureCode, Generation, GenerationState, Image, ImageModel, ImageState
from bot.slack.views.results.message import result_message
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, generation, image, typed

FAILED = ImageState.FAILED


def finished(*images: Image, variants: int = 1, prompt: str = "a bottle", **changes: Any) -> Generation:
    return generation(GenerationState.POSTING, images=images, variants=variants, prompt=prompt, **changes)


def lost(number: int, reason: str | None = None, state: ImageState = FAILED) -> Image:
    return image(number, state=state, url=None, failure_reason=reason)


def test_one_image_comes_with_its_link_and_size() -> None:
    message = approve(result_message(finished(image())))
    assert said(message).startswith("<@U1> here is your image for *Acme*.")
    assert "<https://www.trybloom.ai/img/1|Open original> · 2752 × 1536" in said(message)
    assert of_type(message, "image")[0]["alt_text"] == "Image for Acme: a bottle"


def test_every_variant_stands_in_one_reply() -> None:
    message = approve(result_message(finished(image(1), image(2), image(3), variants=3)))
    assert [block["image_url"][-1] for block in of_type(message, "image")] == ["1", "2", "3"]
    assert of_type(message, "image")[1]["alt_text"] == "Image 2 of 3 for Acme: a bottle"
    assert "Image 3 of 3 · <https://www.trybloom.ai/img/3|Open original>" in said(message)
    assert "Bloom's choice of shape · pro · 2K · 3 credits" in said(message)


def test_an_unknown_size_is_left_out() -> None:
    assert "×" not in said(approve(result_message(finished(image(width=None)))))


def test_missing_variants_are_explained_once_a_reason() -> None:
    images = (image(1), lost(2, "content_safety"), lost(3, "content_safety"), lost(4, "rate_limited"))
    message = approve(result_message(finished(*images, variants=5)))
    assert said(message).startswith("<@U1> here is 1 of 5 images for *Acme*.")
    assert "2 images couldn't be made. Bloom's safety check stopped this" in said(message)
    assert "1 image couldn't be made. Bloom was too busy" in said(message)
    assert "1 image couldn't be made. Bloom couldn't draw this." in said(message)


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (lost(2, state=ImageState.GENERATING), "1 image couldn't be made. Bloom took too long"),
        (image(2, url=None), "1 image couldn't be made. Bloom couldn't draw this."),
    ],
)
def test_an_image_that_cannot_be_shown_is_explained(missing: Image, sentence: str) -> None:
    assert sentence in said(approve(result_message(finished(image(1), missing, variants=2))))


def test_two_of_three_are_announced_as_such() -> None:
    message = result_message(finished(image(1), image(2), lost(3), variants=3))
    assert message.text.startswith("<@U1> here are 2 of 3 images for *Acme*.")


def addresses(asked: Generation) -> list[str]:
    return [picture.url or "" for picture in asked.pictures]


def test_images_that_slack_refused_come_as_links() -> None:
    asked = finished(image(1), image(2), variants=2)
    message = approve(result_message(asked, as_links=addresses(asked)))
    assert not of_type(message, "image")
    assert "Slack couldn't load the pictures" in said(message)
    assert "<https://www.trybloom.ai/img/2|Open original>" in said(message)


def test_an_address_too_long_for_slack_does_not_lose_the_reply() -> None:
    endless = image(1, url="https://www.trybloom.ai/" + "x" * 3000)
    message = approve(result_message(finished(endless, image(2), variants=2)))
    assert len(of_type(message, "image")) == 1
    assert "<https://www.trybloom.ai|Open Bloom>" in said(message)


@pytest.mark.parametrize("prompt", [HOSTILE, WORST_PROMPT])
@pytest.mark.parametrize("links_only", [True, False])
def test_the_largest_reply_fits(prompt: str, links_only: bool) -> None:
    images = [image(number, url="https://www.trybloom.ai/img/" + "x" * 300) for number in range(4)]
    asked = finished(*images, lost(5), variants=5, prompt=prompt, brand_name="&" * 200)
    message = approve(result_message(asked, as_links=addresses(asked) if links_only else ()))
    assert len(of_type(message, "image")) == (0 if links_only else 4)


def test_a_failure_names_the_person_the_reason_and_the_next_step() -> None:
    failure = Failure(FailureCode.CONTENT_SAFETY)
    message = approve(result_message(finished(failure=failure, variants=3)))
    assert said(message).startswith("<@U1> I couldn't make 3 images for *Acme*. Bloom's safety check stopped this")
    assert of_type(message, "rich_text_quote")[0]["elements"][0]["text"] == "a bottle"
    assert action_ids(message) == ["try_standard", "edit_request"]
    assert {button["value"] for button in of_type(message, "button")} == {"g1"}


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_of_ours_can_be_tried_again(code: FailureCode) -> None:
    ids = action_ids(approve(result_message(finished(failure=Failure(code)))))
    assert {"try_again", "try_standard"} & {*ids}


def test_a_fault_of_ours_comes_with_its_reference_and_no_other_failure_does() -> None:
    ours = finished(failure=Failure(FailureCode.UNEXPECTED)).but(id="0123456789abcdef")
    message = approve(result_message(ours))
    assert said(message).startswith("<@U1> I couldn't make an image for *Acme*. Something went wrong on my side.")
    assert "tell your admin this reference: 01234567\n" in said(message)
    assert "reference" not in said(result_message(finished(failure=Failure(FailureCode.UNAVAILABLE))))


def test_a_failure_without_a_next_step_has_no_buttons() -> None:
    assert not action_ids(approve(result_message(finished(failure=Failure("INVALID_CURSOR")))))


@pytest.mark.parametrize("prompt", [HOSTILE, WORST_PROMPT])
def test_a_failure_gives_the_prompt_back_to_the_letter(prompt: str) -> None:
    message = approve(result_message(finished(failure=Failure("BRAND_NOT_FOUND"), prompt=prompt)))
    assert of_type(message, "rich_text_quote")[0]["elements"] == [{"type": "text", "text": prompt}]


def test_links_only_of_a_failure_is_the_failure() -> None:
    asked = finished(lost(1), failure=Failure(FailureCode.IMAGE_FAILED), model=ImageModel.FAST)
    assert result_message(asked, as_links=addresses(asked)) == result_message(asked)


@settings(max_examples=50)
@given(typed.filter(str.strip), typed, typed, st.booleans(), st.integers(0, 5))
def test_whatever_is_typed_calls_nobody(prompt: str, name: str, reason: str, links_only: bool, made: int) -> None:
    images = [image(number) if number < made else lost(number, reason) for number in range(5)]
    failure = None if made else Failure(reason)
    asked = finished(*images, variants=5, prompt=prompt, brand_name=name, failure=failure)
    message = approve(result_message(asked, as_links=addresses(asked) if links_only else ()))
    assert len(of_type(message, "image")) == (0 if links_only else made)
