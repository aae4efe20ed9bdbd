"""The second peer: the bot a good tutorial would build on slack-bolt's `AsyncApp`, one asyncio task a request.

It does what one would advise: acks first, keeps its tasks referenced, reuses its connections to Bloom with no limit to
their number, tries again when Bloom says 429, and tells the person what went wrong. It has no budget, and nothing on
disk: what is under way when it ends is lost.
"""

import asyncio
import os
import random
from typing import Any

import httpx
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

BRAND_ID = os.environ["BLOOM_BRAND_ID"]
TRIES = 6
FIRST_PAUSE = float(os.environ.get("RETRY_PAUSE", "1"))
"""Seconds before the second try; each further one waits twice as long."""

app = AsyncApp(
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
)
bloom = httpx.AsyncClient(
    base_url=os.environ["BLOOM_API_URL"],
    headers={"x-api-key": os.environ["BLOOM_API_KEY"]},
    timeout=150,
    limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
)
tasks: set[asyncio.Task[None]] = set()


@app.command("/bloom")
async def begin(ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient) -> None:
    """Ack, and make the image in a task of its own."""
    await ack()
    task = asyncio.create_task(make_image(command, client))
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def make_image(command: dict[str, Any], client: AsyncWebClient) -> None:
    """Post the request, make the image, and post it in the thread."""
    user, channel, prompt = command["user_id"], command["channel_id"], command["text"]
    request = await client.chat_postMessage(channel=channel, text=f"<@{user}> is making an image… {prompt}")
    try:
        order = {"brandSessionId": BRAND_ID, "prompt": prompt}
        image_id = (await ask_bloom("POST", "/images/generations", json=order))["ids"][0]
        image = await ask_bloom("GET", f"/images/{image_id}", params={"wait": "true", "timeout": 120})
        if image["status"] != "completed":
            raise RuntimeError(f"the image is {image['status']}")
    except (httpx.HTTPError, RuntimeError) as error:
        await client.chat_postMessage(channel=channel, thread_ts=request["ts"], text=f"No image of {prompt}: {error}")
        return
    text = f"<@{user}> here is your image: {prompt}"
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "image", "image_url": image["imageUrl"], "alt_text": prompt},
    ]
    await client.chat_postMessage(channel=channel, thread_ts=request["ts"], text=text, blocks=blocks)


async def ask_bloom(method: str, path: str, **arguments: Any) -> Any:
    """Call Bloom, again after a pause when it is too busy."""
    for attempt in range(TRIES):
        answer = await bloom.request(method, path, **arguments)
        if answer.status_code != 429 or attempt == TRIES - 1:
            break
        await asyncio.sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
    return answer.raise_for_status().json()["data"]


if __name__ == "__main__":
    web.run_app(app.web_app(), host=os.environ["HOST"], port=int(os.environ["PORT"]), access_log=None, print=None)
