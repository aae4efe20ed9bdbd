"""The batch message: how far it is, why it waits, and what can be done about it."""

from typing import Any

import pytest

from bot.core.models import Batch, BatchState, Limit, Pause, PauseReason, Place, Progress
from bot.slack.views.batches.progress import BAR_WIDTH, DONE, LEFT, batch_message
from bot.slack.views.buttons import ActionId
from tests.slack.views.batches.samples import batch, batch_row
from tests.slack.views.judge import action_ids, approve, of_type, said
from tests.slack.views.samples import HOSTILE

HALFWAY = Progress(waiting=67, under_way=6, made=46, failed=1, images=92, credits=94, seconds_left=170.0)
ROWS = tuple(batch_row(number, variants=2) for number in range(2, 122))


def paused(reason: PauseReason, **changes: Any) -> Batch:
    return batch(*ROWS, state=BatchState.PAUSED, pause=Pause(reason=reason, **changes))


def test_running_batch_shows_how_far_it_is_and_how_to_stop_it() -> None:
    message = approve(batch_message(batch(*ROWS, title="cities.csv"), HALFWAY))
    shown = said(message)
    assert "<@U1> is making 240 images for *Acme*…" in shown
    assert "From “cities.csv”" in shown
    assert f"{DONE * 7}{LEFT * 13} 39%\n47 of 120 rows · 1 failed · 6 being made · 94 credits" in shown
    assert "About 3 min left" in shown
    assert action_ids(message) == [ActionId.PAUSE_BATCH, ActionId.CANCEL_BATCH]
    assert {button["value"] for button in of_type(message, "button")} == {"b1"}
    assert "confirm" in of_type(message, "button")[1]


def test_batch_whose_rows_are_all_through_says_what_still_comes_and_offers_nothing_to_stop() -> None:
    message = approve(batch_message(batch(*ROWS), Progress(made=118, failed=2, seconds_left=5.0)))
    assert "Every row is through." in said(message)
    assert " left" not in said(message)
    assert action_ids(message) == []


def test_bar_is_full_only_when_everything_has_come() -> None:
    almost = Progress(waiting=1, made=999)
    assert f"{LEFT} 99%" in said(batch_message(batch(), almost))
    assert f"{DONE * BAR_WIDTH} 100%" in said(batch_message(batch(), Progress(made=1000)))
    assert f"{LEFT * BAR_WIDTH} 0%" in said(batch_message(batch(), Progress()))


@pytest.mark.parametrize(
    ("pause", "why"),
    [
        (Pause(reason=PauseReason.ASKED, by="U2"), "*Paused* by <@U2>. What Bloom has begun still comes."),
        (Pause(reason=PauseReason.CREDITS), "no credits left"),
        (Pause(reason=PauseReason.NOT_CONNECTED), "isn't connected"),
        (Pause(reason=PauseReason.UNAVAILABLE), "isn't answering"),
        (Pause(reason=PauseReason.LIMIT, limit=Limit.CHANNEL), "in this channel any more"),
        (Pause(reason=PauseReason.LIMIT, limit=Limit.PERSON), "Only some people"),
        (Pause(reason=PauseReason.LIMIT, limit=Limit.WORKSPACE_CREDITS), "this workspace may still spend"),
        (Pause(reason=PauseReason.LIMIT, limit=Limit.PERSON_CREDITS), "<@U1> may still spend"),
    ],
)
def test_paused_batch_says_why_and_what_helps(pause: Pause, why: str) -> None:
    message = approve(batch_message(batch(*ROWS, state=BatchState.PAUSED, pause=pause), HALFWAY))
    assert why in said(message)
    assert "press *Resume*" in said(message)
    assert "min left" not in said(message)
    assert (action_ids(message)[0], action_ids(message)[-1]) == (ActionId.RESUME_BATCH, ActionId.CANCEL_BATCH)


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [("https://www.trybloom.ai/pay", "https://www.trybloom.ai/pay"), ("javascript:alert(1)", "#pricing")],
)
def test_lack_of_credits_leads_to_where_they_are_bought(url: str, leads_to: str) -> None:
    message = approve(batch_message(paused(PauseReason.CREDITS, action_url=url), HALFWAY))
    (top_up,) = [button for button in of_type(message, "button") if button["action_id"] == "link:top_up"]
    assert top_up["url"].endswith(leads_to)


def test_workspace_without_a_connection_is_connected_from_here() -> None:
    assert ActionId.CONNECT in action_ids(batch_message(paused(PauseReason.NOT_CONNECTED), HALFWAY))


@pytest.mark.parametrize(
    ("changes", "progress", "headline", "buttons"),
    [
        (
            {"state": BatchState.STOPPING, "stopped_by": "U2"},
            HALFWAY,
            "<@U2> cancelled 240 images for *Acme* that <@U1> had asked for. What Bloom has begun still comes.",
            [],
        ),
        (
            {"state": BatchState.FINISHED, "stopped_by": "U1"},
            Progress(waiting=70, made=50),
            "<@U1> cancelled 240 images for *Acme*.",
            ["Make the rest after all"],
        ),
        (
            {"state": BatchState.FINISHED},
            Progress(made=119, failed=1, images=238),
            "<@U1> made 238 of 240 images for *Acme*.",
            ["Retry the failed ones"],
        ),
        ({"state": BatchState.FINISHED}, Progress(failed=120), "couldn't get 240 images", ["Retry the failed ones"]),
        ({"state": BatchState.FINISHED}, Progress(made=120, images=240), "<@U1> made 240 images for *Acme*.", []),
        ({"round": 2}, HALFWAY, "<@U1> is trying again what is missing of 240 images", ["Pause", "Cancel"]),
    ],
)
def test_every_state_has_its_words_and_buttons(
    changes: dict[str, Any], progress: Progress, headline: str, buttons: list[str]
) -> None:
    message = approve(batch_message(batch(*ROWS, **changes), progress))
    assert headline in said(message)
    assert [button["text"]["text"] for button in of_type(message, "button")] == buttons


def test_batch_that_comes_directly_says_so_and_several_brands_are_named() -> None:
    rows = [batch_row(number, brand_name=name) for number, name in enumerate(("Acme", "Beta", "Acme"))]
    direct = Place("D1", "1.0", "1.0", is_fallback=True)
    shown = said(approve(batch_message(batch(*rows, place=direct), HALFWAY)))
    assert "3 images for *Acme* and *Beta*" in shown
    assert "/invite @Bloom" in shown


@pytest.mark.parametrize("state", [state for state in BatchState if state is not BatchState.DRAFT])
def test_largest_batch_with_the_strangest_names_fits(state: BatchState) -> None:
    rows = [batch_row(number, brand_name=f"{HOSTILE * 3}{number % 4}"[:150]) for number in range(1000)]
    strange = batch(*rows, state=state, title=HOSTILE * 20, pause=Pause(reason=PauseReason.CREDITS, action_url="x"))
    approve(batch_message(strange, HALFWAY))
    few = strange.but(rows=tuple(rows[:3]))
    approve(batch_message(few, HALFWAY))
