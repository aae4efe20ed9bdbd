"""Bloom for Slack: on-brand images where a team already talks."""

__version__ = "0.1.0"
