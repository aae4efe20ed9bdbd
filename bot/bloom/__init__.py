"""Bloom's REST API: `wire` decides everything without I/O, `transport` carries it out, `client` is the core's port."""

from bot.bloom.client import BloomApi

__all__ = ["BloomApi"]
