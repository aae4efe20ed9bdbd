"""The nouns that the views are tested with, and the strangest words that people type."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.core.models import (
    Account,
    Brand,
    BrandState,
    Connection,
    Derivation,
    Failure,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageState,
    Operation,
    Parameters,
    Place,
    Showing,
    Source,
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
    source: Source | None = None,
    is_preview: bool = False,
    **changes: Any,
) -> Generation:
    """Return one; ``images`` are those of the first orders, all variants of each."""
    request = GenerationRequest(
        key="view:V1",
        workspace_id="T1",
        channel_id=channel_id,
        user_id="U1",
        parameters=parameters(**changes),
        brand_name=brand_name,
        source=source,
        is_preview=is_preview,
    )
    ids, variants = tuple(one.id for one in images), request.parameters.variants
    yields = tuple(len(ids[start : start + variants]) for start in range(0, len(ids), variants))
    return Generation(
        "g1",
        request,
        state,
        NOW,
        submitted_at=NOW if ids else None,
        image_ids=ids,
        yields=yields,
        images=images,
        failure=failure,
        place=place,
    )


def source(derivation: Derivation = Derivation.EDIT, asked_by: str = "U2") -> Source:
    return Source("image-0", derivation, "C123", "1.0", "1.0", asked_by)


def derived(derivation: Derivation, operation: Operation | None = None, **changes: Any) -> Generation:
    """Return a generation that came from an image of somebody else's."""
    kinds = {
        Derivation.EDIT: Operation.EDIT,
        Derivation.RESIZE: Operation.RESIZE,
        Derivation.REMOVE_BACKGROUND: Operation.REMOVE_BACKGROUND,
        Derivation.VECTORIZE: Operation.VECTORIZE,
    }
    operation = operation or kinds.get(derivation, Operation.GENERATE)
    subject = {} if operation is Operation.GENERATE else {"subject_id": "image-0"}
    return generation(**{"source": source(derivation), "operation": operation, **subject, **changes})


def showing(number: int = 1, **changes: Any) -> Showing:
    return Showing(
        **{**{"image_id": f"image-{number}", "channel_id": "C123", "message_id": "2.0", "thread_id": "1.0"}, **changes}
    )


def connection(email: str = "mia@acme.com", connected_by: str | None = "U1", **changes: Any) -> Connection:
    return Connection("C1", "T1", "bloom_sk_secret", Account(email), connected_by, NOW, **changes)
