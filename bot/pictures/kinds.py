"""What kind of picture a file is, by its content: what is said of it, and its name, can be wrong."""

import re

SVG = "image/svg+xml"
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    SVG: "svg",
}

_SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "image/avif": re.compile(rb".{4}ftyp(?:avi[fs]|.{8,60}avi[fs])", re.DOTALL),
    SVG: re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^<]*)*<(?:\w+:)?svg[\s>]"),
}
_START = 4096


def kind_of(content: bytes) -> str | None:
    """Return the media type of a picture; None for what is none that we know."""
    start = content[:_START]
    return next((kind for kind, signature in _SIGNATURES.items() if signature.match(start)), None)
