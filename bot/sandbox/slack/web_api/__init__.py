"""Slack's Web API: the methods, their errors and their scopes."""

from bot.sandbox.slack.web_api.gate import Call, OutageKind, PlannedFailure, WebApi

__all__ = ["Call", "OutageKind", "PlannedFailure", "WebApi"]
