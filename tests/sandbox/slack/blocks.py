"""Blocks and elements for the judge of Block Kit to look at."""

from typing import Any

from tests.sandbox.slack.demo_app import option, plain

Json = dict[str, Any]


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "hi", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "options": [option("A")], **more}


CONFIRM = {"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No")}
IMAGE = {"type": "image", "image_url": "http://127.0.0.1/a.png", "alt_text": "a"}
GROUPS = [{"label": plain("Group"), "options": [option("A")]}]
BOXES = [{"text": mrkdwn("*A*"), "value": "a", "description": mrkdwn("_b_")}]
