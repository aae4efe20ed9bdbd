"""conversations.* and users.*: what the bot may see, in which order, page by page."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from tests.sandbox.slack.refusals import CARD, error_of, refused


async def test_direct_messages_reach_a_person(slack: SlackStandIn, client: AsyncWebClient, mia: Person) -> None:
    assert mia.direct_messages() == []
    opened = await client.conversations_open(users=mia.id, return_im=True)
    assert opened["channel"]["user"] == mia.id
    assert (await client.conversations_open(users=[mia.id]))["already_open"]
    await client.chat_postMessage(channel=opened["channel"]["id"], text="one")
    await client.chat_postMessage(channel=mia.id, text="two")
    assert [message.text for message in mia.direct_messages()] == ["one", "two"]
    bot = slack.workspace.app.bot_user_id
    assert await error_of(client.conversations_open(users="U404")) == "user_not_found"
    assert await error_of(client.conversations_open(users=bot)) == "cannot_dm_bot"
    many = client.conversations_open(users=f"{mia.id},{bot}")
    assert await error_of(many) == "method_not_supported_for_channel_type"
    slack.workspace.deactivate("Mia")
    assert await error_of(client.chat_postMessage(channel=mia.id, text="x")) == "user_disabled"


async def test_replies_belong_to_a_thread(slack: SlackStandIn, client: AsyncWebClient, general: str) -> None:
    root = await client.chat_postMessage(channel=general, text="root")
    reply = await client.chat_postMessage(channel=general, text="reply", thread_ts=root["ts"], metadata=CARD)
    deeper = await client.chat_postMessage(channel=general, text="deeper", thread_ts=reply["ts"], reply_broadcast=True)
    assert deeper["message"]["thread_ts"] == root["ts"]
    assert deeper["message"]["subtype"] == "thread_broadcast"
    plain_replies = await client.conversations_replies(channel=general, ts=root["ts"])
    assert [message["text"] for message in plain_replies["messages"]] == ["root", "reply", "deeper"]
    assert plain_replies["messages"][0]["reply_count"] == 2
    assert "metadata" not in plain_replies["messages"][1]
    full = await client.conversations_replies(channel=general, ts=root["ts"], include_all_metadata=True)
    assert full["messages"][1]["metadata"] == CARD
    history = await client.conversations_history(channel=general)
    assert [message["text"] for message in history["messages"]] == ["deeper", "root"]
    await client.chat_delete(channel=general, ts=reply["ts"])
    assert slack.thread("general", root["ts"])[0].reply_ts == [deeper["ts"]]
    assert await error_of(client.conversations_replies(channel=general, ts="1.0")) == "thread_not_found"


async def test_history_is_paged_and_bounded(client: AsyncWebClient, general: str) -> None:
    stamps = [(await client.chat_postMessage(channel=general, text=str(n)))["ts"] for n in range(5)]
    first = await client.conversations_history(channel=general, limit=3)
    assert [message["text"] for message in first["messages"]] == ["4", "3", "2"]
    assert first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=general, limit=3, cursor=cursor)
    assert [message["text"] for message in second["messages"]] == ["1", "0"]
    assert not second["has_more"]
    since = await client.conversations_history(channel=general, oldest=stamps[3])
    assert [message["text"] for message in since["messages"]] == ["4"]
    since = await client.conversations_history(channel=general, oldest=stamps[3], inclusive=True)
    assert [message["text"] for message in since["messages"]] == ["4", "3"]
    assert await error_of(client.conversations_history(channel=general, cursor="junk!")) == "invalid_cursor"
    assert await error_of(client.conversations_history(channel=general, oldest="junk")) == "invalid_ts_oldest"
    junk = client.api_call("conversations.history", json={"channel": general, "limit": "many"})
    assert await error_of(junk) == "invalid_arguments"


async def test_history_needs_membership(slack: SlackStandIn, client: AsyncWebClient, secret: str) -> None:
    elsewhere = slack.workspace.add_channel("elsewhere", bot=False).id
    assert await error_of(client.conversations_history(channel=elsewhere)) == "not_in_channel"
    assert await error_of(client.conversations_history(channel=secret)) == "channel_not_found"
    await client.conversations_join(channel=elsewhere)
    assert (await client.conversations_history(channel=elsewhere))["messages"] == []


async def test_channels_are_listed_by_type_and_membership(
    slack: SlackStandIn, client: AsyncWebClient, mia: Person
) -> None:
    slack.workspace.add_channel("plans", private=True)
    slack.workspace.archive("marketing")
    await client.conversations_open(users=mia.id)
    types = "public_channel,private_channel,im"
    listed = (await client.conversations_list(types=types))["channels"]
    assert [channel.get("name") for channel in listed] == ["general", "marketing", "plans", None]
    listed = (await client.conversations_list(exclude_archived=True))["channels"]
    assert [channel["name"] for channel in listed] == ["general"]
    info = await client.conversations_info(channel=listed[0]["id"], include_num_members=True)
    assert info["channel"]["num_members"] == 3
    assert info["channel"]["is_member"]
    members = (await client.conversations_members(channel=listed[0]["id"]))["members"]
    assert mia.id in members


async def test_the_bot_joins_public_channels_only(slack: SlackStandIn, client: AsyncWebClient, mia: Person) -> None:
    slack.workspace.archive("marketing")
    direct = (await client.conversations_open(users=mia.id))["channel"]["id"]
    marketing = slack.workspace.channel("marketing").id
    plans = slack.workspace.add_channel("plans", private=True).id
    for closed in (direct, plans):
        assert await error_of(client.conversations_join(channel=closed)) == "method_not_supported_for_channel_type"
    assert await error_of(client.conversations_join(channel=marketing)) == "is_archived"
    for unknown in (slack.workspace.channel("secret-launch").id, "C404", "general"):
        assert await error_of(client.conversations_join(channel=unknown)) == "channel_not_found"


async def test_joining_where_the_bot_is_already_is_only_remarked_on(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    town = slack.workspace.add_channel("town", bot=False)
    first = await client.conversations_join(channel=town.id)
    assert first["channel"]["is_member"]
    assert "warning" not in first
    again = await client.conversations_join(channel=town.id)
    assert again["channel"] == first["channel"]
    assert again["warning"] == "already_in_channel"
    assert again["response_metadata"]["warnings"] == ["already_in_channel"]


async def test_joining_takes_a_scope_of_its_own() -> None:
    granted = {"channels:history", "channels:read", "chat:write", "chat:write.public"}
    async with SlackStandIn(bot_token="xoxb-test", granted_scopes=granted) as slack:
        client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url)
        town = slack.workspace.add_channel("town", bot=False)
        refusal = await refused(client.conversations_join(channel=town.id))
        assert (refusal["error"], refusal["needed"]) == ("missing_scope", "channels:join")
        assert slack.workspace.app.bot_user_id not in town.members


async def test_people_are_looked_up(slack: SlackStandIn, client: AsyncWebClient, mia: Person) -> None:
    assert (await client.users_info(user=mia.id))["user"]["is_admin"]
    assert not (await client.users_info(user=slack.person("Sam").id))["user"]["is_admin"]
    assert await error_of(client.users_info(user="U404")) == "user_not_found"
    page = await client.users_list(limit=2)
    assert [member["real_name"] for member in page["members"]] == ["bloom", "Mia"]


async def test_reading_methods_may_be_got(slack: SlackStandIn) -> None:
    headers = {"Authorization": "Bearer xoxb-test"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(slack.api_url + "users.list?limit=1", headers=headers) as response,
    ):
        assert len((await response.json())["members"]) == 1
