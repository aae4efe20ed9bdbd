"""Results reach people whatever kind of file they are, and whatever Slack makes of their addresses."""

from bot.sandbox.slack import View
from bot.sandbox.slack.web_api import Outage
from tests.scenarios.pages import make
from tests.scenarios.results import (
    Thread,
    files_to_save,
    image_for,
    image_ids,
    kinds_shown,
    labels,
    made,
    on_record,
    press,
    press_for_view,
    previews,
    result_of,
    send,
)
from tests.scenarios.world import World, words


def ways(blocks: list[dict[str, object]]) -> list[str]:
    """Return how each picture is shown."""
    return ["file" if "slack_file" in block else "address" for block in blocks if block["type"] == "image"]


async def pictured(world: World, view: View) -> None:
    """Wait until a window shows the image that it is about."""
    await world.slack.wait_until(lambda: any(block["type"] == "image" for block in view.blocks))


async def test_picture_that_slack_cannot_fetch_at_first_arrives_all_the_same(world: World) -> None:
    world.bloom.faults.hide_from_slack(1)
    await make(world, world.mia, "a red fox")
    reply = await world.reply()
    assert await kinds_shown(world.slack, reply) == ["PNG"]
    assert ways(reply.blocks) == ["address"]
    assert world.bloom.faults.pending == []


async def test_every_kind_of_file_that_bloom_serves_is_seen_and_can_be_worked_on(http_world: World) -> None:
    world = http_world
    kinds = {"PNG": "address", "JPEG": "address", "WebP": "file", "AVIF": "file", "SVG": "file"}
    for kind, way in kinds.items():
        reply = await image_for(world, world.mia, f"a red fox as a {kind}")
        assert await kinds_shown(world.slack, reply) == ["JPEG" if kind == "JPEG" else "PNG"], kind
        assert ways(reply.blocks) == [way], kind
        assert "Open original" in words(reply)
        assert "Vary" in labels(reply)
        view = await press_for_view(world.sam, reply, "Edit…", "generate")
        await pictured(world, view)
        await world.sam.close_view(view)


async def test_picture_that_slack_never_fetches_is_uploaded_and_shown_from_there_everywhere(http_world: World) -> None:
    world = http_world
    world.bloom.faults.hide_from_slack(None)
    reply = await image_for(world, world.mia, "a red fox --n 2")
    assert ways(reply.blocks) == ["file", "file"]
    assert await kinds_shown(world.slack, reply) == ["PNG", "PNG"]
    view = await press_for_view(world.sam, reply, "Share to…", "share", which=1)
    await send(world.sam, view, share_channel="marketing")
    (shared,) = await world.slack.wait_until(lambda: world.posted("marketing"))
    assert await kinds_shown(world.slack, shared) == ["PNG"]
    files = [block["slack_file"]["id"] for block in (*reply.blocks, *shared.blocks) if "slack_file" in block]
    view = await press_for_view(world.mia, reply, "Delete…", "delete_image", which=1)
    await send(world.mia, view)
    await world.slack.wait_until(lambda: "is deleted" in words(view))
    assert len(image_ids(reply)) == 1
    assert await kinds_shown(world.slack, reply) == ["PNG"]
    assert world.posted("marketing") == []
    assert [world.slack.file(one) is None for one in files] == [False, True, True]


async def test_where_slack_takes_no_file_either_there_is_a_link(http_world: World) -> None:
    world = http_world
    world.bloom.faults.hide_from_slack(None)

    async def broken(method: str, _: object, when: str) -> None:
        if method == "files.getUploadURLExternal" and when == "before":
            raise Outage(503, "html")

    world.slack.watch(broken)
    reply = await image_for(world, world.mia, "a red fox --n 2")
    assert ways(reply.blocks) == []
    assert len(image_ids(reply)) == 2
    for image_id in image_ids(reply):
        assert f"<{(await made(world, reply, image_id)).image.url}|Open original>" in words(reply)
    assert "Slack couldn't load the pictures, so here are the links." in words(reply)
    varied = await result_of(world.slack, Thread(world.slack, reply), world.sam, reply, "Vary")
    assert "a variation of" in words(varied)


async def test_upload_that_slack_knows_only_later_is_shown_when_it_does(http_world: World) -> None:
    world = http_world
    world.slack.look_at_uploads_for(0.05)
    reply = await image_for(world, world.mia, "a red fox as a WebP")
    assert ways(reply.blocks) == ["file"]


async def test_upload_that_slack_never_gets_to_know_is_a_link_and_is_not_left_behind(http_world: World) -> None:
    world = http_world
    world.slack.look_at_uploads_for(60)
    reply = await image_for(world, world.mia, "a red fox as a WebP")
    assert ways(reply.blocks) == []
    assert "|Open original>" in words(reply)
    uploaded = [call for call in world.slack.calls if call.method == "files.completeUploadExternal"]
    deleted = [call for call in world.slack.calls if call.method == "files.delete"]
    assert len(uploaded) == len(deleted) == 1


async def test_picture_that_slack_no_longer_fetches_keeps_nothing_from_being_deleted(http_world: World) -> None:
    world = http_world
    reply = await image_for(world, world.mia, "a red fox --n 2")
    gone, kept = image_ids(reply)
    url = (await made(world, reply, kept)).image.url
    world.bloom.faults.hide_from_slack(None)
    view = await press_for_view(world.mia, reply, "Delete…", "delete_image")
    await send(world.mia, view)
    await world.slack.wait_until(lambda: "is deleted" in words(view))
    assert image_ids(reply) == [kept]
    assert f"<{url}|Open original>" in words(reply)
    assert gone not in str(reply.blocks)


async def test_vector_is_a_picture_and_a_file_beside_it_and_both_go_when_it_is_deleted(http_world: World) -> None:
    world = http_world
    first = await image_for(world, world.mia, "a red fox")
    thread = Thread(world.slack, first)
    await press(world.sam, first, "Vectorize")
    await world.slack.wait_until(lambda: [file for one in thread.said for file in one.files], seconds=10)
    *_, preview, beside = thread.said
    assert await kinds_shown(world.slack, preview) == ["PNG"]
    assert labels(preview) == ["Share to…", "Delete…"]
    (file,) = files_to_save(world.slack, beside)
    assert file.mimetype == "image/svg+xml"
    assert (file.data or b"").lstrip().startswith((b"<svg", b"<?xml"))
    await on_record(world, preview)
    view = await press_for_view(world.sam, preview, "Delete…", "delete_image")
    await send(world.sam, view)
    await world.slack.wait_until(lambda: "is deleted" in words(view), seconds=10)
    assert files_to_save(world.slack, beside) == []
    assert world.slack.file(file.id) is None
    assert image_ids(preview) == []
    assert image_ids(first)
    assert (await world.sam.command("general", "/bloom", "a blue fox --brand acme --preview")).ok
    (shown,) = await previews(world.slack, world.sam)
    await press(world.sam, shown, "Vectorize")
    drawn = (await previews(world.slack, world.sam, 2))[-1]
    assert await kinds_shown(world.slack, drawn) == ["PNG"]
    between = await world.slack.wait_until(lambda: [file for one in world.sam.direct_messages() for file in one.files])
    assert [file["mimetype"] for file in between] == ["image/svg+xml"]
    assert len(thread.said) == 5
