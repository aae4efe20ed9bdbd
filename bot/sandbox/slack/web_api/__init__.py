"""Slack's Web API: the methods, their errors and their scopes."""

from bot.sandbox.slack.web_api.gate import Call, PlannedFailure, WebApi

__all__ = ["Call", "PlannedFailure", "WebApi"]
