"""Bloom's REST API, a fair share of its rate limit for everybody, and signing in there.

`wire` says without I/O what is sent and what an answer means, `network` is the way to Bloom's site, `transport` carries
one request of the API over it, `access` gives each its slot of the `budget`, shows the credential and repeats what may
be repeated, `waiting` looks after pending images, and `client` is all of it as the core's port. `oauth` is Bloom's
authorization server as the core's port, and `files` the files behind images.
"""

from bot.bloom.client import BloomApi
from bot.bloom.files import BloomFiles
from bot.bloom.oauth import BloomSignIn

__all__ = ["BloomApi", "BloomFiles", "BloomSignIn"]
