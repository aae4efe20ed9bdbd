"""How scenarios work with results: by the buttons under an image, in its thread, and with what Slack really shows.

Nothing here knows how the bot draws a message: what can be done with an image is told by the ids of the actions, and
which image is meant by their values.
"""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Any

import aiohttp
from PIL import Image

from bot.core.derivations import Made
from bot.core.models import Generation
from bot.sandbox.slack import Answer, Message, Person, SlackFile, SlackStandIn, View
from bot.sandbox.slack.block_kit import Control
from bot.sandbox.slack.form_state import offered
from bot.slack.views.buttons import ActionId
from tests.scenarios.pages import make
from tests.scenarios.world import World, words

Which = int | str
"""Which image of a message: its number, from 0, among those that have actions, or its id."""
PATIENCE = 10.0
DONE_WITH_IMAGES = frozenset(
    {
        ActionId.VARY,
        ActionId.EDIT_IMAGE,
        ActionId.RESIZE,
        ActionId.SHARE,
        ActionId.SHARE_HERE,
        ActionId.DISCARD,
        ActionId.MORE,
    }
)
SHOWN_BY_SLACK = ("PNG", "JPEG", "GIF")


def image_ids(message: Message) -> list[str]:
    """Return the ids of the images of a message that one can do something with, from top to bottom."""
    named = (_image_of(control) for control in message.controls)
    return list(dict.fromkeys(filter(None, named)))


def labels(message: Message, which: Which = 0) -> list[str]:
    """Return all that is offered under an image: the words on its buttons, and then those of its menu."""
    buttons = [one.label for one in _row(message, which) if one.type == "button"]
    menus = (line for one in _row(message, which) if one.type == "overflow" for line in offered(one.element))
    return [*buttons, *(str(line["text"]["text"]) for line in menus)]


async def press(person: Person, message: Message, label: str, which: Which = 0) -> Answer:
    """Press the button of an image, or choose it from the image's menu, and say yes where Slack asks."""
    for control in _row(message, which):
        if control.type == "button" and control.label == label:
            return await _told(person.click(message, control.place, confirm=True))
        lines = offered(control.element) if control.type == "overflow" else ()
        for line in lines:
            if line["text"]["text"] == label:
                return await _told(person.choose(message, control.place, line["value"], confirm=True))
    raise AssertionError(f"there is no {label!r} under image {which}, but {', '.join(labels(message, which))}")


async def press_for_view(
    person: Person, message: Message, label: str, callback_id: str | None = None, which: Which = 0
) -> View:
    """Press what opens a window, and return that."""
    before = person.open_view
    await press(person, message, label, which)
    async with asyncio.timeout(PATIENCE):
        while person.open_view is before:
            await asyncio.sleep(0.005)
    return await person.wait_for_view(callback_id)


async def send(person: Person, view: View, **values: Any) -> Answer:
    """Fill in and send a window whose content nobody objects to; ``values`` are by block_id or label."""
    answer = await _told(person.submit(view, values))
    assert not answer.errors, answer.errors
    return answer


async def refused(person: Person, view: View, **values: Any) -> dict[str, str]:
    """Fill in and send a window that stays open, and return what is said at which field."""
    answer = await _told(person.submit(view, values))
    assert answer.errors, "it was sent"
    return dict(answer.errors)


async def image_for(world: World, person: Person, prompt: str, channel: str = "general") -> Message:
    """Let somebody ask for images, and return the reply that shows them, once that is on record."""
    await make(world, person, prompt, channel)
    reply = world.posted(channel)[-1]
    await on_record(world, reply)
    return reply


async def on_record(world: World, message: Message) -> None:
    """Wait until it is on record that a message shows its images: until then none of them can be deleted."""
    while not (await generation_of(world, message)).state.is_final:
        await world.clock.sleep(0.2)


async def made(world: World, message: Message, which: Which = 0) -> Made:
    """Return what the bot has on record of an image."""
    there = image_ids(message)
    found = await world.bot.core.results.made(there[which] if isinstance(which, int) else which)
    assert found is not None
    return found


async def generation_of(world: World, message: Message) -> Generation:
    """Return the generation whose images a message shows."""
    return (await made(world, message)).generation


def lose(world: World, message: Message) -> None:
    """Let somebody delete the first image of a message at Bloom."""
    image = world.bloom.state.gallery.find(image_ids(message)[0])
    assert image is not None
    world.bloom.state.gallery.remove(image)


def link_in(slack: SlackStandIn, message: Message, text: str = "this image") -> Message:
    """Follow a link to a message of this workspace, as the people do who read it."""
    found = re.search(rf"<([^|>]*)\|{re.escape(text)}>", words(message))
    assert found is not None, words(message)
    channel_id, digits = found[1].partition("?")[0].split("/")[-2:]
    led_to = slack.workspace.find_message(channel_id, f"{digits[1:-6]}.{digits[-6:]}")
    assert led_to is not None, found[1]
    assert slack.workspace.team.permalink(channel_id, led_to.ts, led_to.thread_ts) == found[1].replace("&amp;", "&")
    return led_to


class Thread:
    """What the bot says in the thread of a message, be it in a channel or in somebody's direct messages."""

    def __init__(self, slack: SlackStandIn, message: Message) -> None:
        self._slack = slack
        self.channel_id, self.root_ts = message.channel_id, message.thread_ts or message.ts

    @property
    def said(self) -> list[Message]:
        """Return everything that the bot said there, its first message too where that is the bot's."""
        return [one for one in self._slack.workspace.thread(self.channel_id, self.root_ts) if one.bot_id]

    @property
    def results(self) -> list[Message]:
        """Return the messages that show images, or files that people can save."""
        return [message for message in self.said if shows_results(message)]

    async def wait(self, count: int = 1) -> list[Message]:
        """Wait for so many results and return all that there are."""
        await self._slack.wait_until(lambda: len(self.results) >= count, seconds=PATIENCE)
        return self.results

    async def saying(self, text: str) -> Message:
        """Wait for a message there that says something, blocks included."""

        def found() -> Message | None:
            return next((message for message in self.said if text in words(message) or text in message.text), None)

        return await self._slack.wait_until(found, seconds=PATIENCE)


async def result_of(
    slack: SlackStandIn, thread: Thread, person: Person, message: Message, label: str, which: Which = 0
) -> Message:
    """Press what makes another image at once, and return the message that delivers it."""
    known = [one.ts for one in thread.results]
    await press(person, message, label, which)
    return (await slack.wait_until(lambda: [one for one in thread.results if one.ts not in known], seconds=PATIENCE))[0]


def shows_results(message: Message) -> bool:
    """Whether a message shows images, or has actions of any."""
    return bool(image_ids(message) or any(block["type"] == "image" for block in message.blocks))


async def previews(slack: SlackStandIn, person: Person, count: int = 1) -> list[Message]:
    """Wait for so many results in somebody's direct messages, and return them."""

    def found() -> list[Message]:
        return [message for message in person.direct_messages() if message.bot_id and shows_results(message)]

    await slack.wait_until(lambda: len(found()) >= count, seconds=PATIENCE)
    return found()


async def whispered(slack: SlackStandIn, person: Person, text: str) -> Message:
    """Wait until the bot has told somebody alone something, in a channel or thread, and return that."""

    def found() -> Message | None:
        return next((one for one in reversed(person.ephemerals) if text in words(one) or text in one.text), None)

    return await slack.wait_until(found, seconds=PATIENCE)


async def mention(
    person: Person,
    text: str,
    channel: str = "general",
    *,
    within: Message | None = None,
    files: Sequence[SlackFile] = (),
) -> Message:
    """Call upon the bot, in the thread of a message if there is one."""
    thread_ts = None if within is None else within.thread_ts or within.ts
    place = channel if within is None else within.channel_id
    return await person.say(place, f"@Bloom {text}".strip(), thread_ts=thread_ts, files=files)


def picture(person: Person, name: str = "sketch.png", *, kind: str = "PNG", colour: str = "teal") -> SlackFile:
    """Let somebody pick a picture from their disk; ``kind`` is what it is, whatever its name says."""
    drawn = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(drawn, kind)
    return person.upload(name, drawn.getvalue())


async def kinds_shown(slack: SlackStandIn, message: Message) -> list[str]:
    """Return what kind of picture each image block leads to, as Slack sees it; all of them are such as Slack shows."""
    found = [await _kind_of(slack, block) for block in message.blocks if block["type"] == "image"]
    assert set(found) <= set(SHOWN_BY_SLACK), found
    return found


def files_to_save(slack: SlackStandIn, message: Message) -> list[SlackFile]:
    """Return the files below a message that are still there."""
    return [file for one in message.files if (file := slack.file(one["id"])) is not None]


async def _told(act: Any) -> Answer:
    answer: Answer = await act
    assert answer.ok, answer
    return answer


def _row(message: Message, which: Which) -> list[Control]:
    there = image_ids(message)
    assert which in there or (isinstance(which, int) and which < len(there)), f"no image {which} in {there}"
    image_id = there[which] if isinstance(which, int) else which
    return [control for control in message.controls if _image_of(control) == image_id]


def _image_of(control: Control) -> str | None:
    """Return the image that an element does something with: its value, or the end of what its menu offers."""
    if control.place[1] not in DONE_WITH_IMAGES:
        return None
    lines = offered(control.element) if control.type == "overflow" else [control.element]
    (image_id,) = {str(line.get("value", "")).rpartition(":")[2] for line in lines}
    return image_id


async def _kind_of(slack: SlackStandIn, block: dict[str, Any]) -> str:
    if "slack_file" in block:
        file = slack.file(block["slack_file"]["id"])
        assert file is not None, "the file is gone"
        content = file.data or b""
    else:
        async with aiohttp.ClientSession() as session, session.get(block["image_url"]) as answer:
            assert answer.status == 200, answer.status
            content = await answer.read()
    return await asyncio.to_thread(_kind, content)


def _kind(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as opened:
        opened.verify()
        return str(opened.format)
