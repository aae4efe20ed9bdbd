"""Pictures of any kind, made into what Slack shows: by Pillow and resvg, in a process of its own.

A large drawing keeps resvg busy for most of a minute, and all of Python with it; one that means harm makes it take all
memory, and end. So a process does it that has little of both, none of the bot's secrets, and nothing else to do.
"""

from bot.pictures.converter import Converter, PictureUnreadable
from bot.pictures.kinds import EXTENSIONS, kind_of

__all__ = ["EXTENSIONS", "Converter", "PictureUnreadable", "kind_of"]
