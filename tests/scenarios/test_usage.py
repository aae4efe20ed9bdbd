"""The page of usage: own credits for everybody, whose they are for managers, and the audit log as a file."""

import asyncio
import csv
import io
import re
from datetime import datetime
from pathlib import Path

from PIL import Image

from bot.core.models import AuditAction
from bot.core.months import month_before
from bot.sandbox.slack import View
from bot.slack.sights import PageName
from tests.scenarios.pages import make, turn_to
from tests.scenarios.world import World, open_world, words

Row = dict[str, str]


async def usage_of(world: World, name: str = "Mia", shows: str = "left") -> View:
    return await turn_to(world, world.slack.person(name), PageName.USAGE, shows)


def chart(view: View) -> str | None:
    """Return the id of the file that the page shows."""
    return next((block["slack_file"]["id"] for block in view.blocks if block["type"] == "image"), None)


async def log_of(world: World, what: str) -> list[Row]:
    """Have the audit log sent, and read it as a spreadsheet does, but for how Bloom was connected."""
    page = await usage_of(world)
    before = len(world.mia.direct_messages())
    await world.mia.choose(page, "send_log", what)
    await world.slack.wait_until(lambda: len(world.mia.direct_messages()) > before, seconds=10)
    (shared,) = world.mia.direct_messages()[-1].files
    file = world.slack.file(shared["id"])
    assert file is not None
    assert file.name.endswith(".csv")
    data = file.data or b""
    assert data.startswith(b"\xef\xbb\xbf")
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [row for row in rows if row["what"] != AuditAction.CONNECTED]


async def test_members_see_their_own_credits_and_the_sum_and_nothing_of_others(world: World) -> None:
    await make(world, world.mia, "a red bicycle --n 2")
    await make(world, world.sam, "a blue door")
    page = await usage_of(world, "Sam")
    assert "*You* have used 1 credit this month.\n*This workspace* has used 3 credits this month." in words(page)
    assert "*At Bloom* there are 247 credits left." in words(page)
    assert "Top up" not in words(page)
    assert "By person" not in words(page)
    assert "Audit log" not in words(page)


async def test_managers_see_who_spent_where_and_for_what(world: World) -> None:
    await make(world, world.mia, "a red bicycle --n 2")
    await make(world, world.sam, "a blue door", "marketing", brand="Lumen Labs")
    page = await usage_of(world)
    told = words(page).replace("\u2007", "")
    general, marketing = (world.slack.workspace.channel(name).id for name in ("general", "marketing"))
    assert f"*By person*\n`2` <@{world.mia.id}>\n`1` <@{world.sam.id}>" in told
    assert f"*By channel*\n`2` <#{general}>\n`1` <#{marketing}>" in told
    assert "*By brand*\n`2` *Acme*\n`1` *Lumen Labs*" in told
    assert "Top up" in told


async def test_chart_is_drawn_behind_the_page_once_for_the_same_figures(http_world: World) -> None:
    await make(http_world, http_world.mia, "a red bicycle")
    page = await usage_of(http_world)
    shown = await http_world.slack.wait_until(lambda: chart(page), seconds=25)
    file = http_world.slack.file(shown)
    assert file is not None
    with Image.open(io.BytesIO(file.data or b"")) as picture:
        assert (picture.format, picture.width) == ("PNG", 960)
    alt_text = next(block["alt_text"] for block in page.blocks if block["type"] == "image")
    assert alt_text.startswith("1 credit in ")
    assert "By person: Mia 1. By channel: #general 1. By brand: Acme 1." in alt_text
    page = await usage_of(http_world)
    assert chart(page) == shown
    await make(http_world, http_world.mia, "a blue door")
    page = await usage_of(http_world)
    await http_world.slack.wait_until(lambda: chart(page) not in (None, shown), seconds=25)
    uploads = [call for call in http_world.slack.calls if call.method == "files.completeUploadExternal"]
    assert len(uploads) == 2


async def test_chart_on_an_open_page_follows_its_figures_and_its_file_is_not_left_at_slack(http_world: World) -> None:
    await make(http_world, http_world.mia, "a red bicycle")
    page = await usage_of(http_world)
    shown = await http_world.slack.wait_until(lambda: chart(page), seconds=25)
    await make(http_world, http_world.sam, "a blue door --n 2")
    await http_world.slack.wait_until(lambda: chart(page) not in (None, shown), seconds=25)
    assert "3 credits in " in words(page)
    await http_world.slack.wait_until(lambda: http_world.slack.file(shown) is None, seconds=10)
    assert http_world.slack.file(chart(page) or "")
    alt_text = next(block["alt_text"] for block in page.blocks if block["type"] == "image")
    assert alt_text.startswith("3 credits in ")


async def test_managers_who_look_at_once_have_one_chart_drawn_and_uploaded(http_world: World) -> None:
    await make(http_world, http_world.mia, "a red bicycle")
    await http_world.slack.promote("Sam")
    mias, sams = await usage_of(http_world, "Mia", "By person"), await usage_of(http_world, "Sam", "By person")
    shown = await http_world.slack.wait_until(lambda: chart(mias), seconds=25)
    await http_world.slack.wait_until(lambda: chart(sams) == shown)
    await http_world.slack.wait_until(lambda: "renew a page" not in [task.get_name() for task in asyncio.all_tasks()])
    assert len([call for call in http_world.slack.calls if call.method == "files.completeUploadExternal"]) == 1


async def test_without_the_scope_the_tables_stand_alone(tmp_path: Path) -> None:
    async with open_world(tmp_path, start=False) as world:
        world.slack.fail_next("files.getUploadURLExternal", "missing_scope", times=100)
        await world.start()
        await world.brands_known()
        await make(world, world.mia, "a red bicycle")
        page = await usage_of(world)
        refused = "files.getUploadURLExternal"
        await world.slack.wait_until(lambda: any(one.method == refused for one in world.slack.calls), seconds=25)
        assert "By person" in words(page)
        assert chart(page) is None
        await world.mia.choose(page, "send_log", "This month")
        await world.slack.wait_until(world.mia.direct_messages)
        assert "I may not send files here" in words(world.mia.direct_messages()[-1])


async def test_another_month_is_chosen(world: World) -> None:
    await make(world, world.mia, "a red bicycle")
    page = await usage_of(world)
    last = month_before(world.bot.core.usage.month())
    await world.mia.choose(page, "usage_month", f"Last month · {last:%B %Y}")
    await world.slack.wait_until(lambda: f"No credits were used in {last:%B %Y}." in words(page))
    assert "By person" not in words(page)


async def test_audit_log_names_what_was_made_and_what_was_changed(world: World) -> None:
    await make(world, world.sam, "=1+1 a red bicycle --ar 16:9 --n 2", "marketing")
    await world.bot.core.audit.record(world.workspace_id, world.mia.id, AuditAction.DEFAULTS_CHANGED, "model", "@fast")
    made, changed = await log_of(world, "This month")
    marketing = world.slack.workspace.channel("marketing")
    request, reply = world.posted("marketing")
    links = [block["image_url"] for block in reply.blocks if block["type"] == "image"]
    assert made | {"time_utc": "", "brand_id": ""} == {
        "time_utc": "",
        "who_id": world.sam.id,
        "who": "Sam",
        "where_id": marketing.id,
        "where": "marketing",
        "what": "image",
        "prompt": "'=1+1 a red bicycle",
        "brand_id": "",
        "brand": "Acme",
        "shape": "16:9",
        "model": "pro",
        "size": "2K",
        "images_asked": "2",
        "credits": "2",
        "outcome": "delivered",
        "reason": "",
        "thread": world.slack.workspace.team.permalink(marketing.id, request.ts, None),
        "images": " ".join(links),
        "subject": "",
        "detail": "",
        "operation": "generation",
        "derived_by": "",
        "source_image": "",
        "is_preview": "",
        "references": "",
        "deleted": "",
    }
    assert (changed["who"], changed["what"], changed["subject"]) == ("Mia", "defaults_changed", "model")
    assert changed["detail"] == "'@fast"
    assert datetime.fromisoformat(made["time_utc"]) <= datetime.fromisoformat(changed["time_utc"])
    assert made["time_utc"].endswith("Z")


async def test_audit_log_says_that_it_was_sent(http_world: World) -> None:
    await make(http_world, http_world.sam, "a red bicycle")
    assert [row["what"] for row in await log_of(http_world, "Everything")] == ["image"]
    assert [row["what"] for row in await log_of(http_world, "Everything")] == ["image", "log_sent"]
    comment = http_world.mia.direct_messages()[-1].text
    assert re.fullmatch(r"Here is the audit log \(all time\): \d lines\.", comment)


async def test_empty_audit_log_is_no_file(http_world: World) -> None:
    page = await usage_of(http_world)
    await http_world.mia.choose(page, "send_log", "Last month")
    await http_world.slack.wait_until(lambda: "It comes as a direct message." in words(page))
    await http_world.slack.wait_until(http_world.mia.direct_messages)
    assert "There is nothing in the audit log (" in words(http_world.mia.direct_messages()[-1])


async def test_members_get_no_audit_log_whatever_they_press(http_world: World) -> None:
    page = await usage_of(http_world)
    assert await usage_of(http_world, "Sam")
    await make(http_world, http_world.sam, "a red bicycle")
    http_world.slack.workspace.member("Mia").is_admin = False
    http_world.bot.core.managers._directory.forget(http_world.workspace_id, http_world.mia.id)
    await http_world.mia.choose(page, "send_log", "Everything")
    await http_world.slack.wait_until(http_world.mia.direct_messages)
    (told,) = http_world.mia.direct_messages()
    assert not told.files
    assert "audit" not in words(told)


async def test_before_bloom_is_connected_it_leads_to_connecting(unconnected: World) -> None:
    page = await usage_of(unconnected, "Mia", "Bloom isn't connected to this workspace yet.")
    assert "Connect Bloom" in page.buttons
    page = await usage_of(unconnected, "Sam", "Bloom isn't connected to this workspace yet.")
    assert "Connect Bloom" not in page.buttons
    assert "Ask them" in page.buttons
