"""Where the images go: threads, private channels, direct messages, and nobody who was not asked."""

import pytest

from bot.sandbox.slack import Message
from tests.scenarios.world import World, shows, words


async def test_private_channel_without_the_bot_brings_the_image_by_direct_message(world: World) -> None:
    answer = await world.mia.command("secret-launch", "/bloom", "a red bicycle --brand Acme")
    assert answer.ok
    await world.slack.wait_until(lambda: len(world.mia.direct_messages()) == 2)
    request, reply = world.mia.direct_messages()
    secret = world.slack.workspace.channel("secret-launch").id
    assert f"I'm not in <#{secret}>" in words(request)
    assert "/invite @Bloom" in words(request)
    assert len(reply.images) == 1
    assert reply.thread_ts == request.ts
    assert not world.slack.messages("secret-launch")


async def test_invited_bot_posts_in_the_private_channel(http_world: World) -> None:
    http_world.slack.workspace.join("secret-launch", http_world.slack.workspace.app.bot_user_id)
    await http_world.mia.command("secret-launch", "/bloom", "a red bicycle --brand Acme")
    reply = await http_world.reply("secret-launch")
    assert len(reply.images) == 1


async def test_channel_archived_meanwhile_brings_the_image_by_direct_message(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    await http_world.mia.command("general", "/bloom", "a red bicycle --brand Acme")
    await http_world.slack.wait_until(http_world.posted)
    http_world.slack.workspace.archive("general")
    await http_world.slack.wait_until(http_world.mia.direct_messages)
    assert len(http_world.mia.direct_messages()[0].images) == 1


async def test_command_in_a_direct_message_with_the_bot_stays_there(http_world: World) -> None:
    await http_world.mia.command("@bloom", "/bloom", "a red bicycle --brand Acme")
    await http_world.slack.wait_until(lambda: len(http_world.mia.direct_messages()) == 2)
    assert http_world.mia.direct_messages()[1].images


async def test_prompt_pings_nobody_and_stays_to_the_letter(world: World) -> None:
    prompt = "a sale for <!channel> & <b>everyone</b> @here <@U0000000001>"
    answer = await world.mia.command("general", "/bloom", f"{prompt} --brand Acme")
    assert answer.ok
    reply = await world.reply()
    request = world.posted()[0]
    assert request.pings == [f"<@{world.mia.id}>"]
    assert reply.pings == [f"<@{world.mia.id}>"]
    assert prompt in words(request)
    record = world.bloom.requests.matching("POST", "/images/generations")[0]
    assert record.body is not None
    assert record.body["prompt"] == prompt


async def test_message_shortcut_answers_in_the_thread_of_the_message(world: World) -> None:
    said = await world.sam.say("general", "a picnic & some <tea> by the lake")
    await world.mia.message_shortcut("make_image_from_message", said)
    view = await world.mia.wait_for_view("generate")
    assert view.form.value(("prompt", "prompt")) == "a picnic & some <tea> by the lake"
    await world.mia.submit(view, {"brand": "Acme"})
    replies = await world.replies(count=2)
    assert {reply.thread_ts for reply in replies} == {said.ts}
    assert len(replies[1].images) == 1


def as_slack_keeps_it(world: World, text: str) -> Message:
    """Let Sam have written a text as Slack's own screen would have encoded it."""
    workspace = world.slack.workspace
    channel = workspace.channel("general")
    return workspace.post(Message(channel.id, workspace.new_ts(), world.sam.id, text, []))


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("<@U1> a poster", "a poster"),
        ("a poster for <#C1|general> and <#C2>", "a poster for general and"),
        ("like <https://acme.com/a?b=1&amp;c=2|our site>", "like our site"),
        ("like <https://acme.com/a?b=1&amp;c=2>", "like https://acme.com/a?b=1&c=2"),
        ("<!here> tell <!subteam^S1|@design>", "tell @design"),
        ("salt &amp; &lt;b&gt; &amp;lt; &lt;@U1&gt;", "salt & <b> &lt; <@U1>"),
    ],
)
async def test_prompt_of_the_message_shortcut_is_what_people_read(http_world: World, text: str, prompt: str) -> None:
    await http_world.mia.message_shortcut("make_image_from_message", as_slack_keeps_it(http_world, text))
    view = await http_world.mia.wait_for_view("generate")
    assert view.form.value(("prompt", "prompt")) == prompt


async def test_message_without_words_opens_an_empty_form_for_its_thread(http_world: World) -> None:
    said = as_slack_keeps_it(http_world, "")
    await http_world.mia.message_shortcut("make_image_from_message", said)
    view = await http_world.mia.wait_for_view("generate")
    assert not view.form.value(("prompt", "prompt"))
    await http_world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme"})
    *_, reply = await http_world.replies(count=2)
    assert reply.thread_ts == said.ts


async def test_global_shortcut_asks_where_to_post(world: World) -> None:
    await world.mia.shortcut("make_image")
    view = await world.mia.wait_for_view("generate")
    assert shows(view, "channel")
    await world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme", "channel": "marketing"})
    reply = await world.reply("marketing")
    assert len(reply.images) == 1


@pytest.mark.parametrize("shortcut", ["make_image"])
async def test_shortcut_before_bloom_is_connected_leads_to_connecting(http_world: World, shortcut: str) -> None:
    await http_world.stop()
    http_world.settings.database_path.unlink()
    http_world.settings = http_world.settings.model_copy(update={"bloom_api_key": None})
    await http_world.start()
    await http_world.mia.shortcut(shortcut)
    assert (await http_world.mia.wait_for_view()).callback_id == "connect"


REFUSED = "downloading image failed"


def seen(reply: Message) -> list[bool]:
    """Return for each picture of a message whether it is a file of ours at Slack."""
    return ["slack_file" in block for block in reply.blocks if block["type"] == "image"]


@pytest.mark.parametrize(("times", "pictures"), [(1, [False]), (2, [True]), (5, [True]), (6, [])])
async def test_image_that_slack_cannot_fetch_arrives_as_a_file_and_in_the_end_as_a_link(
    http_world: World, times: int, pictures: list[bool]
) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    await http_world.mia.command("general", "/bloom", "a red bicycle --brand Acme")
    await http_world.slack.wait_until(http_world.posted)
    http_world.slack.fail_next(
        "chat.postMessage", "invalid_blocks", times=times, messages=("downloading image failed",)
    )
    reply = await http_world.reply()
    assert seen(reply) == pictures
    assert "Open original" in words(reply)


async def test_one_image_that_slack_cannot_fetch_leaves_the_others_as_they_are(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    await http_world.mia.command("general", "/bloom", "a red bicycle --brand Acme --n 3")
    await http_world.slack.wait_until(http_world.posted)
    refusal = "downloading image failed [json-pointer:/blocks/1/image_url]"
    http_world.slack.fail_next("chat.postMessage", "invalid_blocks", times=2, messages=(refusal,))
    reply = await http_world.reply()
    assert seen(reply) == [True, False, False]
    assert words(reply).count("Open original") == 3


async def test_image_that_slack_fetches_at_the_second_try_is_shown(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (20, 20)
    await http_world.mia.command("general", "/bloom", "a red bicycle --brand Acme")
    await http_world.slack.wait_until(http_world.posted)
    http_world.slack.fail_next("chat.postMessage", "invalid_blocks", messages=("downloading image failed",))
    assert (await http_world.reply()).images
