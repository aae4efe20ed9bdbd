"""Composed pictures as files: a panel of art, the brand's name, and words of the prompt."""

import io
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from textwrap import shorten
from typing import cast

from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from bot.sandbox.bloom.compositions import Composer, Composition, Rgb, Shape
from bot.sandbox.bloom.images import FileFormat

Box = tuple[int, int, int, int]
_SMOOTH_SIDE = 1200
_MAX_LINES = 6
_LEADING = 1.22
_SAVE: dict[str, dict[str, int]] = {
    "PNG": {"compress_level": 1},
    "JPEG": {"quality": 88},
    "WEBP": {"quality": 82, "method": 1},
    "AVIF": {"quality": 70, "speed": 9},
}


@dataclass(frozen=True)
class Poster:
    """What a picture is to show. Without a caption it is art from edge to edge, like a photograph."""

    seed: str
    width: int
    height: int
    colors: tuple[str, ...]
    brand: str
    caption: str
    transparent: bool = False

    @property
    def art(self) -> Box:
        """Return where the art stands: above the words, or beside them in a wide picture."""
        if not self.caption:
            return (0, 0, self.width, self.height)
        if self.width > self.height * 1.3:
            return (round(self.width * 0.42), 0, self.width, self.height)
        return (0, 0, self.width, round(self.height * 0.66))

    @property
    def panel(self) -> Box:
        """Return where the words stand."""
        left, _, _, bottom = self.art
        return (0, 0, left, self.height) if left else (0, bottom, self.width, self.height)

    @property
    def composition(self) -> Composition:
        left, top, right, bottom = self.art
        return Composer(self.seed, self.colors, (right - left) / (bottom - top)).compose()


@dataclass(frozen=True)
class Line:
    """A line of text and where its upper left corner stands, in pixels."""

    text: str
    x: int
    y: int
    size: int
    colour: Rgb
    weight: int = 0


def draw(poster: Poster, file_format: FileFormat) -> bytes:
    """Return the picture as a file; takes some tens of milliseconds, so call it off the event loop."""
    if file_format == "SVG":
        return _vector(poster)
    picture = _raster(poster)
    file = io.BytesIO()
    if file_format == "JPEG":
        picture = picture.convert("RGB")
    picture.save(file, file_format, **_SAVE[file_format])
    return file.getvalue()


def draw_logo(name: str, colors: tuple[str, ...]) -> bytes:
    """Return a brand's initial on its colour, as PNG."""
    composition = Composer(name, colors, 1.0).compose()
    picture = Picture.new("RGBA", (512, 512))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 4, 508, 508), fill=composition.ink)
    pen.text((256, 256), name[:1].upper(), composition.paper, _font(300), anchor="mm", stroke_width=6)
    file = io.BytesIO()
    picture.reduce(2).save(file, "PNG")
    return file.getvalue()


def lines(poster: Poster, composition: Composition) -> list[Line]:
    """Set the words: the brand's name small, the caption as large as it fits in a few lines."""
    left, top, right, bottom = poster.panel
    margin = round(min(poster.width, poster.height) * 0.07)
    small = max(12, margin // 2)
    room = right - left - 2 * margin
    height = bottom - top - 2 * margin - round(small * 2.6)
    size, wrapped = _fit(poster.caption, room, height, round(margin * 1.6))
    first = top + margin + round(small * 2.6)
    return [
        Line(_fit_name(poster.brand, small, room), left + margin, top + margin, small, composition.accent, small // 32),
        *(
            Line(text, left + margin, first + round(number * size * _LEADING), size, composition.ink, size // 32)
            for number, text in enumerate(wrapped)
        ),
    ]


def _raster(poster: Poster) -> Picture.Image:
    composition = poster.composition
    picture = Picture.new("RGBA" if poster.transparent else "RGB", (poster.width, poster.height))
    if not poster.transparent:
        picture.paste(composition.paper, (0, 0, *picture.size))
        picture.paste(_blend(composition.ground, poster.art), poster.art[:2])
    shapes = _cutout(composition) if poster.transparent else composition.shapes
    left, top, right, bottom = poster.art
    panel = picture.crop(poster.art)
    layer = _shapes(panel, shapes)
    picture.paste(layer, (left, top, right, bottom))
    if not poster.transparent and poster.caption:
        _write(picture, lines(poster, composition))
    return picture


def _shapes(panel: Picture.Image, shapes: tuple[Shape, ...]) -> Picture.Image:
    """Draw at twice the size and shrink, which smooths the edges; what is large already looks smooth as it is."""
    scale = 1 if max(panel.size) > _SMOOTH_SIDE else 2
    width, height = panel.width * scale, panel.height * scale
    large = panel.resize((width, height), Picture.Resampling.NEAREST)
    pen = ImageDraw.Draw(large, "RGBA")
    for shape in shapes:
        points = [(x * width, y * height) for x, y in shape.points]
        pen.polygon(points, fill=(*shape.colour, round(shape.opacity * 255)))
    return large.reduce(scale)


def _cutout(composition: Composition) -> tuple[Shape, ...]:
    """Leave out what only veils the ground: a cut-out keeps its solid shapes."""
    return tuple(shape for shape in composition.shapes if shape.opacity >= 0.5)


def _blend(ground: tuple[Rgb, Rgb], box: Box) -> Picture.Image:
    size = (box[2] - box[0], box[3] - box[1])
    ramp = Picture.linear_gradient("L").resize(size, Picture.Resampling.BILINEAR)
    return Picture.composite(Picture.new("RGB", size, ground[1]), Picture.new("RGB", size, ground[0]), ramp)


def _write(picture: Picture.Image, text: list[Line]) -> None:
    pen = ImageDraw.Draw(picture)
    for line in text:
        pen.text((line.x, line.y), line.text, line.colour, _font(line.size), stroke_width=line.weight)


def _fit(text: str, room: int, height: int, size: int) -> tuple[int, list[str]]:
    """Return the largest size at which a caption fits, and its lines; what never fits is shortened."""
    words = shorten(" ".join(text.split()), 120, placeholder=" …") or text[:40]
    while True:
        wrapped = _wrap(words, size, room)
        if (len(wrapped) <= _MAX_LINES and len(wrapped) * size * _LEADING <= height) or size <= 14:
            return size, wrapped[: max(1, int(height // (size * _LEADING)))]
        size = round(size * 0.9)


def _wrap(text: str, size: int, room: int) -> list[str]:
    wrapped = [""]
    for word in text.split():
        longer = f"{wrapped[-1]} {word}".strip()
        if _font(size).getlength(longer) <= room or not wrapped[-1]:
            wrapped[-1] = longer
        else:
            wrapped.append(word)
    return wrapped


def _fit_name(name: str, size: int, room: int) -> str:
    spaced = name.upper()
    while len(spaced) > 1 and _font(size).getlength(spaced) > room:
        spaced = spaced[:-1]
    return spaced


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


def _vector(poster: Poster) -> bytes:
    composition = poster.composition
    left, top, right, bottom = poster.art
    width, height = right - left, bottom - top
    shapes = _cutout(composition) if poster.transparent else composition.shapes
    art = "".join(_path(shape, left, top, width, height) for shape in shapes)
    words = "" if poster.transparent or not poster.caption else "".join(map(_text, lines(poster, composition)))
    ground = "" if poster.transparent else _svg_ground(poster, composition)
    clip = f'<clipPath id="a"><rect x="{left}" y="{top}" width="{width}" height="{height}"/></clipPath>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{poster.width}" height="{poster.height}" '
        f'viewBox="0 0 {poster.width} {poster.height}">{clip}{ground}<g clip-path="url(#a)">{art}</g>{words}</svg>'
    ).encode()


def _svg_ground(poster: Poster, composition: Composition) -> str:
    left, top, right, bottom = poster.art
    start, end = (_hex(colour) for colour in composition.ground)
    return (
        f'<linearGradient id="g" x2="0" y2="1"><stop stop-color="{start}"/>'
        f'<stop offset="1" stop-color="{end}"/></linearGradient>'
        f'<rect width="100%" height="100%" fill="{_hex(composition.paper)}"/>'
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" fill="url(#g)"/>'
    )


def _path(shape: Shape, left: int, top: int, width: int, height: int) -> str:
    points = "L".join(f"{left + x * width:.1f} {top + y * height:.1f}" for x, y in shape.points)
    return f'<path d="M{points}Z" fill="{_hex(shape.colour)}" fill-opacity="{shape.opacity}" fill-rule="evenodd"/>'


def _text(line: Line) -> str:
    return (
        f'<text x="{line.x}" y="{line.y + line.size}" font-family="sans-serif" font-weight="600" '
        f'font-size="{line.size}" fill="{_hex(line.colour)}">{escape(line.text)}</text>'
    )


def _hex(colour: Rgb) -> str:
    return "#" + bytes(colour).hex()
