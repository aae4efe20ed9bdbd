"""What others see of an image that somebody shared with them."""

from typing import Any

import pytest

from bot.core.derivations import Made
from bot.core.models import Generation, Showing
from bot.slack.views.results.shared import shared_message
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import HOSTILE, WORST_PROMPT, generation, image, showing

ORIGIN = "https://acme.slack.com/archives/C123/p1"


def made(asked: Generation | None = None, **changes: Any) -> Made:
    asked = asked or generation(images=(image(1), image(2, **changes)), variants=2)
    return Made(asked, asked.images[1])


def share(**changes: Any) -> Showing:
    return showing(2, **{"shared_by": "U2", **changes})


def test_it_says_who_shares_what_with_which_words() -> None:
    message = approve(shared_message(made(), share(note="For the launch"), origin_url=ORIGIN))
    assert said(message).startswith("<@U2> shared an image for *Acme*.")
    assert message.text == "<@U2> shared an image for *Acme*. For the launch"
    assert of_type(message, "rich_text_quote")[0]["elements"][0]["text"] == "For the launch"
    assert "Image 2 of 2 ·" not in said(message)  # its neighbours are elsewhere
    assert of_type(message, "image")[0]["image_url"] == "https://www.trybloom.ai/img/2"
    assert said(message).endswith(f"<{ORIGIN}|From this thread> · asked for by <@U1>")
    assert action_ids(message) == ["vary", "edit_image", "resize", "share"]
    assert "delete:image-2" in str(of_type(message, "overflow"))


def test_who_shares_their_own_image_is_not_named_twice() -> None:
    assert "asked for" not in said(approve(shared_message(made(), share(shared_by="U1"), origin_url=ORIGIN)))
    assert said(approve(shared_message(made(), share()))).endswith("Asked for by <@U1>")


def test_without_words_nobody_is_quoted() -> None:
    message = approve(shared_message(made(), share(note=" ")))
    assert not of_type(message, "rich_text_quote")


def test_it_is_shown_by_our_file_or_as_a_link_where_slack_would_not_fetch_it() -> None:
    assert of_type(approve(shared_message(made(), share(file_id="F1"))), "image")[0]["slack_file"] == {"id": "F1"}
    linked = approve(shared_message(made(), share(is_link=True)))
    assert not of_type(linked, "image")
    assert "|Open original>" in said(linked)


def test_a_shared_preview_is_an_image_like_any_other_and_leads_to_nobodys_direct_messages() -> None:
    asked = generation(images=(image(1), image(2)), variants=2, is_preview=True)
    message = approve(shared_message(made(asked), share(), origin_url=ORIGIN))
    assert action_ids(message) == ["vary", "edit_image", "resize", "share"]
    assert "delete:image-2" in str(of_type(message, "overflow"))
    assert ORIGIN not in said(message)
    assert "Only you" not in said(message)


def test_a_deleted_image_leaves_nothing_but_a_line() -> None:
    message = approve(shared_message(made(deleted_by="U2"), share()))
    assert "Image 2 was deleted by <@U2>." in said(message)
    assert not of_type(message, "image")
    assert not action_ids(message)


@pytest.mark.parametrize("words", [HOSTILE, WORST_PROMPT[:1000], "\n\n*"])
def test_words_of_people_stay_words(words: str) -> None:
    asked = generation(images=(image(1), image(2)), variants=2, brand_name=words, prompt=f"a {words}")
    approve(shared_message(made(asked), share(note=words), origin_url=words))
