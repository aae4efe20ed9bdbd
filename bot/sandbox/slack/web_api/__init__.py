"""Slack's Web API: the methods, their errors and their scopes."""

from bot.sandbox.slack.web_api.gate import Call, Outage, OutageKind, PlannedFailure, Watch, WebApi

__all__ = ["Call", "Outage", "OutageKind", "PlannedFailure", "Watch", "WebApi"]
