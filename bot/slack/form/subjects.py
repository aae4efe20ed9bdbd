"""The image that a form is about, and whether it can be edited still."""

from bot.core.brands import KnownBrands
from bot.core.derivations import Made
from bot.core.models import BrandState, Derivation
from bot.core.services import Core
from bot.slack.views.form.subject import AS_IT_IS, DELETED, ITS_BRAND_IS_GONE, UNKNOWN, EditedImage
from bot.slack.views.wording import not_ready_sentence


class Subjects:
    """Looks images up. Whoever opens a form about one has seen to it that the person may see it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def look(self, known: KnownBrands, image_id: str) -> EditedImage:
        """Return an image as it is known here; nothing of it is asked of Bloom."""
        made = await self._core.results.made(image_id)
        if made is None:
            return EditedImage(None, UNKNOWN)
        showings = await self._core.results.showings(made)
        reply = next((one for one in showings if one.shared_by is None), None)
        return EditedImage(made, _problem(made, known), reply)


def _problem(made: Made, known: KnownBrands) -> str:
    """Return why an image cannot be edited; of brands that were never looked at, Bloom decides."""
    if made.image.deleted_by:
        return DELETED
    if not made.allows(Derivation.EDIT):
        return AS_IT_IS
    if known.lacks(made.order.brand_id):
        return ITS_BRAND_IS_GONE
    brand = known.get(made.order.brand_id)
    return not_ready_sentence(brand) if brand and brand.state is not BrandState.READY else ""
