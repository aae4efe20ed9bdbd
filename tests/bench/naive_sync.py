"""The first peer: the bot a good tutorial would build on slack-bolt's sync `App`, three calls in the listener.

It does what one would advise: acks first, reuses its HTTP connections, tries again when Bloom says 429, tells the
person what went wrong, and is served by a server with threads rather than by Bolt's development server. It has what
everybody has who does not ask for more: Bolt's own five threads for listeners, and nothing on disk.
"""

import os
import random
import time
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

BRAND_ID = os.environ["BLOOM_BRAND_ID"]
TRIES = 6
FIRST_PAUSE = float(os.environ.get("RETRY_PAUSE", "1"))
"""Seconds before the second try; each further one waits twice as long."""

slack = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
identity = AuthorizeResult.from_auth_test_response(
    auth_test_response=slack.auth_test(charset="utf-8"),  # without an argument the SDK sends an empty body as JSON
    bot_token=os.environ["SLACK_BOT_TOKEN"],
)
app = App(
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    client=WebClient(base_url=os.environ["SLACK_API_URL"]),
    authorize=lambda: identity,
)
bloom = httpx.Client(
    base_url=os.environ["BLOOM_API_URL"], headers={"x-api-key": os.environ["BLOOM_API_KEY"]}, timeout=150
)


@app.command("/bloom")
def make_image(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
    """Make the image while the listener's thread waits for it."""
    ack()
    user, channel, prompt = command["user_id"], command["channel_id"], command["text"]
    request = client.chat_postMessage(channel=channel, text=f"<@{user}> is making an image… {prompt}")
    try:
        order = {"brandSessionId": BRAND_ID, "prompt": prompt}
        image_id = ask_bloom("POST", "/images/generations", json=order)["ids"][0]
        image = ask_bloom("GET", f"/images/{image_id}", params={"wait": "true", "timeout": 120})
        if image["status"] != "completed":
            raise RuntimeError(f"the image is {image['status']}")
    except (httpx.HTTPError, RuntimeError) as error:
        client.chat_postMessage(channel=channel, thread_ts=request["ts"], text=f"No image of {prompt}: {error}")
        return
    text = f"<@{user}> here is your image: {prompt}"
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "image", "image_url": image["imageUrl"], "alt_text": prompt},
    ]
    client.chat_postMessage(channel=channel, thread_ts=request["ts"], text=text, blocks=blocks)


def ask_bloom(method: str, path: str, **arguments: Any) -> Any:
    """Call Bloom, again after a pause when it is too busy."""
    for attempt in range(TRIES):
        answer = bloom.request(method, path, **arguments)
        if answer.status_code != 429 or attempt == TRIES - 1:
            break
        time.sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
    return answer.raise_for_status().json()["data"]


class Server(ThreadingMixIn, WSGIServer):
    """One thread a request, as gunicorn's threads would have it."""

    daemon_threads = True
    request_queue_size = 128


class Quiet(WSGIRequestHandler):
    """No line a request."""

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


if __name__ == "__main__":
    host, port = os.environ["HOST"], int(os.environ["PORT"])
    make_server(host, port, SlackRequestHandler(app), server_class=Server, handler_class=Quiet).serve_forever()
