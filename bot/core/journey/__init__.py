"""The way of one generation: its steps, its request message, its end, and the fenced writes between them."""

from bot.core.journey.endings import Endings
from bot.core.journey.fence import Overtaken
from bot.core.journey.journey import Journey

__all__ = ["Endings", "Journey", "Overtaken"]
