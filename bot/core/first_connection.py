"""Connecting a workspace by a key that stands in the settings, as `/bloom connect` does by one that is typed.

An account that a person connected is kept. A Bloom that is away does not keep the bot from starting: the key is
tried until Bloom has said whose it is.
"""

import asyncio
from itertools import chain, repeat

import structlog

from bot.core.clock import Clock
from bot.core.errors import BloomError, BloomRateLimited, BloomRefused, ConfigError
from bot.core.models import Connection
from bot.core.services import Core

log = structlog.get_logger(__name__)

PATIENCE = 5.0
"""Seconds that a start waits for Bloom's answer before it goes on without."""
PAUSES = (1.0, 3.0, 10.0, 30.0)
"""Seconds before Bloom is asked once more; the last one repeats."""


async def connect_at_start(core: Core, workspace_id: str, key: str, clock: Clock) -> None:
    """Connect with the key where it is due. Raises ConfigError when Bloom refuses it."""
    try:
        async with asyncio.timeout(PATIENCE):
            await _connect_if_due(core, workspace_id, key)
    except (BloomRateLimited, TimeoutError) as exc:
        _go_on_later(core, workspace_id, key, clock, exc)
    except BloomRefused as refusal:
        raise ConfigError(f"BLOOM_API_KEY is refused by Bloom ({refusal.code})") from refusal
    except BloomError as exc:
        _go_on_later(core, workspace_id, key, clock, exc)
    else:
        core.tasks.start(core.brands.refresh(workspace_id), name="first look at the brands")


def _go_on_later(core: Core, workspace_id: str, key: str, clock: Clock, reason: Exception) -> None:
    log.warning("Bloom is not reachable yet", reason=repr(reason))
    core.tasks.start(_connect_later(core, workspace_id, key, clock), name="connect to Bloom")


async def _connect_later(core: Core, workspace_id: str, key: str, clock: Clock) -> None:
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        await clock.sleep(pause)
        try:
            await _connect_if_due(core, workspace_id, key)
        except BloomRefused as refusal:
            if not isinstance(refusal, BloomRateLimited):
                log.error("BLOOM_API_KEY is refused by Bloom", code=refusal.code)
                return
        except BloomError as exc:
            log.warning("Bloom is not reachable yet", reason=repr(exc))
        else:
            break
    await core.brands.refresh(workspace_id)


async def _connect_if_due(core: Core, workspace_id: str, key: str) -> None:
    current = await core.connections.current(workspace_id)
    if current is None or _is_outdated(current, key):
        await core.connections.connect(workspace_id, key, None)


def _is_outdated(current: Connection, key: str) -> bool:
    """Whether the settings connected another key than they hold now, or one that Bloom has refused since."""
    return current.connected_by is None and (current.credential != key or current.is_broken)
