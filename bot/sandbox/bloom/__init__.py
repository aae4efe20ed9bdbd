"""Bloom's stand-in: a server on loopback that answers as Bloom's document says.

Tests judge the bot's client by it, and a visitor without a Bloom account tries the bot with it. It charges
credits, takes its time, limits requests and draws real pictures, all by one clock and one seed.

How to see what a real account would only show by chance:

- a word in a prompt decides whether the image fails, and what kind of file it is: ``prompts`` lists them;
  ``state.studio.file_format`` is the kind of all others;
- ``faults.hide_from_slack`` keeps pictures from Slack, though not from the bot;
- a word in an address decides how its analysis ends, and whether it is a logo's: ``outcomes`` lists them;
- ``imageSize`` “4K” is refused with ``FEATURE_NOT_ENTITLED`` until ``state.account.plan_4k`` is true;
- everything else is set up with ``faults``.

It is also Bloom's authorization server (``bot.sandbox.bloom.oauth``), for “Sign in with Bloom”: ``auth_url`` is its
issuer, ``oauth`` its controls, and the page where somebody allows an app lets them choose which account they are.
"""

from bot.sandbox.bloom.demo import LEO_EMAIL, MAYA_EMAIL, SANDBOX_API_KEY, SANDBOX_CREDITS, SANDBOX_EMAIL
from bot.sandbox.bloom.faults import Faults
from bot.sandbox.bloom.journal import Journal, RequestRecord
from bot.sandbox.bloom.oauth import AuthorizationServer, Grant
from bot.sandbox.bloom.server import BloomStandIn
from bot.sandbox.bloom.spelling import Spelling
from bot.sandbox.bloom.state import BloomState

__all__ = [
    "LEO_EMAIL",
    "MAYA_EMAIL",
    "SANDBOX_API_KEY",
    "SANDBOX_CREDITS",
    "SANDBOX_EMAIL",
    "AuthorizationServer",
    "BloomStandIn",
    "BloomState",
    "Faults",
    "Grant",
    "Journal",
    "RequestRecord",
    "Spelling",
]
