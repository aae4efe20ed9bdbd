"""Draws a chart; imported by nobody but the process that does."""

import io
import warnings
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.text import Text

WIDTH, DOTS = 4.8, 200
"""Inches, and dots in each: Slack shows a picture about 360 points wide, where this is as large as other text."""
BAR, HEADING, TITLE = 0.26, 0.42, 0.35
"""Inches that each takes from above to below."""
INK, SOFT, COLOUR = "#1f2937", "#6b7280", "#4f46e5"
FONTS = ["DejaVu Sans", "Noto Sans", "Noto Sans CJK JP", "Noto Sans Arabic", "Arial Unicode MS"]
LABEL_LIMIT = 20


def draw(chart: dict[str, Any]) -> bytes:
    """Return a chart as a PNG."""
    installed = get_font_names()
    fonts = [font for font in FONTS if font in installed]
    with mpl.rc_context({"font.family": fonts, "font.size": 10}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that no font has is drawn as a box
        figure = Figure(figsize=(WIDTH, _height(chart)), dpi=DOTS, layout="constrained", facecolor="white")
        title = figure.suptitle(chart["title"], color=INK, fontsize=12, fontweight="bold", x=0.02, ha="left")
        title.set_parse_math(False)
        groups = [group for group in chart["groups"] if group["bars"]]
        rows = figure.subplots(
            len(groups), 1, squeeze=False, gridspec_kw={"height_ratios": [_rows(group) for group in groups]}
        )
        most = max(number for group in groups for _, number in group["bars"])
        for axes, group in zip(rows[:, 0], groups, strict=True):
            _bars(axes, group["title"], group["bars"], most)
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
    return picture.getvalue()


def _height(chart: dict[str, Any]) -> float:
    return TITLE + sum(_rows(group) for group in chart["groups"] if group["bars"])


def _rows(group: dict[str, Any]) -> float:
    return HEADING + BAR * len(group["bars"])


def _bars(axes: Axes, title: str, bars: list[tuple[str, int]], most: int) -> None:
    """Draw a group in the scale of all: as many credits are as long wherever they stand."""
    places, numbers = range(len(bars)), [number for _, number in bars]
    drawn = axes.barh(places, numbers, color=COLOUR, height=0.66)
    axes.bar_label(drawn, [f"{number:,}" for number in numbers], padding=4, color=INK)
    axes.set_title(title, loc="left", color=SOFT, fontsize=10)
    axes.set_yticks(places, [_short(label) for label, _ in bars], color=INK)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, most * 1.2)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for text in axes.findobj(Text):
        text.set_parse_math(False)  # a name may hold dollars


def _short(label: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in label)
    line = " ".join(printable.split())
    return line if len(line) <= LABEL_LIMIT else f"{line[: LABEL_LIMIT - 1]}…"
