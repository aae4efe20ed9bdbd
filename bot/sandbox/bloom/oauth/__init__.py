"""Bloom's authorization server: what "Sign in with Bloom" meets, for public clients and nobody else.

It speaks as RFC 6749 (authorization code, refresh), 7636 (PKCE, S256 only), 7591 (registration), 7009 (revocation)
and 8414 (metadata) say, and where they leave a choice it is the strict one: a redirect address is compared letter by
letter and never left out, a code and a refresh token hold once, and one that comes a second time ends what it gave.
There is no ``id_token``: nobody here asks who somebody is, ``GET /account`` tells.

Own code, though Authlib has a server too: that one would be as long in glue (six methods of its server, its models,
its grants' stores) without expiry, replay and rotation, writes the tokens it gives to its debug log, where our tests
look for secrets, and it is the very library by which the bot signs in, so it would judge itself.
"""

from bot.sandbox.bloom.oauth.errors import STATUSES, OAuthRefused
from bot.sandbox.bloom.oauth.grants import Grant, Policy
from bot.sandbox.bloom.oauth.server import AUTH_PREFIX, AuthorizationServer

__all__ = ["AUTH_PREFIX", "STATUSES", "AuthorizationServer", "Grant", "OAuthRefused", "Policy"]
