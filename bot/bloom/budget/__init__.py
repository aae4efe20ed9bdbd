"""The request budget of one credential: an exact sliding window, shared fairly.

`window` counts as Bloom does, `line` is fair, `desk` decides who goes next, `pause` is what a 429 does, `memory`
outlives the process, `telling` keeps people posted, and `budget` joins them to the clock.
"""

from bot.bloom.budget.budget import Budget, NotInTime
from bot.bloom.budget.desk import Priority
from bot.bloom.budget.window import Slot

__all__ = ["Budget", "NotInTime", "Priority", "Slot"]
