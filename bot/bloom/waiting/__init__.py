"""Many pending images, few held connections.

`holds` learns what the network allows, `looks` asks Bloom once and judges the outcome, `collector` shares looks between
watches, `waiting` chooses between a request of its own and a shared one.
"""

from bot.bloom.waiting.holds import Holds
from bot.bloom.waiting.waiting import Waiting

__all__ = ["Holds", "Waiting"]
