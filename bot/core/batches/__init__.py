"""Batches: many images at once, from a table to a parcel.

`Drafting` makes rows of a table, `Batches` is the front desk for what people decide, and a `Conductor` brings each
batch that was started to its end. `table` is about tables alone: how one is read and judged, and what comes of it.
"""

from bot.core.batches.assembly import batches_of
from bot.core.batches.batches import Batches
from bot.core.batches.drafting import Drafting
from bot.core.batches.redrawing import Redrawing

__all__ = ["Batches", "Drafting", "Redrawing", "batches_of"]
