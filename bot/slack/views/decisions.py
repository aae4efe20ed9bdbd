"""How what a workspace has decided is said: on the page of settings, in its forms, and where two decide at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.core.brands import labels
from bot.core.models import ANY_RATIO, AspectRatio, Brand, Defaults, ImageModel, ImageSize, Limits, Shape
from bot.slack.views.message import bold, channel, escape, mention
from bot.slack.views.wording import (
    BLOOMS_SHAPE,
    GONE_BRAND,
    amount,
    brand_label,
    credits_text,
    model_text,
    ratio_text,
    size_text,
    some_of,
)

LISTED = 10
"""Channels or people who are named at most, in one list."""
NAME_LENGTH = 60
BUILT_IN_MODEL, BUILT_IN_SIZE = ImageModel.PRO, ImageSize.SIZE_2K
"""What is taken where nothing was chosen."""
BLOOMS_CHOICE = "Bloom chooses"
NO_BRAND = "chosen each time, unless only one is ready"
NOT_CHOSEN = "not chosen"
UNKNOWN_BRAND = "A brand that Bloom doesn't name right now"
"""Where no brand at all is known: Bloom is not connected, or has not been asked yet."""


def brand_text(brand_id: str, brands: Sequence[Brand], names: Mapping[str, str] | None = None) -> str:
    """Return what a brand is called, in plain text, and what keeps it from being used.

    ``names`` are the labels of all brands, for who asks for many: to tell hundreds of brands apart takes a while.
    """
    brand = next((one for one in brands if one.id == brand_id), None)
    if brand is None:
        return GONE_BRAND if brands else UNKNOWN_BRAND
    return brand_label(brand, (labels(brands) if names is None else names)[brand_id], NAME_LENGTH)


def shape_text(shape: Shape | None) -> str:
    """Return a shape as it is said in plain text; Bloom chooses it where nobody did."""
    return BLOOMS_CHOICE if shape in (None, ANY_RATIO) else ratio_text(AspectRatio(shape))


def chosen_text(chosen: Defaults, brands: Sequence[Brand], names: Mapping[str, str]) -> str:
    """Return in one line what is chosen, escaped; ``names`` are the labels of all brands."""
    parts = [
        bold(brand_text(chosen.brand_id, brands, names)) if chosen.brand_id else "",
        BLOOMS_SHAPE if chosen.shape == ANY_RATIO else shape_text(chosen.shape) if chosen.shape else "",
        chosen.model.capitalize() if chosen.model else "",
        str(chosen.size or ""),
    ]
    return ", ".join(part for part in parts if part)


def defaults_lines(chosen: Defaults, brands: Sequence[Brand], *, wider: Defaults | None = None) -> str:
    """Return line by line what a form opens with, escaped; what is only chosen in the whole workspace is marked."""
    holds = chosen.over(wider) if wider else chosen
    lines = {
        "brand_id": f"Brand: {bold(brand_text(holds.brand_id, brands)) if holds.brand_id else NO_BRAND}",
        "shape": f"Shape: {shape_text(holds.shape)}",
        "model": f"Model: {model_text(holds.model or BUILT_IN_MODEL)}",
        "size": f"Size: {size_text(holds.size or BUILT_IN_SIZE)}",
    }
    inherited = [name for name in lines if wider and getattr(chosen, name) is None and getattr(wider, name)]
    return "\n".join(f"{line}{' _(as in the workspace)_' if name in inherited else ''}" for name, line in lines.items())


def channels_text(channels: Iterable[str]) -> str:
    """Return the channels in which images can be made."""
    return _listed(channels, channel) or "everywhere"


def people_text(people: Iterable[str], groups: Iterable[str]) -> str:
    """Return who can make images, beside managers."""
    named = [*map(group_mention, sorted(groups)), *map(mention, sorted(people))]
    return _listed(named, str, is_sorted=True) or "everybody"


def names_text(people: Iterable[str]) -> str:
    """Return people one after the other; nothing for nobody."""
    return _listed(people, mention)


def group_mention(group_id: str) -> str:
    """Return what Slack shows as the name of a user group."""
    return f"<!subteam^{escape(group_id)}>"


def limits_lines(limits: Limits) -> str:
    """Return the limits in words, line by line."""
    where, who = channels_text(limits.channels), people_text(limits.people, limits.groups)
    return "\n".join(
        [
            f"Where: {where}{', and nowhere else' if limits.channels else ''}",
            f"Who: {who}{', and managers' if limits.people or limits.groups else ''}",
            f"Credits a month, for the workspace: {_cap(limits.credits_per_month)}",
            f"Credits a month, for each person: {_cap(limits.credits_per_person)}",
            f"Confirmation: {_confirmation(limits.confirm_above)}",
        ]
    )


def value_text(name: str, value: object, brands: Sequence[Brand], groups: Iterable[str] = ()) -> str:
    """Return one decision by the name of its field; ``groups`` are told beside the people."""
    return _SAID[name](value, brands, groups)


def _cap(credits: int | None) -> str:
    return "no limit" if credits is None else amount(credits)


def _confirmation(above: int | None) -> str:
    return "none" if above is None else f"above {credits_text(above)}"


def _number(value: object) -> str:
    return "empty" if value is None else amount(float(str(value)))


def _listed(ids: Iterable[str], said: Callable[[str], str], *, is_sorted: bool = False) -> str:
    return some_of([said(one) for one in (ids if is_sorted else sorted(ids))], LISTED)


_SAID: dict[str, Callable[..., str]] = {
    "brand_id": lambda value, brands, groups: bold(brand_text(value, brands)) if value else NOT_CHOSEN,
    "shape": lambda value, brands, groups: shape_text(value) if value else NOT_CHOSEN,
    "model": lambda value, brands, groups: value.capitalize() if value else NOT_CHOSEN,
    "size": lambda value, brands, groups: str(value) if value else NOT_CHOSEN,
    "channels": lambda value, brands, groups: channels_text(value),
    "people": lambda value, brands, groups: people_text(value, groups),
    "credits_per_month": lambda value, brands, groups: _number(value),
    "credits_per_person": lambda value, brands, groups: _number(value),
    "confirm_above": lambda value, brands, groups: _number(value),
}
