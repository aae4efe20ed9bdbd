"""Bloom's REST API, and a fair share of its rate limit for everybody.

`wire` says without I/O what is sent and what an answer means, `transport` carries one request over the network,
`access` gives each its slot of the `budget` and repeats what may be repeated, `waiting` looks after pending images, and
`client` is all of it as the core's port.
"""

from bot.bloom.client import BloomApi

__all__ = ["BloomApi"]
