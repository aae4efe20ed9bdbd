"""What people type for a website, an Instagram profile or a picture, as an address that Bloom can open."""

import ipaddress
import re

from pydantic import HttpUrl, TypeAdapter, ValidationError

INSTAGRAM = "instagram.com"
ADDRESS_LIMIT = 2000

_PROFILE = re.compile(r"@([A-Za-z0-9._]{1,30})")
_URL = TypeAdapter(HttpUrl)


def brand_address(typed: str) -> str | None:
    """Return the address of the website or profile that is meant, None for what can be none.

    Without a scheme it is https; `@name` and `instagram.com/name` are a profile.
    """
    if profile := _PROFILE.fullmatch(typed.strip()):
        return f"https://{INSTAGRAM}/{profile[1]}"
    url = _public_url(typed)
    if url is None or (_is_instagram(url) and not (url.path or "").strip("/")):
        return None
    return str(url).rstrip("/")


def file_address(typed: str) -> str | None:
    """Return the address of the file that is meant, None for what can be none."""
    url = _public_url(typed)
    return str(url) if url and (url.path or "").strip("/") else None


def _public_url(typed: str) -> HttpUrl | None:
    text = typed.strip().removeprefix("<").removesuffix(">")
    try:
        url = _URL.validate_python(text if "://" in text else f"https://{text}")
    except ValidationError:
        return None
    is_meant = _is_public(url.host or "") and url.username is None and len(str(url)) <= ADDRESS_LIMIT
    return url if is_meant and not re.search(r"\s", text) else None


def _is_public(host: str) -> bool:
    """Whether the host is one that others can reach; which of them exist only Bloom can find out."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".internal", ".localhost"))


def _is_instagram(url: HttpUrl) -> bool:
    return (url.host or "").removeprefix("www.") == INSTAGRAM
