"""Pictures that people gave at Slack are read as what they are, and refused by name."""

from collections.abc import AsyncIterator

import pytest

from bot.core.errors import BloomRefused, SlackRefused, SlackUnavailable
from bot.core.models import Attachment, PictureFile
from bot.sandbox.slack import SlackStandIn
from bot.slack import attachments
from bot.slack.attachments import SlackAttachments
from bot.slack.installation.clients import Clients
from bot.slack.uploads import Uploads
from tests.fakes.clock import SwiftClock
from tests.fakes.file_host import TYPES, picture
from tests.slack.loopback import WrittenSlack, slack_api
from tests.slack.places import ACME, KnownInstallations

DOOR = Attachment(id="F1", name="Door & sky.png")


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token="xoxb-acme") as stand_in:
        yield stand_in


@pytest.fixture
async def clients(slack: SlackStandIn) -> AsyncIterator[Clients]:
    async with slack_api(slack.api_url, SwiftClock()) as api:
        yield Clients(KnownInstallations(ACME), api)


async def given(clients: Clients, content: bytes) -> Attachment:
    """Have a file at Slack that says it is a PNG."""
    client = await clients.of("T1")
    answer = await client.files_upload_v2(filename=DOOR.name, content=content, title=DOOR.name)
    return Attachment(id=answer["files"][0]["id"], name=DOOR.name)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "avif"])
async def test_picture_is_read_as_what_its_content_is(clients: Clients, kind: str) -> None:
    attachment = await given(clients, picture(kind))
    assert await SlackAttachments(clients).read("T1", attachment) == PictureFile(DOOR.name, picture(kind), TYPES[kind])


@pytest.mark.parametrize("content", [picture("gif"), picture("svg"), b"%PDF-1.7", b"hello"])
async def test_what_bloom_does_not_take_is_refused_by_name(clients: Clients, content: bytes) -> None:
    with pytest.raises(BloomRefused) as refusal:
        await SlackAttachments(clients).read("T1", await given(clients, content))
    assert (refusal.value.code, refusal.value.message) == ("UNSUPPORTED_FORMAT", DOOR.name)


async def test_file_that_is_too_large_is_refused_by_name(
    clients: Clients, slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = await given(clients, picture("png"))
    monkeypatch.setattr(attachments, "FILE_LIMIT", len(picture("png")) - 1)
    file = slack.file(attachment.id)
    assert file is not None
    for said in (file.size, 1):
        file.size = said
        with pytest.raises(BloomRefused) as refusal:
            await SlackAttachments(clients).read("T1", attachment)
        assert (refusal.value.code, refusal.value.message) == ("FILE_TOO_LARGE", DOOR.name)


async def test_what_slack_does_not_give_out_is_not_read(clients: Clients) -> None:
    with pytest.raises(SlackRefused, match="file_not_found"):
        await SlackAttachments(clients).read("T1", DOOR)


async def test_file_that_is_elsewhere_is_not_asked_for(written: WrittenSlack) -> None:
    async with slack_api(written.api_url, SwiftClock()) as api:
        reader = SlackAttachments(Clients(KnownInstallations(ACME), api))
        elsewhere = {"id": "F1", "is_external": True, "url_private": f"{written.root}/api/file"}
        written.answer("files.info", {"file": elsewhere}, {"file": {"id": "F1"}}, 503)
        for _ in range(2):
            with pytest.raises(SlackRefused, match="not_readable"):
                await reader.read("T1", DOOR)
        with pytest.raises(SlackUnavailable):
            await reader.read("T1", DOOR)
        assert written.named("file") == []


async def test_file_that_was_put_in_a_thread_stands_there(slack: SlackStandIn, clients: Clients) -> None:
    general = slack.workspace.channel("general").id
    root = slack.workspace.post(slack.workspace.bot_message(general, "a", [])).ts
    file_id = await Uploads(clients, SwiftClock()).put("T1", general, root, "acme.svg", picture("svg"))
    assert [file["id"] for message in slack.thread("general", root) for file in message.files] == [file_id]
