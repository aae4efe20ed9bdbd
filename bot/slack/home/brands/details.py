"""What Bloom knows about single brands, as it last told: too much to be asked for of every brand there is.

The list of brands is looked at again and again. When it says that a brand is in another state than it was when the
detail was told, the detail is asked for anew, and whoever looks at the brand sees it change.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

from bot.core.models import Brand, BrandDetail, BrandState
from bot.core.services import Core
from bot.core.single_flight import SingleFlight

KEPT = 200
"""Brands in memory; with more of them, the one that was asked for longest ago goes."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A detail, and the state that the list had the brand in by then; None where it had none."""

    detail: BrandDetail
    listed: BrandState | None


class BrandDetails:
    """Remembers details."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._told: OrderedDict[tuple[str, str], _Told] = OrderedDict()
        self._looks: SingleFlight[tuple[str, str], None] = SingleFlight(core.tasks, "look at brand")
        core.connections.when_changed(self._forget)

    def known(self, workspace_id: str, brand: Brand) -> BrandDetail | None:
        """Return what was told of a brand, in the state that the list has it in."""
        key = (workspace_id, brand.id)
        told = self._told.get(key)
        if told is None:
            return None
        if told.listed is not brand.state:
            self._looks.begin(key, lambda: self._look_and_tell(key))
        return replace(told.detail, brand=replace(told.detail.brand, state=brand.state))

    async def ask(self, workspace_id: str, brand_id: str) -> None:
        """Ask Bloom about a brand. Raises BloomError or NotConnected."""
        key = (workspace_id, brand_id)
        await self._looks.join(key, lambda: self._look(key))

    async def _look_and_tell(self, key: tuple[str, str]) -> None:
        await self._look(key)
        self._core.changes.tell(key[0])

    async def _look(self, key: tuple[str, str]) -> None:
        detail = await self._core.onboarding.detail(*key)
        listed = (await self._core.brands.known(key[0])).get(key[1])
        self._told[key] = _Told(detail, listed.state if listed else None)
        self._told.move_to_end(key)
        if len(self._told) > KEPT:
            self._told.popitem(last=False)

    def _forget(self, workspace_id: str) -> None:
        """Another account's brands are others."""
        for key in [key for key in self._told if key[0] == workspace_id]:
            del self._told[key]
