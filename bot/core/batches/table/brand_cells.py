"""Which brands the cells of a batch's table mean. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.core.batches.table.cells import TYPED_LIMIT, quoted
from bot.core.brands import STATE_NOTES, finder, labels
from bot.core.models import Brand, BrandState

GUESSED, COMPARED = 50, 100
"""Suggestions are slow, so only the first 50 unknown names are compared, each with 100 brands."""
SUGGESTED = 3
NO_BRAND = "It names no brand, and none is chosen for such rows."
BRAND_GONE = "It names no brand, and the one chosen for such rows is gone."


@dataclass(frozen=True, slots=True)
class Meant:
    """The brand that a cell means and a name that no other brand has, or the ``reason`` why it means none."""

    brand_id: str = ""
    name: str = ""
    reason: str = ""


def brands_meant(typed: Iterable[str], brands: Sequence[Brand], default_id: str | None) -> dict[str, Meant]:
    """Return what each of the cells means; an empty one the default brand, or the only one that can be used."""
    finder = _Finder(brands, default_id)
    return {cell: finder.meant(cell) for cell in dict.fromkeys(typed)}


class _Finder:
    def __init__(self, brands: Sequence[Brand], default_id: str | None) -> None:
        self._brands = brands
        self._default_id = default_id
        self._names = {brand_id: name or brand_id for brand_id, name in labels(brands).items()}
        self._named = finder(brands)
        self._guesses = 0
        self._by_name = {self._names[brand.id].casefold(): brand for brand in brands}

    def meant(self, cell: str) -> Meant:
        exact = self._by_name.get(cell.casefold())  # as our own tables have it: no two brands are called that
        if exact or len(fitting := self._fitting(cell)) == 1:
            return self._usable(exact or fitting[0])
        if not cell:
            return Meant(reason=BRAND_GONE if self._default_id else NO_BRAND)
        return Meant(reason=self._ambiguous(cell, fitting) if fitting else self._unknown(cell))

    def _fitting(self, cell: str) -> Sequence[Brand]:
        if cell:
            return self._named(cell)
        if self._default_id:
            return [brand for brand in self._brands if brand.id == self._default_id]
        ready = [brand for brand in self._brands if brand.state is BrandState.READY]
        return ready if len(ready) == 1 else []

    def _usable(self, brand: Brand) -> Meant:
        name = self._names[brand.id]
        if brand.state is BrandState.READY:
            return Meant(brand.id, name)
        return Meant(reason=f"The brand {quoted(name)} can't be used: {STATE_NOTES[brand.state]}.")

    def _ambiguous(self, cell: str, fitting: Sequence[Brand]) -> str:
        some = ", ".join(quoted(self._names[brand.id]) for brand in fitting[:SUGGESTED])
        return f"The brand {quoted(cell)} may be several, such as {some}; write its whole name."

    def _unknown(self, cell: str) -> str:
        self._guesses += 1
        names = list(self._names.values())[:COMPARED] if self._guesses <= GUESSED else []
        known = {name.casefold(): name for name in names}
        close = get_close_matches(cell[:TYPED_LIMIT].casefold(), known, n=1)
        guess = f"; did you mean {quoted(known[close[0]])}?" if close else "."
        return f"There is no brand {quoted(cell)} at Bloom{guess}"
