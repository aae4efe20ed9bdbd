"""What came of a form reaches the person: in its place, as soon as Slack knows that, or in a direct message."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import SlackRefused
from bot.slack.asking import complete, end_asking
from bot.slack.client import SlackApi
from tests.fakes.clock import ManualClock
from tests.slack.loopback import WrittenSlack

OPENED = {"id": "V1", "hash": "1.a"}
OUTCOME: dict[str, Any] = {"type": "modal", "blocks": []}


@pytest.fixture
def args(api: SlackApi) -> AsyncArgs:
    """Return what a listener has at hand when a form was sent."""
    context = SimpleNamespace(user_id="U1")
    return cast(AsyncArgs, SimpleNamespace(client=api.client("xoxb-acme"), body={}, context=context, event=None))


async def test_place_that_slack_does_not_know_yet_is_looked_for_again(
    args: AsyncArgs, written: WrittenSlack, manual_clock: ManualClock
) -> None:
    written.answer("views.update", "not_found", "not_found", {})
    ending = asyncio.create_task(end_asking(args, manual_clock, "asking:V1", OUTCOME, "It is done."))
    for _ in range(2):
        while not manual_clock.sleepers:
            await asyncio.sleep(0.001)
        await manual_clock.advance(1)
    await ending
    assert [asked.form["external_id"] for asked in written.named("views.update")] == ["asking:V1"] * 3
    assert not written.named("chat.postMessage")


async def test_who_has_closed_the_form_is_written_to(
    args: AsyncArgs, written: WrittenSlack, manual_clock: ManualClock
) -> None:
    written.answer("views.update", "view_not_found")
    await end_asking(args, manual_clock, "asking:V1", OUTCOME, "It <is> done.")
    (told,) = written.named("chat.postMessage")
    assert (told.form["channel"], told.form["text"]) == ("U1", "It &lt;is&gt; done.")


async def test_form_that_is_another_by_now_is_left_alone(args: AsyncArgs, written: WrittenSlack) -> None:
    written.answer("views.update", "hash_conflict")
    await complete(args, OPENED, OUTCOME)
    assert [asked.form["hash"] for asked in written.asked] == ["1.a"]
    written.answer("views.update", "invalid_auth")
    with pytest.raises(SlackRefused, match="invalid_auth"):
        await complete(args, OPENED, OUTCOME)
