"""How a picture becomes a PNG. Only the process of its own does this: see the docstring of the package."""

import io
from xml.etree import ElementTree as ET

import resvg_py
from PIL import Image

from bot.pictures.kinds import EXTENSIONS, SVG

LONGEST_SIDE = 2048
"""Pixels: more than Slack shows; the original is a link away."""
MOST_PIXELS = 50_000_000
"""4K of any shape has up to 17 million; a file of some kilobytes can claim billions."""
_FORMATS = tuple("JPEG" if name == "jpg" else name.upper() for name in EXTENSIONS.values() if name != "svg")


def png_of(content: bytes, mime_type: str) -> bytes:
    """Return the picture as a PNG. Raises whatever the libraries do for what is no picture."""
    return _rendered(content) if mime_type == SVG else _converted(content)


def thumbnail_of(content: bytes, side: int) -> Image.Image:
    """Return a picture of pixels, no longer at any side than this. Raises whatever Pillow does for what is none."""
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.draft(None, (side, side))
        shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
    shown.thumbnail((side, side))
    return shown


def _converted(content: bytes) -> bytes:
    shown = thumbnail_of(content, LONGEST_SIDE)
    written = io.BytesIO()
    shown.save(written, "PNG")
    return written.getvalue()


def _rendered(content: bytes) -> bytes:
    """Draw a vector as large as Slack shows it. It is drawn with nothing but itself: resvg would open files."""
    root = ET.fromstring(content)  # noqa: S314 - expat opens nothing, and stops at entities that multiply
    for element in root.iter():
        for name in [name for name in element.attrib if _leads_outside(name, element.attrib[name])]:
            del element.attrib[name]
    drawing = ET.tostring(root, encoding="unicode")
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=LONGEST_SIDE, height=LONGEST_SIDE))


def _leads_outside(name: str, value: str) -> bool:
    """Whether this names something that is neither in the drawing nor written out in it."""
    is_reference = name.rpartition("}")[2] == "href"
    return is_reference and not value.strip().startswith(("#", "data:image/"))
