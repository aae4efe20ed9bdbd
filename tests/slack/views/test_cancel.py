import pytest

from bot.core.models import Failure, FailureCode, GenerationState
from bot.slack.views.cancel import not_theirs, outcome
from tests.slack.views.judge import approve, said
from tests.slack.views.samples import generation

State = GenerationState


@pytest.mark.parametrize("state", [state for state in State if state is not State.CANCELLED])
def test_whatever_was_not_cancelled_is_explained(state: GenerationState) -> None:
    message = outcome(generation(state, failure=Failure(FailureCode.IMAGE_FAILED)))
    assert message is not None
    expected = {
        State.DELIVERED: "Too late to cancel: the result is in the thread.",
        State.FINISHED: "Too late to cancel: Bloom has finished, and the result is on its way into the thread.",
        State.POSTING: "Too late to cancel: Bloom has finished, and the result is on its way into the thread.",
        State.FAILED: "There is nothing left to cancel: this has failed already. Bloom couldn't draw this.",
    }
    wished = f"Cancelling as soon as {'Slack' if state is State.QUEUED else 'Bloom'} has answered."
    assert said(approve(message)) == expected.get(state, wished)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DELIVERED, "Too late to cancel: the result is here already."),
        (State.POSTING, "Too late to cancel: Bloom has finished, and the result is on its way."),
    ],
)
def test_a_preview_has_no_thread_to_look_into(state: GenerationState, words: str) -> None:
    message = outcome(generation(state, is_preview=True))
    assert message is not None
    assert said(approve(message)) == words


def test_what_was_cancelled_speaks_for_itself() -> None:
    assert outcome(generation(State.CANCELLED)) is None


def test_what_was_cancelled_is_said_with_its_cost_while_the_request_message_does_not_say_it() -> None:
    message = outcome(generation(State.CANCELLED).but(is_stale=True))
    assert message is not None
    assert said(approve(message)) == (
        "Cancelled. Bloom hadn't started, so no credits were spent. Slack hasn't let me say so in the message yet."
    )


@pytest.mark.parametrize(
    ("managers", "sentence"),
    [
        (("U2",), "Only <@U1>, and managers of Bloom such as <@U2>, can cancel this."),
        (("U1", "U2"), "Only <@U1>, and managers of Bloom such as <@U2>, can cancel this."),
        (("U2", "U2"), "Only <@U1>, and managers of Bloom such as <@U2> or <@U2>, can cancel this."),
        (("U1",), "Only <@U1> can cancel this."),
        ((), "Only <@U1> can cancel this."),
    ],
)
def test_who_can_cancel_is_said_to_who_cannot(managers: tuple[str, ...], sentence: str) -> None:
    assert said(approve(not_theirs(generation(), managers))) == sentence
