"""What a form is filled with: what the person chose, the defaults where they did not, and what there is to spend.

All of it is known already: nothing here waits for Bloom or Slack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.brands import KnownBrands, named
from bot.core.models import Brand, BrandState, Defaults, Limits, Payer
from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.subjects import Subjects
from bot.slack.views.command_errors import (
    ambiguous_brand_note,
    default_brand_note,
    unknown_brand_note,
    usual_brand_note,
)
from bot.slack.views.form.brand import BrandPicker, Empty, Loading, Ready
from bot.slack.views.form.cost import Means
from bot.slack.views.form.subject import EditedImage
from bot.slack.views.wording import BRAND_GONE


@dataclass(frozen=True, slots=True)
class Contents:
    """What one rendering of a form shows."""

    draft: Draft
    picker: BrandPicker
    means: Means
    subject: EditedImage | None = None
    """The image that is to be edited, in a form about one."""
    known: Mapping[str, str] = field(default_factory=dict)
    """What those of the references are called that were made here, by image id."""

    @property
    def is_unfinished(self) -> bool:
        """Whether Bloom still has to say something of it."""
        return isinstance(self.picker, Loading) or self.means.credits is None


class FormContents:
    """Looks up what forms are filled with."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._subjects = Subjects(core)

    async def look(
        self,
        workspace_id: str,
        user_id: str,
        draft: Draft,
        origin: Origin,
        *,
        channel_id: str | None = None,
        has_picker: bool = False,
    ) -> Contents:
        """Return what a form shows now; ``channel_id`` is what is chosen in it, where it asks.

        One that ``has_picker`` on the screen keeps the brand that is chosen there: Slack would show another one
        preselected, and yet miss it when the form is sent. So a channel that is chosen there only reminds of its brand.
        """
        preferences = await self._core.preferences.current(workspace_id)
        defaults = preferences.defaults_in(origin.place)
        known = await self._core.brands.known(workspace_id)
        subject = await self._subjects.look(known, origin.subject_id) if origin.subject_id else None
        if subject and subject.made:
            draft = replace(draft, brand_id=subject.made.order.brand_id)
        picker, brand_id = _picker(known, draft, origin, defaults.brand_id)
        picker = _reminding(picker, known, preferences.channels.get(channel_id or ""), brand_id)
        draft = draft.filled(defaults) if has_picker else replace(draft.filled(defaults), brand_id=brand_id)
        payer = known.payer(draft.brand_id)
        means = await means_of(self._core, workspace_id, user_id, limits=preferences.limits, payer=payer)
        names = await self._core.references.labels_of(
            workspace_id,
            draft.reference_ids,
            seen_by=user_id,
            channels=[origin.channel_id] if origin.channel_id else (),
        )
        return Contents(draft, picker, means, subject, names)


async def means_of(core: Core, workspace_id: str, user_id: str, *, limits: Limits, payer: Payer | None) -> Means:
    """Return what somebody has to spend, as far as it is known."""
    return Means(
        credits=core.usage.known_credits(workspace_id, payer),
        standing=await core.policy.standing(workspace_id, user_id) if limits.has_caps else None,
        confirm_above=limits.confirm_above,
    )


def meant(known: KnownBrands, draft: Draft, default_id: str | None) -> list[Brand] | None:
    """Return the brands that a command can mean; None when a form has to ask."""
    if known.seen_at is None:
        return None
    if draft.brand is not None:
        return named(known.brands, draft.brand)
    fitting = [known.get(default_id)] if default_id else [*known.ready]
    ready = [brand for brand in fitting if brand and brand.state is BrandState.READY]
    return ready if len(ready) == 1 else None


def _picker(known: KnownBrands, draft: Draft, origin: Origin, default_id: str | None) -> tuple[BrandPicker, str | None]:
    """Return the picker in its state, and which brand it shows as chosen."""
    if known.seen_at is None:
        return Loading(), draft.brand_id
    if not known.brands:
        return Empty(), draft.brand_id
    brand, note = _chosen(known, draft, origin, default_id)
    return Ready(known.brands, note), brand.id if brand else None


def _reminding(picker: BrandPicker, known: KnownBrands, chosen: Defaults | None, brand_id: str | None) -> BrandPicker:
    """Return the picker with a note when the chosen channel has another default brand."""
    usual = known.get(chosen.brand_id) if chosen else None
    if isinstance(picker, Ready) and usual and usual.id != brand_id:
        return replace(picker, note=usual_brand_note(usual))
    return picker


def _chosen(
    known: KnownBrands, draft: Draft, origin: Origin, default_id: str | None
) -> tuple[Brand | None, str | None]:
    """Return the brand that is meant, or why none is: what is typed counts before what is set."""
    if draft.brand_id:
        brand = known.get(draft.brand_id)
        return brand, None if brand else BRAND_GONE
    if typed := draft.brand or origin.brand:
        fitting = named(known.brands, typed)
        note = ambiguous_brand_note if fitting else unknown_brand_note
        return (fitting[0], None) if len(fitting) == 1 else (None, note(typed))
    if default_id:
        default = known.get(default_id)
        is_ready = default is not None and default.state is BrandState.READY
        return (default, None) if is_ready else (None, default_brand_note(default))
    return known.ready[0] if len(known.ready) == 1 else None, None
