from typing import Any

import pytest

from bot.core.models import (
    Derivation,
    Failure,
    FailureCode,
    Generation,
    GenerationState,
    Image,
    ImageModel,
    ImageState,
    Showing,
)
from bot.slack.views.results.message import result_message
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, derived, generation, image, showing

FAILED = ImageState.FAILED


def finished(*images: Image, variants: int = 1, prompt: str = "a bottle", **changes: Any) -> Generation:
    return generation(GenerationState.POSTING, images=images, variants=variants, prompt=prompt, **changes)


def lost(number: int, reason: str | None = None, state: ImageState = FAILED) -> Image:
    return image(number, state=state, url=None, failure_reason=reason)


def test_one_image_comes_with_its_link_and_size() -> None:
    message = approve(result_message(finished(image())))
    assert said(message).startswith("<@U1> here is your image for *Acme*.")
    assert "<https://www.trybloom.ai/img/1|Open original> · 2752 × 1536" in said(message)
    assert of_type(message, "image")[0]["alt_text"] == "Image in 16:9 for Acme: a bottle"


def test_every_variant_stands_in_one_reply() -> None:
    message = approve(result_message(finished(image(1), image(2), image(3), variants=3)))
    assert [block["image_url"][-1] for block in of_type(message, "image")] == ["1", "2", "3"]
    assert of_type(message, "image")[1]["alt_text"] == "Image 2 of 3 in 16:9 for Acme: a bottle"
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


def links(asked: Generation) -> list[Showing]:
    return [Showing(picture.id, "C123", "2.0", "1.0", is_link=True) for picture in asked.pictures]


def test_images_that_slack_refused_come_as_links() -> None:
    asked = finished(image(1), image(2), variants=2)
    message = approve(result_message(asked, links(asked)))
    assert not of_type(message, "image")
    assert "Slack couldn't load the pictures" in said(message)
    assert "<https://www.trybloom.ai/img/2|Open original>" in said(message)
    some = approve(result_message(asked, links(asked)[:1]))
    assert len(of_type(some, "image")) == 1
    assert "Slack couldn't load every picture" in said(some)


def test_an_image_that_slack_would_not_fetch_is_shown_by_our_file() -> None:
    asked = finished(image(1), image(2), variants=2)
    message = approve(result_message(asked, [showing(2, file_id="F2")]))
    first, second = of_type(message, "image")
    assert first["image_url"] == "https://www.trybloom.ai/img/1"
    assert second["slack_file"] == {"id": "F2"}
    assert second["alt_text"] == "Image 2 of 2 in 16:9 for Acme: a bottle"


def test_an_address_too_long_for_slack_does_not_lose_the_reply() -> None:
    endless = image(1, url="https://www.trybloom.ai/" + "x" * 3000)
    message = approve(result_message(finished(endless, image(2), variants=2)))
    assert len(of_type(message, "image")) == 1
    assert "<https://www.trybloom.ai|Open Bloom>" in said(message)


def test_a_link_too_long_for_the_text_is_a_button() -> None:
    signed = image(1, url="https://www.trybloom.ai/img?signature=" + "x" * 2500)
    message = approve(result_message(finished(signed)))
    (opened,) = [one for one in of_type(message, "button") if one["action_id"] == "link:original"]
    assert opened["url"] == signed.url
    assert "|Open" not in said(message)


def test_an_image_of_which_there_is_nothing_to_say_has_no_line_under_it() -> None:
    signed = image(1, url="https://www.trybloom.ai/img?signature=" + "x" * 2500, width=None, height=None)
    blocks = approve(result_message(finished(signed))).blocks
    assert [block["type"] for block in blocks] == ["section", "image", "actions", "context"]


@pytest.mark.parametrize("prompt", [HOSTILE, WORST_PROMPT])
@pytest.mark.parametrize("links_only", [True, False])
def test_the_largest_reply_fits(prompt: str, links_only: bool) -> None:
    images = [image(number, url="https://www.trybloom.ai/img/" + "x" * 300) for number in range(4)]
    asked = finished(*images, lost(5), variants=5, prompt=prompt, brand_name="&" * 200)
    message = approve(result_message(asked, links(asked) if links_only else ()))
    assert len(of_type(message, "image")) == (0 if links_only else 4)


SET: dict[str, Any] = {"aspect_ratio": "1:1", "further_ratios": ("9:16", "16:9")}
TWELVE: dict[str, Any] = {"aspect_ratio": "1:1", "further_ratios": ("9:16", "16:9"), "variants": 4}


@pytest.mark.parametrize("prompt", [HOSTILE, WORST_PROMPT])
@pytest.mark.parametrize("length", [20, 150, 180, 210, 300, 400, 1900, 2900])
@pytest.mark.parametrize("made", [1, 6, 8, 11, 12])
@pytest.mark.parametrize("is_preview", [True, False])
def test_the_largest_set_fits_with_all_its_buttons(prompt: str, length: int, made: int, is_preview: bool) -> None:
    url = "https://www.trybloom.ai/img/" + "x" * length
    images = [image(one, url=url) if one < made else lost(one, f"{one}{'&' * 100}") for one in range(12)]
    asked = finished(*images, prompt=prompt, brand_name="&" * 200, is_preview=is_preview, **TWELVE)
    shares = [showing(one, message_id=f"{n}.0", shared_by="U2") for one in range(12) for n in range(50)]
    urls = dict.fromkeys(shares, f"https://acme.slack.com/archives/C123/p1700000000000100?{'t' * 100}")
    message = approve(result_message(asked, shares, share_urls=urls))
    rows = [block for block in message.blocks if block.get("block_id", "").startswith("image:")]
    assert len(rows) == made
    assert len(of_type(message, "image")) == made


def test_one_image_in_new_shapes_is_one_image() -> None:
    asked = derived(Derivation.RESIZE, images=(image(1), image(2), image(3)), state=GenerationState.POSTING, **SET)
    assert "here is an earlier image by <@U2> in 1:1, 9:16 and 16:9 for *Acme*." in said(result_message(asked))


def test_many_shapes_are_counted_where_the_line_below_names_them() -> None:
    images = (image(1), image(2), image(3), image(4))
    message = approve(result_message(finished(*images, aspect_ratio="1:1", further_ratios=("9:16", "16:9", "4:5"))))
    assert said(message).startswith("<@U1> here are 4 images in 4 shapes for *Acme*.")
    assert "1:1, 9:16, 16:9, 4:5 · pro" in said(message)


def test_nobody_is_promised_to_see_a_preview_that_was_discarded() -> None:
    message = result_message(finished(image(1, deleted_by="U1"), is_preview=True))
    assert "Only you" not in said(message)
    assert "The image was deleted by <@U1>." in said(message)


def test_each_image_of_a_set_is_named_by_its_shape() -> None:
    message = approve(result_message(finished(image(1), image(2), image(3), **SET)))
    assert said(message).startswith("<@U1> here are 3 images in 1:1, 9:16 and 16:9 for *Acme*.")
    captions = [block["elements"][0]["text"].split(" · <")[0] for block in of_type(message, "context")]
    assert captions[:3] == ["1:1 · square", "9:16 · story", "16:9 · wide"]
    assert of_type(message, "image")[1]["alt_text"] == "Image in 9:16 for Acme: a bottle"
    assert "1:1, 9:16, 16:9 · pro · 2K · 3 credits" in said(message)


def test_variants_of_a_set_are_counted_within_their_shape() -> None:
    images = [image(number) for number in range(6)]
    message = approve(result_message(finished(*images, variants=2, **SET)))
    assert "9:16 · story · 2 of 2 · <https://www.trybloom.ai/img/3|" in said(message)


def test_missing_images_of_a_set_say_which_shape_and_why() -> None:
    images = (lost(1, "content_safety"), image(2), lost(3, "content_safety"))
    message = approve(result_message(finished(*images, **SET)))
    assert said(message).startswith("<@U1> here is 1 of 3 images for *Acme*.")
    assert "2 images in 1:1 and 16:9 couldn't be made. Bloom's safety check stopped this" in said(message)
    assert "9:16 · story · <https" in said(message)


def test_orders_that_bloom_never_took_are_explained_by_what_ended_the_generation() -> None:
    ended = finished(image(1), failure=Failure("INSUFFICIENT_CREDITS"), **SET)
    message = approve(result_message(ended))
    assert "2 images in 9:16 and 16:9 couldn't be made. This takes 2 credits and fewer are left" in said(message)
    assert "1:1, 9:16, 16:9 · pro · 2K · 1 credit" in said(message)
    assert {"top_up", "try_again"} <= {one.removeprefix("link:") for one in action_ids(message)}


def test_an_image_of_which_no_order_is_known_is_shown_all_the_same() -> None:
    """As of a generation that was made before orders were counted."""
    message = approve(result_message(finished(image(1), lost(2), variants=2).but(yields=())))
    assert "1 image couldn't be made. Bloom couldn't draw this." in said(message)


def test_a_deleted_image_leaves_a_line_and_its_number() -> None:
    asked = finished(image(1), image(2, deleted_by="U2"), image(3), variants=3)
    message = approve(result_message(asked))
    assert "Image 2 was deleted by <@U2>." in said(message).split("\n")
    assert [block["image_url"][-1] for block in of_type(message, "image")] == ["1", "3"]
    assert "Image 3 of 3" in said(message)
    assert {one["value"] for one in of_type(message, "button")} == {"image-1", "image-3"}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "The image was deleted by <@U2>."),
        (SET, "The image in 1:1 was deleted by <@U2>."),
        ({"variants": 2, **SET}, "Image 1 in 1:1 was deleted by <@U2>."),
    ],
)
def test_it_is_told_which_one_was_deleted(changes: dict[str, Any], line: str) -> None:
    images = [image(number, deleted_by="U2") for number in range(6 if len(changes) == 3 else 1)]
    assert line in said(approve(result_message(finished(*images, **changes)))).split("\n")


LINK = "https://acme.slack.com/archives/C123/p1"


@pytest.mark.parametrize(
    ("derivation", "what"),
    [
        (Derivation.VARY, "is a variation of {it} for *Acme*."),
        (Derivation.EDIT, "is an edit of {it} for *Acme*."),
        (Derivation.RESIZE, "is {it} in 9:16 for *Acme*."),
        (Derivation.REMOVE_BACKGROUND, "is {it} without its background for *Acme*."),
        (Derivation.VECTORIZE, "is {it} as a vector (SVG) for *Acme*."),
        (Derivation.ENLARGE, "is {it} in 2K for *Acme*."),
        (Derivation.REFERENCE, "is an image for *Acme* with {it} as a reference."),
    ],
)
def test_a_derived_image_says_where_it_came_from(derivation: Derivation, what: str) -> None:
    asked = derived(derivation, images=(image(),), state=GenerationState.POSTING, aspect_ratio="9:16")
    message = approve(result_message(asked, source_url=LINK))
    it = f"<{LINK}|this image> by <@U2>"
    assert said(message).startswith(f"<@U1> here {what.format(it=it)}")
    assert bool(of_type(message, "rich_text_quote")) is (derivation is Derivation.EDIT)


def test_a_part_of_what_was_derived_still_says_from_what() -> None:
    resized = derived(Derivation.RESIZE, images=(image(), lost(2)), **(SET | {"further_ratios": ("9:16",)}))
    said_of_it = said(approve(result_message(resized, source_url=LINK)))
    assert said_of_it.startswith(f"<@U1> here is 1 of 2 images for *Acme*, made from <{LINK}|this image> by <@U2>.")
    assert "1 image in 9:16 couldn't be made." in said_of_it


def test_a_derived_failure_says_what_was_not_made() -> None:
    failed = derived(Derivation.RESIZE, aspect_ratio="9:16", failure=Failure("IMAGE_NOT_FOUND"))
    message = approve(result_message(failed, source_url=LINK))
    assert said(message).startswith(
        f"<@U1> I couldn't make <{LINK}|this image> by <@U2> in 9:16 for *Acme*. The image that this starts from"
    )
    assert not action_ids(message)


def test_a_vector_is_shown_as_a_picture_and_lies_beside_it() -> None:
    asked = derived(Derivation.VECTORIZE, images=(image(),))
    message = approve(result_message(asked, [showing(1, file_id="F1", vector_id="F2")]))
    assert of_type(message, "image")[0]["slack_file"] == {"id": "F1"}
    assert of_type(message, "image")[0]["alt_text"].startswith("Vector image in 16:9 for Acme")
    assert "|Open the SVG> · 2752 × 1536 · The SVG is in this thread." in said(message)
    assert action_ids(message) == ["share", "more"]


def a_preview(*images: Image, **changes: Any) -> Generation:
    return finished(*(images or (image(),)), is_preview=True, **changes)


def test_a_preview_is_for_one_person_until_they_share_it() -> None:
    message = approve(result_message(a_preview()))
    assert "Only you see this, until you share it to <#C123>." in said(message)
    assert action_ids(message) == ["share_here", "vary", "edit_image", "resize", "discard"]
    (discard,) = [one for one in of_type(message, "button") if one["action_id"] == "discard"]
    assert discard["confirm"]["title"]["text"] == "Discard this image?"
    assert "delete" not in str(of_type(message, "overflow"))


def test_a_preview_that_was_asked_for_in_a_direct_message_can_be_shared_anywhere() -> None:
    message = approve(result_message(a_preview(channel_id="D1")))
    assert "Only you see this for now." in said(message)
    assert action_ids(message)[0] == "share"


def test_the_button_names_the_channel_where_it_is_known() -> None:
    def label(name: str) -> str:
        return str(of_type(approve(result_message(a_preview(), channel_name=name)), "button")[0]["text"]["text"])

    assert label("") == "Share to the channel"
    assert label("launch") == "Share to #launch"
    assert len(label("x" * 200)) <= 75


def test_a_shared_preview_says_where() -> None:
    here, there = showing(shared_by="U1"), showing(shared_by="U1", message_id="9.0")
    message = approve(result_message(a_preview(), [showing(channel_id="D1"), here, there], share_urls={there: LINK}))
    assert f"Shared to <#C123> and 1 more time · <{LINK}|Open it there>" in said(message)
    assert "Only you" not in said(message)
    assert action_ids(message)[0] == "share"
    once = said(approve(result_message(a_preview(), [here])))
    assert "Shared to <#C123>" in once
    assert "more time" not in once


def test_what_is_no_preview_says_nothing_of_shares() -> None:
    assert "Shared" not in said(approve(result_message(finished(image()), [showing(shared_by="U2")])))


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


def test_showings_change_nothing_about_a_failure() -> None:
    asked = finished(lost(1), failure=Failure(FailureCode.IMAGE_FAILED), model=ImageModel.FAST)
    assert result_message(asked, [showing(1, is_link=True)]) == result_message(asked)
