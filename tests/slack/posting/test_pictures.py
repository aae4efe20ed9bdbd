"""Whatever an image is, and whatever Slack says of it, the person has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.bloom import BloomFiles
from bot.core.errors import BloomRefused, SlackRefused, SlackUnavailable, StoreError
from bot.core.models import (
    Derivation,
    Generation,
    GenerationState,
    Image,
    Operation,
    PictureFile,
    Reply,
    Showing,
    Source,
)
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.messages import Message
from bot.slack.installation.clients import Clients
from bot.slack.posting.batch_messenger import SlackBatchMessenger
from bot.slack.posting.messenger import SlackMessenger
from bot.slack.posting.pictures import AT_ONCE_IN_ALL
from bot.slack.posting.seats import Seats
from tests.fakes.clock import EPOCH, SwiftClock
from tests.fakes.file_host import FileHost, file_host, picture
from tests.scenarios.world import words
from tests.slack.loopback import slack_api
from tests.slack.places import ACME, KnownInstallations
from tests.slack.views.samples import generation, image

BOT_TOKEN = "xoxb-pictures"


@dataclass
class World:
    """A messenger between a Slack and a host of images."""

    slack: SlackStandIn
    host: FileHost
    clock: SwiftClock
    messenger: SlackMessenger
    batches: SlackBatchMessenger

    def image(self, name: str, number: int = 1) -> Image:
        return image(number, url=self.host.url(name))

    async def finished(self, *names: str, **changes: Any) -> Generation:
        """Return a generation whose images wait to be posted in its thread."""
        changes = {"channel_id": self.slack.workspace.channel("general").id, "variants": len(names), **changes}
        begun = generation(**changes)
        begun = begun.but(request=replace(begun.request, user_id=self.slack.person("Mia").id))
        place = await self.messenger.announce(begun)
        images = tuple(self.image(name, number) for number, name in enumerate(names, 1))
        ids = tuple(one.id for one in images)
        return begun.but(
            place=place,
            state=GenerationState.POSTING,
            finished_at=EPOCH,
            images=images,
            image_ids=ids,
            yields=(len(ids),),
        )

    def posted(self, reply: Reply) -> Message:
        message = self.slack.workspace.find_message(reply.channel_id, reply.message_id)
        assert message is not None
        return message

    def shown(self, reply: Reply) -> list[str]:
        """Return what Slack shows: addresses, and the contents' beginnings of files."""
        return [self._seen(block) for block in self.posted(reply).blocks if block["type"] == "image"]

    def _seen(self, block: dict[str, Any]) -> str:
        if "image_url" in block:
            return str(block["image_url"])
        file = self.slack.file(block["slack_file"]["id"])
        assert file is not None
        return f"{file.name} {file.mimetype}"

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.slack.calls)

    @property
    def replies(self) -> list[Message]:
        return [message for message in self.slack.messages("general") if message.thread_ts]


class Crowd:
    """Files that many ask for at once; nobody gets one."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.asked: list[str] = []

    async def mime_type(self, url: str) -> str:
        return "image/webp"

    async def fetch(self, url: str) -> PictureFile:
        self.asked.append(url)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        raise BloomRefused("DOWNLOAD_FAILED", 404)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = SwiftClock()
    async with SlackStandIn(bot_token=BOT_TOKEN, clock=clock) as slack, file_host() as host:
        installations = KnownInstallations(replace(ACME, bot_token=BOT_TOKEN))
        async with slack_api(slack.api_url, clock) as api, aclosing(BloomFiles(f"{host.root}/api/v1")) as files:
            seats = Seats(Clients(installations, api), clock, files)
            yield World(slack, host, clock, SlackMessenger(seats), SlackBatchMessenger(seats))
            await seats.aclose()


@pytest.mark.parametrize("kind", ["png", "jpg", "gif"])
async def test_what_slack_shows_is_left_where_it_is(world: World, kind: str) -> None:
    reply = await world.messenger.deliver(await world.finished(f"a.{kind}"))
    assert world.shown(reply) == [world.host.url(f"a.{kind}")]
    assert world.host.asked[0] == ("HEAD", f"/a.{kind}")
    assert [(one.file_id, one.is_link) for one in reply.showings] == [(None, False)]
    assert (reply.showings[0].message_id, reply.showings[0].channel_id) == (reply.message_id, reply.channel_id)


@pytest.mark.parametrize("kind", ["webp", "avif", "svg"])
async def test_what_slack_does_not_show_is_shown_as_a_picture_of_ours(world: World, kind: str) -> None:
    reply = await world.messenger.deliver(await world.finished(f"a.{kind}"))
    assert world.shown(reply) == ["acme-1-g1.png image/png"]
    file = world.slack.file(reply.showings[0].file_id or "")
    assert file is not None
    assert file.alt_text == "Image for Acme: a bottle on wet stone"


async def test_images_of_all_kinds_come_in_their_order(world: World) -> None:
    reply = await world.messenger.deliver(await world.finished("a.webp", "b.png", "c.avif"))
    names = ["acme-1-g1.png image/png", world.host.url("b.png"), "acme-3-g1.png image/png"]
    assert world.shown(reply) == names
    assert [one.image_id for one in reply.showings] == ["image-1", "image-2", "image-3"]


async def test_image_that_slack_does_not_fetch_is_tried_once_more(world: World) -> None:
    finished = await world.finished("a.png")
    world.slack.fail_next("chat.postMessage", "invalid_blocks", messages=("downloading image failed",))
    reply = await world.messenger.deliver(finished)
    assert world.shown(reply) == [world.host.url("a.png")]
    assert len(world.replies) == 1


async def test_image_that_slack_never_fetches_is_uploaded_and_the_others_are_not(world: World) -> None:
    finished = await world.finished("a.png", "b.png")
    world.host.says["/b.png"] = "application/octet-stream"
    reply = await world.messenger.deliver(finished)
    assert world.shown(reply) == [world.host.url("a.png"), "acme-2-g1.png image/png"]
    assert len(world.replies) == 1


async def test_file_that_slack_does_not_show_yet_is_tried_again(world: World) -> None:
    finished = await world.finished("a.webp")
    error = ("invalid slack file [json-pointer:/blocks/1]",)
    world.slack.fail_next("chat.postMessage", "invalid_blocks", times=3, messages=error)
    reply = await world.messenger.deliver(finished)
    assert world.shown(reply) == ["acme-1-g1.png image/png"]
    assert world.calls("files.completeUploadExternal") == 1


async def test_file_that_slack_never_shows_is_a_link_and_leaves_nothing_behind(world: World) -> None:
    finished = await world.finished("a.webp")
    world.slack.fail_next("chat.postMessage", "invalid_blocks", times=4)
    reply = await world.messenger.deliver(finished)
    assert world.shown(reply) == []
    assert world.host.url("a.webp") in words(world.posted(reply)) + str(world.posted(reply).blocks)
    assert reply.showings[0].is_link
    assert world.calls("files.delete") == 1


async def test_image_that_slack_refuses_in_every_way_is_a_link(world: World) -> None:
    finished = await world.finished("a.png")
    world.slack.fail_next("chat.postMessage", "invalid_blocks", times=6)
    reply = await world.messenger.deliver(finished)
    assert (world.shown(reply), reply.showings[0].is_link) == ([], True)
    assert (world.calls("files.completeUploadExternal"), world.calls("files.delete")) == (1, 1)
    assert len(world.replies) == 1


@pytest.mark.parametrize("trouble", ["away", "too long away", "no picture", "no upload"])
async def test_image_that_cannot_be_converted_is_a_link(world: World, trouble: str) -> None:
    finished = await world.finished("a.webp")
    match trouble:
        case "away":
            world.host.statuses["/a.webp"] = [503]
        case "too long away":
            world.host.statuses["/a.webp"] = [503, 503]
        case "no picture":
            world.host.bodies["/a.webp"] = picture("webp")[:20]
        case "no upload":
            world.slack.fail_next("files.getUploadURLExternal", "missing_scope")
    reply = await world.messenger.deliver(finished)
    assert (reply.showings[0].is_link, bool(world.shown(reply))) == (trouble != "away", trouble == "away")


async def test_files_of_a_reply_that_nobody_takes_are_deleted(world: World) -> None:
    finished = await world.finished("a.webp")
    world.slack.fail_next("chat.postMessage", "msg_too_long")
    with pytest.raises(SlackRefused, match="msg_too_long"):
        await world.messenger.deliver(finished)
    assert world.calls("files.delete") == 1


async def test_reply_whose_answer_was_lost_is_found_with_its_files(world: World) -> None:
    finished = await world.finished("a.webp", "b.png")
    world.slack.fail_next("chat.postMessage", status=503, lose_answer=True)
    with pytest.raises(SlackUnavailable):
        await world.messenger.deliver(finished)
    assert world.calls("files.delete") == 0
    reply = await world.messenger.find_reply(finished)
    assert reply is not None
    assert world.shown(reply) == ["acme-1-g1.png image/png", world.host.url("b.png")]
    assert [bool(one.file_id) for one in reply.showings] == [True, False]
    assert len(world.replies) == 1


async def test_reply_that_was_not_posted_after_all_is_posted_with_the_same_files(world: World) -> None:
    finished = await world.finished("a.webp")
    world.slack.fail_next("chat.postMessage", status=503)
    with pytest.raises(SlackUnavailable):
        await world.messenger.deliver(finished)
    assert await world.messenger.find_reply(finished) is None
    assert world.shown(await world.messenger.deliver(finished)) == ["acme-1-g1.png image/png"]
    assert world.calls("files.completeUploadExternal") == 1


async def test_reply_to_a_closed_thread_goes_to_the_person_with_the_same_files(world: World) -> None:
    finished = await world.finished("a.webp")
    world.slack.workspace.channel("general").is_archived = True
    reply = await world.messenger.deliver(finished)
    (told,) = world.slack.person("Mia").direct_messages()
    assert (told.ts, world.shown(reply)) == (reply.message_id, ["acme-1-g1.png image/png"])
    assert world.calls("files.completeUploadExternal") == 1


async def vector(world: World) -> Generation:
    return await world.finished("a.svg", operation=Operation.VECTORIZE, subject_id="image-0")


@pytest.mark.parametrize("is_member", [True, False])
async def test_vector_stands_in_the_thread_as_a_file(world: World, is_member: bool) -> None:
    town = world.slack.workspace.add_channel("town", bot=is_member)
    made = await world.finished("a.svg", operation=Operation.VECTORIZE, subject_id="image-0", channel_id=town.id)
    reply = await world.messenger.attach(made, await world.messenger.deliver(made))
    file = world.slack.file(reply.showings[0].vector_id or "")
    assert file is not None
    assert (file.name, file.data) == ("acme-1-g1.svg", picture("svg"))
    assert world.shown(reply) == ["acme-1-g1.png image/png"]
    assert [one.files[0]["name"] for one in town.messages if one.files] == ["acme-1-g1.svg"]


async def test_vector_that_stands_in_the_thread_is_not_put_there_twice(world: World) -> None:
    made = await vector(world)
    first = await world.messenger.attach(made, await world.messenger.deliver(made))
    found = await world.messenger.find_reply(made)
    assert found is not None
    assert await world.messenger.attach(made, found, is_found=True) == first
    assert sum(bool(message.files) for message in world.replies) == 1


async def test_vector_that_is_known_to_stand_there_is_not_looked_for(world: World) -> None:
    made = await vector(world)
    first = await world.messenger.attach(made, await world.messenger.deliver(made))
    calls = len(world.slack.calls)
    assert await world.messenger.attach(made, first, is_found=True) == first
    assert len(world.slack.calls) == calls


async def test_vector_that_cannot_be_attached_is_a_link_still(world: World) -> None:
    made = await vector(world)
    reply = await world.messenger.deliver(made)
    world.slack.fail_next("files.getUploadURLExternal", "missing_scope")
    assert await world.messenger.attach(made, reply) == reply
    world.slack.fail_next("files.getUploadURLExternal", status=503, times=2)
    with pytest.raises(SlackUnavailable):
        await world.messenger.attach(made, reply)
    assert await world.messenger.attach(made, reply, is_found=True) == reply


async def test_preview_is_for_the_person_alone(world: World) -> None:
    begun = generation(channel_id=world.slack.workspace.channel("general").id)
    mia = world.slack.person("Mia")
    begun = begun.but(request=replace(begun.request, user_id=mia.id, is_preview=True))
    place = await world.messenger.announce(begun)
    assert not place.is_fallback
    finished = begun.but(place=place, state=GenerationState.POSTING, finished_at=EPOCH, images=(world.image("a.png"),))
    finished = finished.but(image_ids=tuple(image.id for image in finished.images))
    assert await world.messenger.find_reply(finished) is None
    reply = await world.messenger.deliver(finished)
    asked, shown = mia.direct_messages()
    assert (asked.ts, shown.ts, shown.thread_ts) == (place.message_id, reply.message_id, None)
    assert await world.messenger.find_reply(finished) == reply
    assert world.slack.messages("general") == []


async def test_what_was_derived_links_to_where_that_was_asked(world: World) -> None:
    general = world.slack.workspace.channel("general").id
    source = Source("image-0", Derivation.VARY, general, "1700000000.000100", "1700000000.000001")
    begun = generation(channel_id=general)
    begun = begun.but(request=replace(begun.request, source=source))
    for _ in range(2):
        await world.messenger.announce(begun)
    for message in world.slack.messages("general"):
        assert f"/archives/{general}/p1700000000000100?thread_ts=1700000000.000001" in str(message.blocks)
    assert world.calls("auth.test") == 1


async def test_message_goes_without_its_link_when_slack_does_not_say_where_it_is(world: World) -> None:
    general = world.slack.workspace.channel("general").id
    begun = generation(channel_id=general)
    source = Source("image-0", Derivation.VARY, general, "1700000000.000100", "1700000000.000001")
    world.slack.fail_next("auth.test", "internal_error", times=5)
    await world.messenger.announce(begun.but(request=replace(begun.request, source=source)))
    assert "archives" not in str(world.slack.messages("general")[0].blocks)


async def test_file_of_what_was_deleted_before_is_not_put_at_slack(world: World) -> None:
    finished = await world.finished("a.webp", "b.webp")
    first, second = finished.images
    reply = await world.messenger.deliver(finished.but(images=(replace(first, deleted_by="U9"), second)))
    assert [bool(showing.file_id) for showing in reply.showings] == [False, True]
    assert world.calls("files.getUploadURLExternal") == 1


async def test_images_in_memory_are_few_however_many_workspaces_there_are(world: World) -> None:
    made, files = await world.finished("a.webp", "b.webp"), Crowd()
    seats = Seats(Clients(KnownInstallations(), None), world.clock, files)  # type: ignore[arg-type]
    messenger = SlackMessenger(seats)
    crowd = (messenger.deliver(made.but(request=replace(made.request, workspace_id=f"T{one}"))) for one in range(20))
    await asyncio.gather(*crowd, return_exceptions=True)
    assert files.most == AT_ONCE_IN_ALL
    await seats.aclose()


async def test_vectors_count_among_the_files_that_are_in_memory(world: World) -> None:
    made, files = await vector(world), Crowd()
    seats = Seats(Clients(KnownInstallations(), None), world.clock, files)  # type: ignore[arg-type]
    messenger = SlackMessenger(seats)
    reply = Reply("C1", "1.1", "1.0", (Showing("image-1", "C1", "1.1", "1.0"),))
    crowd = (
        messenger.attach(made.but(request=replace(made.request, workspace_id=f"T{one}")), reply) for one in range(20)
    )
    await asyncio.gather(*crowd)
    assert (len(files.asked), files.most) == (20, AT_ONCE_IN_ALL)
    await seats.aclose()


async def test_no_image_is_fetched_on_for_a_message_that_another_image_failed(world: World) -> None:
    ended: list[str] = []

    class Broken(Crowd):
        async def fetch(self, url: str) -> PictureFile:
            if url.endswith("b.webp"):
                raise StoreError("disk full")
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(url)
            raise AssertionError

    made = await world.finished("a.webp", "b.webp")
    seats = Seats(Clients(KnownInstallations(), None), world.clock, Broken())  # type: ignore[arg-type]
    messenger = SlackMessenger(seats)
    with pytest.raises(StoreError, match="disk full"):
        await messenger.deliver(made)
    assert ended == [world.host.url("a.webp")]
    await seats.aclose()
