"""The nouns that the views are tested with, and the strangest words that people type."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.core.models import (
    Account,
    Brand,
    BrandState,
    Connection,
    Failure,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageState,
    Parameters,
    Place,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORST_PROMPT = "&" * 2000
HOSTILE = "<!channel> <@U999> *all* _hands_ `now` :fire: & </b> @here #general"

typed = st.text(
    st.one_of(st.sampled_from(" \n<>&|@#!*_~`:\"'“”—–-"), st.characters(exclude_categories=["Cs"])), max_size=80
)


def brand(number: int = 1, name: str = "Acme", state: BrandState = BrandState.READY, **changes: Any) -> Brand:
    return Brand(id=f"brand-{number}", name=name, url=f"https://www.acme{number}.com", state=state, **changes)


def brands(count: int, name: str = "Brand {}") -> tuple[Brand, ...]:
    return tuple(brand(number, name.format(number)) for number in range(1, count + 1))


def parameters(**changes: Any) -> Parameters:
    return Parameters.model_validate({"prompt": "a bottle on wet stone", "brand_id": "brand-1", **changes})


def image(number: int = 1, **changes: Any) -> Image:
    fields: dict[str, Any] = {
        "state": ImageState.COMPLETED,
        "url": f"https://www.trybloom.ai/img/{number}",
        "width": 2752,
        "height": 1536,
    }
    return Image(id=f"image-{number}", **{**fields, **changes})


def generation(
    state: GenerationState = GenerationState.QUEUED,
    *,
    images: tuple[Image, ...] = (),
    failure: Failure | None = None,
    place: Place | None = None,
    brand_name: str = "Acme",
    channel_id: str = "C123",
    **changes: Any,
) -> Generation:
    request = GenerationRequest(
        key="view:V1",
        workspace_id="T1",
        channel_id=channel_id,
        user_id="U1",
        parameters=parameters(**changes),
        brand_name=brand_name,
    )
    return Generation("g1", request, state, NOW, images=images, failure=failure, place=place)


def connection(email: str = "mia@acme.com", connected_by: str | None = "U1", **changes: Any) -> Connection:
    return Connection("C1", "T1", "bloom_sk_secret", Account(email), connected_by, NOW, **changes)
