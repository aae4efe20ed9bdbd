"""A small real Bolt app: enough of every kind of interaction to prove that the stand-in speaks Bolt's Slack."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str | None = None) -> Json:
    return {"text": plain(text), "value": value or text.lower()}


def input_block(block_id: str, element: Json, **more: Any) -> Json:
    element = {"action_id": block_id, **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id.title()), "element": element, **more}


def form(**more: Any) -> Json:
    """The modal of the demo: a prompt, a size, and a brand that the app looks up."""
    return {
        "type": "modal",
        "callback_id": "create",
        "title": plain("Create an image"),
        "submit": plain("Create"),
        "blocks": [
            input_block("prompt", {"type": "plain_text_input", "max_length": 20}),
            input_block(
                "size",
                {
                    "type": "static_select",
                    "options": [option("Small"), option("Large")],
                    "initial_option": option("Small"),
                },
                dispatch_action=True,
            ),
            input_block("brand", {"type": "external_select", "min_query_length": 0}, optional=True),
        ],
        **more,
    }


def build(slack: SlackStandIn, *, signing_secret: str = "shh", token: str = "xoxb-test") -> tuple[AsyncApp, list[Any]]:
    """Return the app and the list of what it heard."""
    heard: list[Any] = []
    client = AsyncWebClient(token=token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=signing_secret, token=token, process_before_response=False)

    @app.command("/bloom")
    async def command(ack: Any, body: Json, client: AsyncWebClient, respond: Any) -> None:
        heard.append(body)
        match body["text"].split():
            case []:
                await ack()
                await client.views_open(trigger_id=body["trigger_id"], view=form())
            case ["help"]:
                await ack("Type a prompt.")
            case ["later"]:
                await ack()
                await respond(text="done", response_type="in_channel")
            case _:
                await ack()
                await client.chat_postMessage(
                    channel=body["channel_id"],
                    text=body["text"],
                    blocks=[
                        {"type": "section", "text": {"type": "mrkdwn", "text": body["text"]}},
                        {
                            "type": "actions",
                            "block_id": "next",
                            "elements": [
                                {"type": "button", "action_id": "vary", "text": plain("Vary"), "value": "7"},
                                {"type": "static_select", "action_id": "ratio", "options": [option("Wide")]},
                            ],
                        },
                    ],
                )

    @app.view("create")
    async def submitted(ack: Any, body: Json, view: Json, client: AsyncWebClient) -> None:
        heard.append(body)
        if view["state"]["values"]["prompt"]["prompt"]["value"] == "bad":
            await ack(response_action="errors", errors={"prompt": "Not that."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="made")

    @app.options("brand")
    async def brands(ack: Any, body: Json) -> None:
        await ack(options=[option(f"Acme {body['value']}".strip(), "acme")])

    @app.action("size")
    async def size(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        changed = form()
        changed["title"] = plain(body["actions"][0]["selected_option"]["value"])
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=changed)

    @app.action("vary")
    async def vary(ack: Any, body: Json, respond: Any) -> None:
        heard.append(body)
        await ack()
        await respond(text="varied", replace_original=True)

    @app.action("ratio")
    async def ratio(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    @app.shortcut("from_anywhere")
    @app.shortcut("from_message")
    async def shortcut(ack: Any, body: Json, client: AsyncWebClient) -> None:
        heard.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("Brands")}]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.event("app_mention")
    async def mention(event: Json, say: Any) -> None:
        heard.append(event)
        await say(text="hello", thread_ts=event["ts"])

    return app, heard
