"""The process that converts: a picture comes in, a PNG goes out; its kind is the argument."""

import resource
import sys

from bot.pictures.conversion import png_of

MEMORY = 1 << 30
"""Bytes: a picture of the most pixels there may be takes less than half of it."""
SECONDS = 20

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(png_of(sys.stdin.buffer.read(), sys.argv[1]))
