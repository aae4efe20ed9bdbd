"""Slack's stand-in: real HTTP and WebSockets on loopback, as strict as the real thing.

Tests judge the bot by it, and anyone can try the bot in it without a Slack account. It keeps Slack's
documented limits, errors and payloads; what a person does goes through :class:`Person`, which refuses
what Slack's screen would refuse.
"""

from bot.sandbox.slack.changes import Change, ChangeFeed
from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.errors import PersonCannot, SlackRefusal
from bot.sandbox.slack.files import SlackFile
from bot.sandbox.slack.identity import Organisation
from bot.sandbox.slack.installations import Installation
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.person import Person
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.site import SlackSite
from bot.sandbox.slack.user_groups import UserGroup
from bot.sandbox.slack.views import View
from bot.sandbox.slack.web_api import Call
from bot.sandbox.slack.workspace import Channel, Workspace

__all__ = [
    "Answer",
    "Call",
    "Change",
    "ChangeFeed",
    "Channel",
    "Delivery",
    "Installation",
    "Message",
    "Organisation",
    "Person",
    "PersonCannot",
    "SlackFile",
    "SlackRefusal",
    "SlackSite",
    "SlackStandIn",
    "UserGroup",
    "View",
    "Workspace",
]
