"""Addresses as settings: which ones can be meant."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("should be an http or https address")
    return value.rstrip("/")


def _public_address(value: str) -> str:
    """Slack and Bloom send people's browsers here, with codes that only https keeps to them."""
    parts = urlsplit(value)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("should be an https address (http only on this machine itself)")
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("should be an address without a path, such as https://bloom.example.com")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[str, AfterValidator(_address)]
"""An http(s) address without a slash at its end."""
PublicAddress = Annotated[Address, AfterValidator(_public_address)]
"""An https address without a path."""
