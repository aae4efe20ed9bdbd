"""Adding a brand: the form, what stands in its place while Bloom is asked, and what came of it.

When Bloom refuses, the form is there again with all that was typed, and the reason at the field that caused it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)

from bot.core.brands.addresses import ADDRESS_LIMIT, brand_address, file_address
from bot.core.models import BloomWorkspace
from bot.slack.views.brands.facts import short_address
from bot.slack.views.buttons import Field
from bot.slack.views.connection import chosen_payer, payer_value, workspace_option
from bot.slack.views.inputs import chosen, entry, typed
from bot.slack.views.menus import OPTION_LIMIT
from bot.slack.views.message import NAME_LIMIT, bold, context, modal, section, shorten, warning
from bot.slack.views.wording import IF_THIS_STAYS, bloom_workspace_text

CALLBACK_ID = "add_brand"
TITLE = "Add a brand"
COLLECT = "collect"

WEBSITE = "Website or Instagram profile"
ADDRESS_HINT = "acme.com, or @acme for Instagram. It has to be public."
LOGO = "Address of the logo"
LOGO_HINT = "A picture that anyone can open. Leave it empty to let Bloom find the logo."
COLLECT_LABEL = "Pictures"
COLLECT_OPTION = "Collect pictures from there too"
COLLECT_HINT = "They go into the brand's library at Bloom."
OWNER = "Bloom workspace"
OWNED_BY = "It will belong to the Bloom workspace {name}, which is used here."
TAKES = "Bloom looks at it for a few minutes. I'll write to you when it's ready."

NO_ADDRESS = "Enter a website such as acme.com, or @acme for an Instagram profile."
NO_LOGO_ADDRESS = "Enter the address of a picture, such as acme.com/logo.svg."

ASKING = "Asking Bloom to look at {site}…"
ADDED = (
    ":hourglass_flowing_sand: Bloom is looking at {site}. That takes a few minutes; I'll write to you when it's ready."
)
FOLLOWED_UP = (
    "Bloom hasn't answered yet. I'll keep asking and write to you what came of it. There is no need to add {site} "
    "once more."
)


@dataclass(frozen=True, slots=True)
class BrandDraft:
    """What was typed, as it was typed. ``owner`` is the value of an option."""

    address: str = ""
    logo: str = ""
    collects_images: bool = True
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """Who can own the brand: the ``chosen`` workspace of the connection alone, else one of these (None: not known)."""

    workspaces: Sequence[BloomWorkspace] | None = None
    chosen: BloomWorkspace | None = None

    @property
    def are_several(self) -> bool:
        """Whether somebody has to choose."""
        return self.chosen is None and self.workspaces is not None and len(self.workspaces) > 1

    def named(self, value: str | None) -> BloomWorkspace | None:
        """Return who owns the brand with that option chosen, known or not; without a choice, the only one known."""
        if self.chosen or value:
            return self.chosen or chosen_payer(value or "", self.workspaces or ()) or _unknown(value or "")
        return self.workspaces[0] if self.workspaces and not self.are_several else None

    def lack(self, value: str | None) -> bool:
        """Whether the option was offered and chosen when there were other owners, as far as that is known here."""
        owner = self.named(value)
        return owner is not None and value is not None and payer_value(owner) != value


def add_brand(draft: BrandDraft, owners: Owners, *, problem: str = "", at: Field | None = None) -> dict[str, Any]:
    """Return the form. ``problem``, in plain text, stands ``at`` the field that caused it, else on top."""
    told = {at: [context(warning(problem))]} if problem else {}
    blocks: list[Block] = [section(warning(problem))] if problem and at is None else []
    blocks += [_typed(Field.ADDRESS, WEBSITE, draft.address, ADDRESS_HINT), *told.get(Field.ADDRESS, [])]
    blocks += [_typed(Field.LOGO_ADDRESS, LOGO, draft.logo, LOGO_HINT, optional=True)]
    blocks += [*told.get(Field.LOGO_ADDRESS, []), _collect(draft)]
    blocks += [*_owner(draft, owners), *told.get(Field.BLOOM_WORKSPACE, []), context(TAKES)]
    return modal(CALLBACK_ID, TITLE, blocks, close="Cancel", submit="Add it")


def read(view: Mapping[str, Any]) -> BrandDraft:
    """Return what was filled in."""
    ticked = entry(view, Field.COLLECT_IMAGES).get("selected_options") or ()
    return BrandDraft(
        address=typed(view, Field.ADDRESS),
        logo=typed(view, Field.LOGO_ADDRESS),
        collects_images=any(option.get("value") == COLLECT for option in ticked),
        owner=chosen(view, Field.BLOOM_WORKSPACE),
    )


def errors(draft: BrandDraft) -> dict[str, str]:
    """Return a sentence for each field that Bloom could make nothing of."""
    found: dict[str, str] = {}
    if brand_address(draft.address) is None:
        found[Field.ADDRESS] = NO_ADDRESS
    if draft.logo and file_address(draft.logo) is None:
        found[Field.LOGO_ADDRESS] = NO_LOGO_ADDRESS
    return found


def asking(draft: BrandDraft) -> dict[str, Any]:
    """Return what stands in for the form while Bloom is asked."""
    return modal(
        CALLBACK_ID,
        TITLE,
        [section(ASKING.format(site=bold(site_typed(draft)))), context(IF_THIS_STAYS)],
        close="Close",
    )


def told(sentence: str) -> dict[str, Any]:
    """Return what the form becomes when there is nothing more to fill in; ``sentence`` is escaped already."""
    return modal(CALLBACK_ID, TITLE, [section(sentence)], close="Close")


def site_typed(draft: BrandDraft) -> str:
    """Return the address as it was typed, on one short line of plain text."""
    return shorten(short_address(draft.address), NAME_LIMIT)


def _typed(field: Field, label: str, value: str, hint: str, *, optional: bool = False) -> InputBlock:
    element = PlainTextInputElement(action_id=field, initial_value=value or None, max_length=ADDRESS_LIMIT)
    return InputBlock(block_id=field, label=label, element=element, hint=hint, optional=optional)


def _collect(draft: BrandDraft) -> InputBlock:
    option = Option(value=COLLECT, text=COLLECT_OPTION)
    initial = [option] if draft.collects_images else None
    element = CheckboxesElement(action_id=Field.COLLECT_IMAGES, options=[option], initial_options=initial)
    return InputBlock(
        block_id=Field.COLLECT_IMAGES, label=COLLECT_LABEL, element=element, hint=COLLECT_HINT, optional=True
    )


def _owner(draft: BrandDraft, owners: Owners) -> list[Block]:
    """Return the choice of who owns the brand, where there is one."""
    if owners.chosen:
        return [context(OWNED_BY.format(name=bold(bloom_workspace_text(owners.chosen))))]
    if not owners.are_several:
        return []
    options = [workspace_option(workspace) for workspace in (owners.workspaces or ())[:OPTION_LIMIT]]
    initial = next((option for option in options if option.value == draft.owner), options[0])
    element = StaticSelectElement(action_id=Field.BLOOM_WORKSPACE, options=options, initial_option=initial)
    return [InputBlock(block_id=Field.BLOOM_WORKSPACE, label=OWNER, element=element)]


def _unknown(value: str) -> BloomWorkspace:
    """Return what an option stands for that nobody remembers; Bloom says if there is no such workspace."""
    workspace_id = value.removeprefix("id:") if value.startswith("id:") else None
    return BloomWorkspace(workspace_id, "", is_personal=workspace_id is None)
