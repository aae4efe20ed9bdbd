"""What is typed below a conversation is a message, the app's command, or a command of Slack's own."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack import Answer, Message, Person, PersonCannot, SlackFile, SlackStandIn
from bot.sandbox.slack.errors import NoLongerThere
from bot.sandbox.slack.files import LARGEST, LONGEST_NAME
from bot.sandbox.slack.identity import SLACKBOT
from bot.sandbox.slack.manifest import Manifest
from tests.sandbox.slack.listener import Listener


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """The workspace with the project's own app, its messages tab read-only."""
    manifest = Manifest.read().model_copy(update={"messages_are_read_only": True})
    async with SlackStandIn(manifest=manifest, fetch_images=False) as stand_in:
        yield stand_in


async def whispered(mia: Person, channel: str, text: str, thread_ts: str | None = None) -> Message:
    """Write something that Slackbot answers, for Mia's eyes only."""
    answer = await mia.write(channel, text, thread_ts=thread_ts)
    assert isinstance(answer, Message)
    assert (answer.user_id, answer.ephemeral_for) == (SLACKBOT, mia.id)
    assert mia.ephemerals[-1] is answer
    return answer


async def test_text_is_a_message_with_its_mentions_linked(slack: SlackStandIn, mia: Person) -> None:
    sam = slack.person("Sam").id
    await mia.write("general", " hi @Sam, write to me@sam.example & <others> ")
    assert slack.messages("general")[0].text == f"hi <@{sam}>, write to me@sam.example &amp; &lt;others&gt;"


async def test_slash_after_a_space_is_a_message(slack: SlackStandIn, app: Listener, mia: Person) -> None:
    await mia.write("general", " /bloom")
    assert slack.messages("general")[0].text == "/bloom"
    assert app.received == []


@pytest.mark.parametrize(
    ("typed", "text"),
    [("/bloom", ""), ("/bloom a boat  at sea ", "a boat  at sea"), ("/Bloom\na boat", "a boat"), ("/bloom  x", "x")],
)
async def test_command_goes_to_the_app(app: Listener, mia: Person, typed: str, text: str) -> None:
    answer = await mia.write("general", typed)
    assert isinstance(answer, Answer)
    assert (app.last["command"], app.last["text"]) == ("/bloom", text)


async def test_command_that_the_app_fails_is_reported(app: Listener, mia: Person) -> None:
    app.status = 500
    await mia.write("general", "/bloom")
    assert mia.ephemerals[-1].text == "/bloom failed with the error dispatch_failed"


@pytest.mark.parametrize("typed", ["/foo", "/foo /bloom", "/", "/bloomy"])
async def test_unknown_command_is_explained(app: Listener, mia: Person, typed: str) -> None:
    answer = await whispered(mia, "general", typed)
    name = typed.split(maxsplit=1)[0]
    assert answer.text.startswith(
        f"{name} is not a valid command. In Slack, anything that begins with a / is a command."
    )
    assert app.received == []


@pytest.mark.parametrize("typed", ["/bloom a boat", "/invite @Bloom"])
async def test_commands_do_not_work_in_threads(slack: SlackStandIn, app: Listener, mia: Person, typed: str) -> None:
    root = await mia.say("general", "root")
    reply = await mia.say("general", "reply", thread_ts=root.ts)
    answer = await whispered(mia, "general", typed, thread_ts=reply.ts)
    assert answer.text == f"{typed.split(maxsplit=1)[0]} is not supported in threads. Sorry!"
    assert answer.thread_ts == root.ts
    assert app.received == []


async def test_reply_to_a_reply_stands_in_the_same_thread(slack: SlackStandIn, mia: Person) -> None:
    root = await mia.say("general", "root")
    first = await mia.write("general", "first", thread_ts=root.ts)
    assert isinstance(first, Message)
    second = await mia.write("general", "second", thread_ts=first.ts)
    assert isinstance(second, Message)
    assert root.reply_ts == [first.ts, second.ts]
    with pytest.raises(NoLongerThere):
        await mia.write("general", "late", thread_ts="1.2")


async def test_app_is_invited_and_removed(slack: SlackStandIn, mia: Person, secret: str) -> None:
    bot = slack.workspace.app.bot_user_id
    channel = slack.workspace.channels[secret]
    await mia.write(secret, "/invite @Bloom")
    assert bot in channel.members
    assert channel.messages[-1].user_id == bot
    assert channel.messages[-1].text == f"was added to <#{secret}|secret-launch> by <@{mia.id}>"
    assert (await whispered(mia, secret, "/invite @bloom")).text == f"<@{bot}> is already in this channel."
    await mia.write(secret, "/remove @Bloom")
    assert bot not in channel.members
    assert channel.messages[-1].text == f"was removed from <#{secret}|secret-launch> by <@{mia.id}>"
    assert (await whispered(mia, secret, "/remove @bloom")).text == f"<@{bot}> is not in this channel."


async def test_invitation_of_nobody_is_explained(slack: SlackStandIn, mia: Person) -> None:
    for typed in ("/invite", "/invite Bloom", "/invite @nobody"):
        assert (await whispered(mia, "general", typed)).text == "Whom? Type it like this: /invite @Bloom"
    assert "yourself" in (await whispered(mia, "general", "/remove @Mia")).text


async def test_invitation_works_in_channels_only(mia: Person) -> None:
    async with SlackStandIn() as slack:
        person = slack.person("Mia")
        assert (await whispered(person, "@bloom", "/invite @bloom")).text == "/invite works in channels only."


async def test_read_only_messages_take_neither_words_nor_commands(slack: SlackStandIn, mia: Person) -> None:
    for typed in ("hello", "/bloom", "/foo"):
        with pytest.raises(PersonCannot, match="turned off"):
            await mia.write(slack.workspace.direct_channel(mia.id).id, typed)


async def test_messages_to_an_app_that_takes_them_are_sent(mia: Person) -> None:
    async with SlackStandIn() as slack:
        person = slack.person("Mia")
        await person.write("@bloom", "hello")
        assert person.direct_messages()[0].text == "hello"


async def test_where_a_person_is_not_they_cannot_write(slack: SlackStandIn, mia: Person, secret: str) -> None:
    slack.workspace.archive("marketing")
    slack.workspace.leave("general", mia.id)
    slack.workspace.leave(secret, mia.id)
    for channel, reason in (("marketing", "cannot write"), ("general", "cannot write"), (secret, "there is no")):
        for typed in ("hello", "/bloom", "/invite @Bloom"):
            with pytest.raises(PersonCannot, match=reason):
                await mia.write(channel, typed)


@pytest.mark.parametrize(("typed", "reason"), [("", "nothing to send"), (" \n", "nothing"), ("x" * 12_001, "12,000")])
async def test_nothing_and_too_much_are_not_sent(slack: SlackStandIn, mia: Person, typed: str, reason: str) -> None:
    with pytest.raises(PersonCannot, match=reason):
        await mia.write("general", typed)
    assert slack.messages("general") == []


async def test_files_are_a_message_by_themselves_but_no_part_of_a_command(slack: SlackStandIn, mia: Person) -> None:
    file = mia.upload("a.png", b"x")
    await mia.write("general", "", files=[file])
    assert slack.messages("general")[0].files[0]["id"] == file.id
    with pytest.raises(PersonCannot, match="takes no files"):
        await mia.write("general", "/bloom", files=[file])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\shots\\a b.png", "a b.png"),
        ("..", "file"),
        ("", "file"),
        ("a\n\x00b.png", "ab.png"),
        ("x" * 200 + ".png", "x" * (LONGEST_NAME - 4) + ".png"),
    ],
)
def test_file_keeps_its_bare_name(mia: Person, name: str, kept: str) -> None:
    assert mia.upload(name, b"x").name == kept


def test_file_has_content_but_not_too_much(mia: Person) -> None:
    assert isinstance(mia.upload("a", bytes(LARGEST)), SlackFile)
    for data in (b"", bytes(LARGEST + 1)):
        with pytest.raises(PersonCannot):
            mia.upload("a", data)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("see https://a.example/x?b=1&c=2.", "see <https://a.example/x?b=1&amp;c=2>."),
        ("(http://a.example)", "(<http://a.example>)"),
        ("<https://a.example|label>", "&lt;<https://a.example>|label&gt;"),
        ("https://a.example/#general and https://a.example/@sam", None),
        ("https:// alone", "https:// alone"),
        ("issue #7, a#general, #nowhere, #hidden", "issue #7, a#general, #nowhere, #hidden"),
    ],
)
async def test_addresses_are_kept_as_links(slack: SlackStandIn, mia: Person, typed: str, kept: str | None) -> None:
    slack.workspace.add_channel("hidden", private=True, people=())
    await mia.write("general", typed)
    assert slack.messages("general")[0].text == (kept or "<https://a.example/#general> and <https://a.example/@sam>")


async def test_channels_that_the_person_sees_are_kept_as_links(slack: SlackStandIn, mia: Person) -> None:
    ids = {name: slack.workspace.channel(name).id for name in ("general", "secret-launch")}
    await mia.write("general", "#general, (#secret-launch)")
    assert slack.messages("general")[0].text == (
        f"<#{ids['general']}|general>, (<#{ids['secret-launch']}|secret-launch>)"
    )
