import re
from typing import Any

import pytest

from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    ChangedMeanwhile,
    NeedsConfirmation,
    NotAllowed,
    NotConnected,
    OutsideLimits,
    SlackRefused,
    StoreError,
)
from bot.core.models import (
    Attachment,
    Derivation,
    Failure,
    FailureCode,
    ImageModel,
    ImageSize,
    Limit,
    Operation,
    Parameters,
    Preferences,
)
from bot.slack.views.error_codes import Problem
from bot.slack.views.problems import KNOWN_CODES, explain, failure_of, problem_message, problem_of, step_buttons
from bot.slack.views.trouble import unexpected
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import derived, parameters

BLOOMS = [
    "UNAUTHORIZED",
    "INSUFFICIENT_CREDITS",
    "PAYMENT_REQUIRED",
    "FORBIDDEN",
    "FEATURE_NOT_ENTITLED",
    "ACCOUNT_BANNED",
    "BRAND_NOT_FOUND",
    "IMAGE_NOT_FOUND",
    "REFERENCE_IMAGE_NOT_FOUND",
    "EDIT_SUBJECT_NOT_FOUND",
    "WORKSPACE_NOT_FOUND",
    "SESSION_NOT_FOUND",
    "BRAND_NOT_READY",
    "TOO_MANY_REQUESTS",
    "INVALID_URL",
    "INVALID_LOGO",
    "INVALID_UPLOAD_TOKEN",
    "DOWNLOAD_FAILED",
    "FILE_TOO_LARGE",
    "IMAGE_TOO_SMALL",
    "UNSUPPORTED_FORMAT",
    "IMAGE_NOT_COMPLETED",
    "IMAGE_NOT_RESIZABLE",
    "IMAGE_NOT_VECTORIZABLE",
    "IMAGE_NOT_REMOVABLE_BACKGROUND",
    "SAME_ASPECT_RATIO",
    "REFERENCE_LIMIT_EXCEEDED",
    "SESSION_MISSING_BRAND_IMAGE",
    "EDIT_SUBJECT_NOT_COMPLETED",
    "EDIT_SUBJECT_NO_STORAGE_PATH",
    "INVALID_CURSOR",
    "INTERNAL_ERROR",
    "INTERNAL_SERVER_ERROR",
]

IN_4K = parameters(size=ImageSize.SIZE_4K, variants=5)
ON_STANDARD = parameters(model=ImageModel.STANDARD)


def steps(code: str, asked: Parameters | None = None, action_url: str | None = None) -> list[str]:
    return [step.action or step.name for step in explain(Failure(code, "", action_url), asked, "Acme").steps]


@pytest.mark.parametrize("code", [*BLOOMS, *FailureCode, "not_allowed"])
@pytest.mark.parametrize("brand_name", ["Acme", "", "{odd}" * 60])
def test_every_known_error_is_one_short_sentence_without_its_code(code: str, brand_name: str) -> None:
    assert code in KNOWN_CODES
    for asked in (None, IN_4K, ON_STANDARD):
        sentence = explain(Failure(code, "secret detail"), asked, brand_name).sentence
        assert re.fullmatch(r"[A-Z].{10,200}\.", sentence), sentence
        assert str(code) not in sentence
        assert "secret" not in sentence or code == FailureCode.REFERENCE_UNREADABLE  # whose detail is a file's name


OF_FILES = (FailureCode.REFERENCE_UNREADABLE, "UNSUPPORTED_FORMAT", "FILE_TOO_LARGE")


@pytest.mark.parametrize("code", OF_FILES)
@pytest.mark.parametrize("name", ["moodboard.png", "{file} <!channel>.gif", "x" * 300 + ".png"])
def test_a_file_that_is_the_reason_is_named(code: str, name: str) -> None:
    asked = parameters(attachments=(Attachment(id="F0", name="other.png"), Attachment(id="F1", name=name)))
    sentence = explain(Failure(code, name), asked).sentence
    assert (f"“{name}”" if len(name) < 60 else ".png”") in sentence
    assert len(sentence) <= 200
    assert "<!" not in said(approve(problem_message(explain(Failure(code, name), asked))))


@pytest.mark.parametrize("code", OF_FILES[1:])
def test_what_bloom_says_of_a_file_is_no_name(code: str) -> None:
    asked = parameters(attachments=(Attachment(id="F1", name="a.png"),))
    assert "bytes" not in explain(Failure(code, "At most 10485760 bytes"), asked).sentence
    assert "hat file" in explain(Failure(code, ""), asked).sentence


def test_who_gave_a_picture_that_cannot_be_opened_learns_how_to_let_the_bot_in() -> None:
    problem = explain(Failure(FailureCode.REFERENCE_UNREADABLE, "sky.png"), parameters())
    assert problem.sentence == (
        "I can't open “sky.png” in Slack. Invite me to where it was posted, with /invite @Bloom, and try again, or "
        "choose the file again."
    )
    assert [step.action for step in problem.steps] == ["try_again", "edit_request"]


DERIVED = [Operation.EDIT, Operation.RESIZE, Operation.REMOVE_BACKGROUND, Operation.VECTORIZE]


def of_subject(operation: Operation, **changes: Any) -> Parameters:
    return parameters(operation=operation, subject_id="image-0", **{"aspect_ratio": "1:1", **changes})


@pytest.mark.parametrize("operation", DERIVED)
@pytest.mark.parametrize("code", [*BLOOMS, *FailureCode, "SOMETHING_NEW"])
def test_only_an_edit_can_be_put_in_other_words(operation: Operation, code: str) -> None:
    offered = set(steps(code, of_subject(operation, size=ImageSize.SIZE_4K)))
    if operation is not Operation.EDIT:
        assert not offered & {"edit_request", "try_standard", "make_2k"}
    assert offered <= set(steps(code, IN_4K)) | {"try_again"}


@pytest.mark.parametrize("operation", DERIVED)
@pytest.mark.parametrize(
    "code", ["IMAGE_NOT_FOUND", "EDIT_SUBJECT_NOT_FOUND", "EDIT_SUBJECT_NO_STORAGE_PATH", "BRAND_NOT_FOUND"]
)
def test_nobody_is_sent_to_choose_where_there_is_nothing_to_choose(operation: Operation, code: str) -> None:
    problem = explain(Failure(code), of_subject(operation), "Acme")
    assert not problem.steps
    assert "choose another" not in problem.sentence


def test_an_edit_that_is_not_safe_can_be_put_in_other_words() -> None:
    assert steps(FailureCode.CONTENT_SAFETY, of_subject(Operation.EDIT)) == ["try_standard", "edit_request"]
    assert (
        "try the standard model or other words"
        in explain(Failure(FailureCode.CONTENT_SAFETY), of_subject(Operation.EDIT)).sentence
    )
    cut_out = explain(Failure(FailureCode.CONTENT_SAFETY), of_subject(Operation.REMOVE_BACKGROUND))
    assert cut_out.sentence == "Bloom's safety check stopped this."


def test_what_was_to_become_larger_is_not_offered_in_its_own_size() -> None:
    failed = derived(Derivation.ENLARGE, size=ImageSize.SIZE_4K, failure=Failure("FEATURE_NOT_ENTITLED"))
    assert [step.name or step.action for step in problem_of(failed).steps] == ["top_up"]
    varied = derived(Derivation.VARY, size=ImageSize.SIZE_4K, failure=Failure("FEATURE_NOT_ENTITLED"))
    assert [step.name or step.action for step in problem_of(varied).steps] == ["make_2k", "top_up"]


def test_what_was_to_become_larger_and_is_gone_is_not_called_a_reference() -> None:
    gone, larger = Failure("REFERENCE_IMAGE_NOT_FOUND"), derived(Derivation.ENLARGE)
    assert larger.request.source is not None
    itself = larger.request.source.image_id
    assert problem_of(derived(Derivation.ENLARGE, failure=gone, reference_ids=(itself,))) == Problem(
        "The image that this starts from isn't at Bloom any more; it may have been deleted."
    )
    chosen = problem_of(derived(Derivation.ENLARGE, failure=gone, reference_ids=("r1", itself)))
    assert chosen.sentence == "A reference image isn't at Bloom any more; choose another."


def test_an_unknown_error_is_named_and_can_be_tried_again() -> None:
    problem = explain(Failure("NEW_<!here>"))
    assert "NEW_<!here>" in problem.sentence
    assert steps("NEW_<!here>") == ["try_again", "edit_request"]
    assert "&lt;!here&gt;" in said(approve(problem_message(problem)))
    assert "no code" in explain(Failure("")).sentence


@pytest.mark.parametrize(
    ("code", "asked", "expected"),
    [
        ("UNAUTHORIZED", None, ["connect", "try_again"]),
        (FailureCode.NOT_CONNECTED, None, ["connect", "try_again"]),
        ("INSUFFICIENT_CREDITS", None, ["top_up", "try_again"]),
        ("PAYMENT_REQUIRED", None, ["top_up", "try_again"]),
        ("FEATURE_NOT_ENTITLED", IN_4K, ["make_2k", "top_up"]),
        ("FORBIDDEN", IN_4K, ["make_2k", "top_up"]),
        ("FORBIDDEN", ON_STANDARD, ["top_up", "edit_request"]),
        ("ACCOUNT_BANNED", IN_4K, ["contact_support"]),
        (FailureCode.CONTENT_SAFETY, IN_4K, ["try_standard", "edit_request"]),
        (FailureCode.CONTENT_SAFETY, ON_STANDARD, ["edit_request"]),
        ("BRAND_NOT_FOUND", None, ["edit_request"]),
        ("INTERNAL_ERROR", None, ["try_again"]),
        (FailureCode.UNAVAILABLE, None, ["try_again"]),
        (FailureCode.TIMED_OUT, None, ["try_again"]),
        (FailureCode.RATE_LIMITED, None, ["try_again"]),
    ],
)
def test_the_next_step_fits_the_problem(code: str, asked: Parameters | None, expected: list[str]) -> None:
    assert steps(code, asked) == expected


def test_the_cost_that_could_not_be_paid_is_said() -> None:
    assert explain(Failure("INSUFFICIENT_CREDITS"), IN_4K).sentence == (
        "This takes 10 credits and fewer are left at Bloom; nothing was charged."
    )


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "IMAGE_NOT_FOUND", *FailureCode])
def test_nothing_is_promised_about_charges_that_nobody_knows(code: str) -> None:
    assert "charged" not in explain(Failure(code), IN_4K).sentence


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        ("https://www.trybloom.ai/pay/1", "https://www.trybloom.ai/pay/1"),
        ("http://www.trybloom.ai/pay/1", "https://www.trybloom.ai/#pricing"),
        ("javascript:alert(1)", "https://www.trybloom.ai/#pricing"),
        ("https://a.b/" + "x" * 3000, "https://www.trybloom.ai/#pricing"),
        (None, "https://www.trybloom.ai/#pricing"),
    ],
)
def test_paying_leads_to_blooms_link_when_it_is_safe(offered: str | None, used: str) -> None:
    problem = explain(Failure("INSUFFICIENT_CREDITS", "", offered))
    buttons = of_type(approve(problem_message(problem)), "button")
    assert [button["url"] for button in buttons] == [used]
    assert buttons[0]["action_id"] == "link:top_up"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotConnected("no"), FailureCode.NOT_CONNECTED),
        (NotAllowed("no"), "not_allowed"),
        (OutsideLimits(Limit.CHANNEL), "channel"),
        (OutsideLimits(Limit.PERSON_CREDITS, left=1), "person_credits"),
        (NeedsConfirmation(5, 2), "needs_confirmation"),
        (ChangedMeanwhile(frozenset({"limits"}), Preferences()), "changed_meanwhile"),
        (BloomRefused("SAME_ASPECT_RATIO", 400), "SAME_ASPECT_RATIO"),
        (BloomUnauthorized("UNAUTHORIZED", 401), "UNAUTHORIZED"),
        (BloomRateLimited("TOO_MANY_REQUESTS", 429), "TOO_MANY_REQUESTS"),
        (BloomRefused("BRAND_NEW", 418), "BRAND_NEW"),
        (BloomRefused("BRAND_NEW", 503), "INTERNAL_ERROR"),
        (BloomRefused("INTERNAL_SERVER_ERROR", 500), "INTERNAL_SERVER_ERROR"),
        (BloomUnavailable("down"), FailureCode.UNAVAILABLE),
        (BloomTimeout("slow"), FailureCode.UNAVAILABLE),
        (BloomUnreadable("html"), "INTERNAL_ERROR"),
        (SlackRefused("is_archived"), FailureCode.UNEXPECTED),
        (StoreError("disk"), FailureCode.UNEXPECTED),
    ],
)
def test_every_exception_becomes_a_failure_with_a_sentence(error: BotError, code: str) -> None:
    failure = failure_of(error)
    assert failure.code == code
    approve(problem_message(explain(failure)))


def test_blooms_link_survives_the_exception() -> None:
    error = BloomRefused("PAYMENT_REQUIRED", 402, "paused", action_url="https://www.trybloom.ai/pay")
    assert failure_of(error).action_url == "https://www.trybloom.ai/pay"


def test_buttons_carry_the_generations_id_and_nothing_else() -> None:
    make_2k = step_buttons(explain(Failure("FORBIDDEN"), IN_4K), "g1")[0].to_dict()
    assert (make_2k["action_id"], make_2k["value"]) == ("make_2k", "g1")


def test_without_a_generation_only_steps_that_need_none_are_offered() -> None:
    message = approve(problem_message(explain(Failure("UNAUTHORIZED"))))
    assert action_ids(message) == ["connect"]
    assert not of_type(approve(problem_message(explain(Failure("INVALID_CURSOR")))), "actions")


def test_who_may_not_do_something_learns_where_it_says_who_may() -> None:
    sentence = explain(failure_of(NotAllowed("U1"))).sentence
    assert sentence == "Only managers of Bloom can do that; /bloom connect says who they are."


def test_an_unknown_trouble_shows_its_reference() -> None:
    assert "ab12cd" in said(approve(unexpected("ab12cd")))


def test_every_limit_has_a_sentence_of_its_own() -> None:
    sentences = {explain(failure_of(OutsideLimits(limit))).sentence for limit in Limit}
    assert len(sentences) == len(Limit)
    assert not any("an error I don't know" in sentence for sentence in sentences)
