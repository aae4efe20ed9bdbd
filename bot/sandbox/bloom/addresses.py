"""What Bloom takes for a website's address, and the name it reads from it."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from bot.sandbox.bloom.errors import Refused

_PRIVATE_SUFFIXES = (".local", ".internal", ".localhost", ".test", ".invalid")


def public_url(url: str) -> SplitResult:
    """Return the parts of an address that the whole world could open, or refuse it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Refused("INVALID_URL") from error
    if parts.scheme not in ("http", "https") or not _is_public(parts.hostname or ""):
        raise Refused("INVALID_URL")
    return parts


def brand_name(address: SplitResult) -> str:
    """Return the name on the door: ``https://www.blue-bottle.com`` is “Blue Bottle”."""
    host = (address.hostname or "").removeprefix("www.")
    if host == "instagram.com":
        host = address.path.strip("/").split("/")[0] or host
    return host.split(".")[0].replace("-", " ").replace("_", " ").title()


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and " " not in host and not host.endswith(_PRIVATE_SUFFIXES)
