"""Slack's Web API: the methods, their errors and their scopes."""

from bot.sandbox.slack.web_api.gate import Call, Watch, WebApi
from bot.sandbox.slack.web_api.planned import Outage, OutageKind, PlannedFailure

__all__ = ["Call", "Outage", "OutageKind", "PlannedFailure", "Watch", "WebApi"]
