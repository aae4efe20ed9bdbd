"""What the inspector must not show: keys and tokens, wherever they stand in what was sent and answered.

Three nets, for each has holes: what looks like a key, a token or the state of a sign-in, what is equal to one that a
stand-in knows, and what someone typed where the app asks for one, which may be a mistyped key of a real account.
"""

import math
import re
from collections.abc import Set
from typing import Any, Final

MASK: Final = "…"
_PATTERNS: Final = (
    (re.compile(r"(bloom_sk_)[\w.~+/=-]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(xox[a-z](?:\.xox[a-z])?-|xapp-)[\w-]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(Bearer\s+)[\w.~+/=-]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"([?&](?:state|code)=)[\w.~%-]+"), rf"\1{MASK}"),
)
_ASKS_FOR_SECRET: Final = re.compile(r"(^|[_-])(key|token|secret|password)s?$", re.IGNORECASE)
_TYPED: Final = ("value", "initial_value")
_LONG_ENOUGH_TO_SEEK: Final = 8
_DEEPEST: Final = 100


def redact(value: Any, credentials: Set[str] = frozenset(), *, at_secret: bool = False, depth: int = 0) -> Any:
    """Return a copy in JSON that every browser reads, without secrets; ``at_secret``: it stands where one is asked for.

    What is nested more than a hundred times is left out.
    """
    if isinstance(value, dict | list | tuple) and depth >= _DEEPEST:
        return MASK
    if isinstance(value, dict):
        secret = at_secret or any(_names_secret(value.get(name)) for name in ("action_id", "block_id"))
        return {
            redact(str(key), credentials): _typed(child)
            if secret and key in _TYPED and value.get("type") == "plain_text_input"
            else redact(child, credentials, at_secret=secret or _holds_secret(key, child), depth=depth + 1)
            for key, child in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(child, credentials, at_secret=at_secret, depth=depth + 1) for child in value]
    if isinstance(value, str):
        return _masked(value, credentials)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if isinstance(value, int | None) else type(value).__name__


def _holds_secret(name: object, child: object) -> bool:
    return isinstance(child, dict) and _names_secret(name)


def _names_secret(name: object) -> bool:
    return isinstance(name, str) and _ASKS_FOR_SECRET.search(name) is not None


def _typed(value: Any) -> Any:
    return f"{MASK} ({len(value)} characters)" if isinstance(value, str) and value else value


def _masked(text: str, credentials: Set[str]) -> str:
    if text in credentials:
        return _head(text) + MASK
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    for credential in credentials:
        if len(credential) >= _LONG_ENOUGH_TO_SEEK:
            text = text.replace(credential, _head(credential) + MASK)
    return text


def _head(credential: str) -> str:
    """Return the part of a credential that says of which kind it is, if it has one."""
    found = re.match(r"bloom_sk_|xox[a-z]-|xapp-", credential)
    return found[0] if found else ""
