"""What a picture is made of: polygons in a brand's colours, composed by a seed, in a square of 1 by 1.

Raster and vector are drawn from the same shapes, so a vectorized image is the image it came from.
"""

import math
import random
from dataclasses import dataclass

Point = tuple[float, float]
Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Shape:
    """A filled polygon; x runs over the width, y over the height, both from 0 to 1."""

    points: tuple[Point, ...]
    colour: Rgb
    opacity: float = 1.0


@dataclass(frozen=True)
class Composition:
    """A ground that blends from one colour into another, shapes upon it, and the colours of the text panel."""

    ground: tuple[Rgb, Rgb]
    shapes: tuple[Shape, ...]
    paper: Rgb
    ink: Rgb
    accent: Rgb


class Composer:
    """Chooses motif and colours by a seed; ``aspect`` (width by height) keeps circles round."""

    def __init__(self, seed: str, colors: tuple[str, ...], aspect: float) -> None:
        self._rng = random.Random(seed)
        self._aspect = aspect
        self._palette = sorted((_rgb(color) for color in colors), key=luminance)

    def compose(self) -> Composition:
        """Return the picture for this seed."""
        dark, light = self._palette[0], self._palette[-1]
        vivid = sorted(self._palette, key=_saturation, reverse=True)[:3]
        self._rng.shuffle(vivid)
        paper = self._rng.choice((dark, light, light))
        ink = light if paper == dark else dark
        motif = self._rng.choice((self._sunrise, self._orbits, self._tiles, self._waves))
        ground = (mix(vivid[0], light, 0.15), mix(vivid[0], dark, 0.35))
        accent = max(vivid, key=lambda colour: contrast(colour, paper))
        return Composition(ground, tuple(motif(vivid[1:], dark, light)), paper, ink, accent)

    def _sunrise(self, vivid: list[Rgb], dark: Rgb, light: Rgb) -> list[Shape]:
        x, y = self._rng.uniform(0.35, 0.65), self._rng.uniform(0.42, 0.52)
        shapes = [self._circle((x, y), 0.46 - step * 0.09, light, 0.13) for step in range(3)]
        shapes.append(self._circle((x, y), 0.2, vivid[0]))
        for level, colour in ((0.62, mix(vivid[1], light, 0.25)), (0.74, vivid[1]), (0.86, mix(vivid[1], dark, 0.5))):
            shapes.append(self._hills(level, 0.06, colour))
        return shapes

    def _orbits(self, vivid: list[Rgb], dark: Rgb, light: Rgb) -> list[Shape]:
        x, y = self._rng.uniform(0.25, 0.75), self._rng.uniform(0.3, 0.6)
        shapes = [self._ring((x, y), radius, light, 0.55) for radius in (0.24, 0.36, 0.5, 0.66)]
        shapes += [self._circle((x, y), 0.15, vivid[0]), self._circle((x - 0.03, y - 0.03), 0.1, light, 0.25)]
        for radius, size, colour in (
            (0.24, 0.035, light),
            (0.36, 0.06, vivid[1]),
            (0.5, 0.04, dark),
            (0.66, 0.08, vivid[0]),
        ):
            angle = self._rng.uniform(0, math.tau)
            across, down = self._radii(radius)
            shapes.append(self._circle((x + across * math.cos(angle), y + down * math.sin(angle)), size, colour))
        return shapes

    def _tiles(self, vivid: list[Rgb], dark: Rgb, light: Rgb) -> list[Shape]:
        rows = 4 if self._aspect <= 1.2 else 3
        columns = max(2, round(rows * self._aspect))
        colours = [*vivid, dark, light]
        shapes: list[Shape] = []
        for row in range(rows):
            for column in range(columns):
                box = (column / columns, row / rows, (column + 1) / columns, (row + 1) / rows)
                shapes += self._tile(box, *self._rng.sample(colours, 2))
        return shapes

    def _waves(self, vivid: list[Rgb], dark: Rgb, light: Rgb) -> list[Shape]:
        x, y = self._rng.uniform(0.6, 0.8), self._rng.uniform(0.18, 0.3)
        shapes = [self._circle((x, y), 0.22, light, 0.2), self._circle((x, y), 0.14, light)]
        layers = 6
        for layer in range(layers):
            share = layer / (layers - 1)
            colour = mix(mix(vivid[0], light, 0.4), mix(vivid[0], dark, 0.6), share)
            shapes.append(self._hills(0.34 + 0.56 * share, 0.09 - 0.04 * share, colour))
        return shapes

    def _tile(self, box: tuple[float, float, float, float], back: Rgb, front: Rgb) -> list[Shape]:
        left, top, right, bottom = box
        square = Shape(((left, top), (right, top), (right, bottom), (left, bottom)), back)
        kind = self._rng.randrange(4)
        if kind == 0:
            corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
            corners.pop(self._rng.randrange(4))
            return [square, Shape(tuple(corners), front)]
        across, down = right - left, bottom - top
        if kind == 1:
            radius = 0.36 * min(across * self._aspect, down)
            centre = ((left + right) / 2, (top + bottom) / 2)
            return [square, _ellipse(centre, (radius / self._aspect, radius), front)]
        corner = self._rng.randrange(4)
        point = (left, right)[corner % 2], (top, bottom)[corner // 2]
        start = {0: 0.0, 1: 0.25, 3: 0.5, 2: 0.75}[corner] * math.tau
        return [
            square,
            _sector(point, (across, down), start, front),
            _sector(point, (across / 2, down / 2), start, back),
        ]

    def _hills(self, level: float, height: float, colour: Rgb) -> Shape:
        phase, periods = self._rng.uniform(0, math.tau), self._rng.uniform(0.6, 1.3) * max(1.0, self._aspect)
        crest = [(step / 60, level + height * math.sin(phase + periods * math.tau * step / 60)) for step in range(61)]
        return Shape((*crest, (1.0, 1.0), (0.0, 1.0)), colour)

    def _circle(self, centre: Point, radius: float, colour: Rgb, opacity: float = 1.0) -> Shape:
        return _ellipse(centre, self._radii(radius), colour, opacity)

    def _ring(self, centre: Point, radius: float, colour: Rgb, opacity: float) -> Shape:
        outer = _ellipse(centre, self._radii(radius), colour).points
        inner = _ellipse(centre, self._radii(radius - 0.012), colour).points
        return Shape((*outer, outer[0], inner[0], *reversed(inner)), colour, opacity)

    def _radii(self, radius: float) -> tuple[float, float]:
        """Return half width and half height of a circle whose radius is a share of the shorter side."""
        return radius / max(1.0, self._aspect), radius * min(1.0, self._aspect)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return a colour between two, ``share`` of the way to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Return how bright a colour is, from 0 to 1 (WCAG's weights)."""
    linear = [(c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """Return WCAG's contrast of two colours, from 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _ellipse(centre: Point, radii: Point, colour: Rgb, opacity: float = 1.0) -> Shape:
    return Shape(tuple(_arc(centre, radii, 0.0, math.tau)), colour, opacity)


def _sector(corner: Point, radii: Point, start: float, colour: Rgb) -> Shape:
    return Shape((corner, *_arc(corner, radii, start, math.tau / 4)), colour)


def _arc(centre: Point, radii: Point, start: float, angle: float) -> list[Point]:
    steps = max(8, round(angle / math.tau * 96))
    turns = (start + step / steps * angle for step in range(steps + 1))
    return [(centre[0] + radii[0] * math.cos(turn), centre[1] + radii[1] * math.sin(turn)) for turn in turns]


def _rgb(color: str) -> Rgb:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def _saturation(colour: Rgb) -> int:
    return max(colour) - min(colour)
