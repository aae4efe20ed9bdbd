"""The process that converts: a picture comes in, a PNG goes out; its kind is the argument."""

import sys

from bot.pictures.conversion import png_of
from bot.pictures.processes import confine

SECONDS = 20

if __name__ == "__main__":
    confine(SECONDS)
    sys.stdout.buffer.write(png_of(sys.stdin.buffer.read(), sys.argv[1]))
