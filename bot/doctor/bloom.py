"""Bloom: whether it can be reached, whose the credentials are, and what is left to spend."""

from collections.abc import Sequence
from datetime import datetime

from bot.bloom import BloomApi
from bot.core.credentials import ApiKey
from bot.core.errors import BloomError, BloomRefused, BloomUnauthorized
from bot.core.models import BloomWorkspace, Connection, Credits
from bot.core.ports import Bloom
from bot.doctor.findings import Finding, bad, good, unknown
from bot.slack.views.wording import API_KEYS_URL, PRICING_URL

NOBODY = ApiKey("bloom_sk_doctor")
CREDITS_OF = 3
"""Bloom workspaces whose credits are asked for."""
NETWORK = "Look at the network, and at BLOOM_API_URL."


async def check_reach(api: BloomApi, what: str) -> Finding:
    """Show Bloom a key that nobody has: to be refused is an answer."""
    try:
        await api.with_credential(NOBODY).account()
    except BloomUnauthorized:
        pass
    except BloomError as error:
        return bad(what, f"it does not answer as it should ({error})", NETWORK)
    return good(what, "it answers")


async def check_key(api: BloomApi, what: str, key: str) -> Finding:
    """Ask whose the key of the settings is."""
    return await _ask(api.with_credential(ApiKey(key)), what, None, f"Make a new one at {API_KEYS_URL}.")


async def check_connection(api: BloomApi, what: str, connection: Connection, now: datetime) -> Finding:
    """Ask about a workspace's connection, as it stands on record: to renew it is for the bot."""
    reconnect = "A manager of that workspace has to connect again: /bloom connect"
    if connection.is_broken:
        return bad(what, f"Bloom refuses the connection of {connection.account.email}", reconnect)
    if connection.grant and connection.grant.expires_at and connection.grant.expires_at <= now:
        return unknown(what, f"signed in as {connection.account.email}; the bot renews the token at its next use")
    bloom = api.with_credential(ApiKey(connection.credential))
    return await _ask(bloom, what, connection.bloom_workspace, reconnect)


async def _ask(bloom: Bloom, what: str, chosen: BloomWorkspace | None, renew: str) -> Finding:
    try:
        account = await bloom.account()
        workspaces = await bloom.workspaces()
        paying = [chosen] if chosen else list(workspaces[:CREDITS_OF])
        left = [await bloom.credits(one.id) for one in paying]
    except BloomUnauthorized as refusal:
        return bad(what, f"Bloom refuses the credential ({refusal.code})", renew)
    except BloomRefused as refusal:
        return bad(what, f"Bloom answers {refusal.code}", "Write to Bloom's support if this stays.")
    except BloomError as error:
        return bad(what, f"Bloom cannot be asked ({error})", NETWORK)
    said = f"{account.email}; {_purses(paying, left)}{_others(len(workspaces) - len(paying))}"
    if not any(credits.unlimited or credits.balance > 0 for credits in left):
        return bad(what, said, f"Top up: {PRICING_URL}")
    return good(what, said)


def _purses(workspaces: Sequence[BloomWorkspace], left: Sequence[Credits]) -> str:
    amounts = ("unlimited" if credits.unlimited else f"{credits.balance:g}" for credits in left)
    return ", ".join(f"{one.name}: {amount} credits" for one, amount in zip(workspaces, amounts, strict=True))


def _others(count: int) -> str:
    return f", and {count} other workspace{'s' * (count > 1)}" if count > 0 else ""
