"""Beginning a batch: the form, what it is checked for, the preview, and the word that starts it."""

from typing import Any

import pytest

from bot.core.errors import BotError, NotConnected, OutsideLimits, TableUnreadable, TooManyBatches
from bot.core.models import (
    TABLE_LIMIT,
    AspectRatio,
    BatchState,
    Defaults,
    ImageModel,
    ImageSize,
    Limit,
    Limits,
    Preferences,
)
from bot.slack.batches import checking
from bot.slack.commands.commands import Commands
from bot.slack.connect import Connect
from bot.slack.views.batches import form as view
from bot.slack.views.batches import preview
from bot.slack.views.buttons import Field
from tests.core.world import BOSS, TEAM
from tests.slack.batches.desk import CSV, ROW_LIMIT, Desk
from tests.slack.home.stage import Stage
from tests.slack.views.forms import inputs
from tests.slack.views.judge import said

LINES = {"value": "a red bicycle\n\na blue door"}


def files(**changes: Any) -> dict[str, Any]:
    return {"files": [{**CSV, **changes}]}


async def decide(desk: Desk, **preferences: Any) -> None:
    assert await desk.world.store.save_preferences(TEAM, Preferences(revision=1, **preferences))


async def test_lines_are_checked_with_what_is_usual_in_the_channel_and_started_at_a_word(desk: Desk) -> None:
    usual = Defaults("b1", ImageModel.FAST, AspectRatio.STORY, ImageSize.SIZE_4K)
    await decide(desk, channels={"C123": usual})
    shown = await desk.check(await desk.open(), batch_lines=LINES)
    (request,) = desk.batches.asked
    defaults = request.defaults
    assert (defaults.brand_id, defaults.model, defaults.shape, defaults.size, defaults.variants) == (
        "b1",
        ImageModel.FAST,
        AspectRatio.STORY,
        ImageSize.SIZE_4K,
        1,
    )
    assert (request.workspace_id, request.user_id, request.channel_id) == (TEAM, "U1", "C123")
    assert (request.lines, request.table, request.thread_id) == (LINES["value"], None, None)
    assert "*2 rows*" in said(shown)
    assert desk.batches.acts == []
    assert await desk.start(shown) == {"response_action": "clear"}
    assert desk.batches.acts == [("start", "batch-1", "U1")]


async def test_table_is_read_at_slack(desk: Desk) -> None:
    content = desk.have_file()
    await desk.check(await desk.open(), batch_file=files(id="F7", name="prompts.tsv"))
    assert [asked.form["file"] for asked in desk.slack.named("files.info")] == ["F7"]
    (request,) = desk.batches.asked
    assert (request.table, request.title, request.lines) == (content, "prompts.tsv", "")


@pytest.mark.parametrize(("chosen", "file_id"), [({}, "F1"), ({"batch_file": files(id="F2")}, "F2")])
async def test_table_of_a_message_is_kept_unless_another_is_chosen(
    desk: Desk, chosen: dict[str, Any], file_id: str
) -> None:
    desk.have_file()
    form = await desk.open_from(text="for the spring sale", files=[{**CSV, "id": "F0", "name": "a.png"}, CSV][-1:])
    assert "spring.csv" in said(form)
    assert Field.BATCH_LINES not in inputs(form)
    await desk.check(form, **chosen)
    assert [asked.form["file"] for asked in desk.slack.named("files.info")] == [file_id]
    assert desk.batches.asked[0].thread_id == "2.0"


async def test_message_without_a_table_gives_its_lines_or_the_items_of_its_list_in_its_thread(desk: Desk) -> None:
    picture = {**CSV, "name": "cat.png", "filetype": "png", "mimetype": "image/png"}
    form = await desk.open_from(
        text="• a &lt;red&gt; bicycle\n12. a blue door\n7 swans", thread_ts="1.0", files=[picture]
    )
    await desk.check(form)
    assert desk.batches.asked[0].lines == "a <red> bicycle\na blue door\n7 swans"
    assert desk.batches.asked[0].thread_id == "1.0"


@pytest.mark.parametrize(
    ("chosen", "errors"),
    [
        ({}, {"batch_lines": view.NEITHER}),
        ({"batch_lines": {"value": " \n "}}, {"batch_lines": view.NEITHER}),
        ({"batch_lines": LINES, "batch_file": files()}, {"batch_file": view.BOTH}),
        ({"batch_file": files(name="a.pdf", filetype="pdf", mimetype="")}, {"batch_file": view.NO_TABLE}),
        ({"batch_file": files(size=TABLE_LIMIT + 1)}, {"batch_file": view.TABLE_TOO_LARGE}),
        ({"batch_file": files(is_external=True)}, {"batch_file": view.UNREADABLE}),
        (
            {"batch_lines": {"value": "a cat\n\n" * (ROW_LIMIT + 1)}},
            {"batch_lines": "These are 6 prompts; a batch has 5 at most."},
        ),
    ],
)
async def test_what_cannot_be_is_said_at_its_field(desk: Desk, chosen: dict[str, Any], errors: dict[str, str]) -> None:
    assert await desk.send(await desk.open(), **chosen) == {"response_action": "errors", "errors": errors}
    assert desk.batches.asked == []


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (TableUnreadable("There is no column called prompt, only <b>."), "no column called prompt, only &lt;b&gt;."),
        (OutsideLimits(Limit.PERSON), "Only some people in this workspace may make images"),
        (NotConnected(), "Bloom isn't connected"),
    ],
)
async def test_what_nothing_can_be_made_of_is_said_above_the_form(desk: Desk, trouble: BotError, sentence: str) -> None:
    desk.batches.trouble = trouble
    shown = await desk.check(await desk.open(), batch_lines=LINES)
    assert sentence in said(shown)
    assert shown["close"]["text"] == "Go back"
    assert "submit" not in shown


@pytest.mark.parametrize(
    ("error", "sentence"), [("file_deleted", checking.NOT_READ), ("internal_error", checking.SLACK_AWAY)]
)
async def test_table_that_slack_does_not_give_out_is_said_above_the_form(desk: Desk, error: str, sentence: str) -> None:
    desk.slack.answer("files.info", error)
    assert sentence in said(await desk.check(await desk.open(), batch_file=files()))
    assert desk.batches.asked == []


async def test_form_can_be_sent_again_after_going_back(desk: Desk) -> None:
    form = await desk.open()
    names = [(await desk.send(form, trigger, batch_lines=LINES))["view"]["external_id"] for trigger in ("t1", "t2")]
    assert len(set(names)) == 2


async def test_draft_that_nobody_waited_for_is_forgotten_in_silence(desk: Desk) -> None:
    form = await desk.open()
    desk.slack.answer("views.update", "view_not_found")
    await desk.send(form, batch_lines=LINES)
    assert desk.batches.acts == [("discard", "batch-1", "U1")]
    assert desk.slack.named("chat.postMessage") == []


async def test_going_back_from_the_preview_forgets_the_draft(desk: Desk) -> None:
    shown = await desk.check(await desk.open(), batch_lines=LINES)
    assert shown["notify_on_close"]
    await desk.listeners.preview.close(desk.stage.args("U1", view=shown, type="view_closed"))
    assert desk.batches.kept == {}
    answer = await desk.start(shown)
    assert (answer["response_action"], preview.GONE in said(answer["view"])) == ("update", True)


async def test_only_good_rows_are_started_and_none_where_all_are_bad(desk: Desk) -> None:
    form = await desk.open()
    shown = await desk.check(form, batch_lines={"value": "bad\na cat\nbad"})
    assert (shown["title"]["text"], shown["submit"]["text"]) == ("1 of 3 rows", "Start the good ones")
    assert "*Rows 1, 3:* It says so." in said(shown)
    shown = await desk.check(form, batch_lines={"value": "bad"})
    assert "submit" not in shown
    assert "*Row 1:* It says so." in said(shown)
    assert list(desk.batches.kept) == ["batch-1"]


async def test_who_has_too_many_batches_already_reads_that_in_the_previews_place(desk: Desk) -> None:
    shown = await desk.check(await desk.open(), batch_lines=LINES)
    desk.batches.trouble = TooManyBatches(5)
    answer = await desk.start(shown)
    assert answer["response_action"] == "update"
    assert "5 batches that aren't finished" in said(answer["view"])
    assert desk.batches.kept["batch-1"].state is BatchState.DRAFT


async def test_whom_a_limit_refuses_reads_that_in_place_of_the_form(desk: Desk) -> None:
    await decide(desk, limits=Limits(people=frozenset({"U2"})))
    opened = await desk.open()
    assert opened["title"]["text"] == view.TITLE
    assert "Only some people in this workspace may make images" in said(opened)


async def test_brands_that_nobody_has_looked_at_yet_are_filled_in(stage: Stage) -> None:
    desk = Desk(stage)
    opened = await desk.open()
    assert "Loading your brands…" in said(opened)
    assert Field.BATCH_BRAND in inputs(desk.views("views.update")[-1])
    assert "hash" not in desk.slack.named("views.update")[-1].form  # which a template that was sent has changed


@pytest.mark.parametrize(("is_connected", "title"), [(True, view.TITLE), (False, "Connect Bloom")])
async def test_command_opens_the_form_or_the_way_to_connect(desk: Desk, is_connected: bool, title: str) -> None:
    stage, core = desk.stage, desk.world.core
    if not is_connected:
        await core.connections.disconnect(TEAM, BOSS)
    connect = Connect(core, stage.home, desk.world.clock)
    commands = Commands(core, stage.form, connect, stage.home, stage.refusals, batches=desk.listeners.form)
    await commands.run(stage.args(BOSS, text="batch", channel_id="D123"))
    assert desk.views("views.open")[-1]["title"]["text"] == title
