"""The process that draws: a chart as JSON comes in, a PNG goes out."""

import json
import sys

from bot.charts.drawing import draw

if __name__ == "__main__":
    sys.stdout.buffer.write(draw(json.load(sys.stdin)))
