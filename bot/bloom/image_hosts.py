"""Where images may be fetched from: Bloom's site, one step beyond where it sends us, and what the setting names.

The bot runs beside other servers, so an address that it is given may not lead it just anywhere.
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

_FRONTS = ("www.", "api.", "app.")
"""Names that a site's parts have beside each other: their parent is the site."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""Any address of the old kind, an inner one too, where the network translates."""


class ImageHosts:
    """Says which addresses may be asked."""

    def __init__(self, api_url: str, further: Collection[str] = ()) -> None:
        self._api = urlsplit(api_url)
        self._site = _site(self._api.hostname or "")
        self._further = frozenset(further)

    def owns(self, url: str) -> bool:
        """Whether this is Bloom's own, or named beside it: over https, or exactly where the API is."""
        parts = _parts(url)
        if parts is None or parts.hostname is None:
            return False
        if _origin(parts) == _origin(self._api):
            return True
        is_https = parts.scheme == "https" and _origin(parts)[2] == 443
        return is_https and (self._is_site(parts.hostname) or parts.hostname in self._further)

    def may_follow(self, url: str, onward: str) -> bool:
        """Whether a redirect may be followed: anywhere from what is Bloom's own, over the same scheme, else back."""
        if self.owns(onward):
            return True
        here, there = _parts(url), _parts(onward)
        if here is None or there is None or not there.hostname or here.scheme != there.scheme:
            return False
        is_within = not _is_public(there.hostname) and _is_public(self._api.hostname or "")
        return self.owns(url) and not is_within

    def _is_site(self, host: str) -> bool:
        if _is_address(self._site):
            return host == self._site
        return host == self._site or host.endswith(f".{self._site}")


def _parts(url: str) -> SplitResult | None:
    """Return the parts of an address, unless it is broken or brings a name and password along."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    is_plain = parts.scheme in ("http", "https") and not (parts.username or parts.password)
    return parts if is_plain else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _site(host: str) -> str:
    """Return the site that a host is of. Without a list of all registries no more than a known front is taken away."""
    front = next((front for front in _FRONTS if host.startswith(front) and "." in host.removeprefix(front)), "")
    return host.removeprefix(front)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    """Whether a host may be one of the internet: a name with a dot, or an address that is routed there.

    What ends in a number is an address as well, written as only the resolver reads it ("127.1").
    """
    if _is_address(host):
        return ipaddress.ip_address(host).is_global and ipaddress.ip_address(host) not in _TRANSLATED
    name = host.removesuffix(".")
    is_number = name.rpartition(".")[2][:1].isdigit()
    return "." in name and not is_number and not name.endswith((".localhost", ".local", ".internal"))
