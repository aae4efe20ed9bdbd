"""The page of settings in words, whatever was decided, and within Slack's limits at its largest."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import AspectRatio, BrandState, Defaults, ImageModel, ImageSize, Limits, Preferences
from bot.slack.sights import PageName, Sight
from bot.slack.views.home import frame
from bot.slack.views.home.settings import CHANNELS_SHOWN, Settings
from bot.slack.views.home.settings import settings as page
from tests.slack.views.judge import action_ids, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, NOW, brand, brands, typed

SIGHT = Sight(page=PageName.SETTINGS)


def shown(preferences: Preferences | None = None, **fields: Any) -> dict[str, Any]:
    """Return the page in both its frames' judgement."""
    blocks = page(Settings(preferences or Preferences(), **fields))
    approve_view(frame.in_modal(SIGHT, blocks, "A notice"))
    return approve_view(frame.on_home(SIGHT, blocks))


def many_channels(number: int) -> dict[str, Defaults]:
    return {f"C{one:03}": Defaults(model=ImageModel.FAST) for one in range(number)}


def test_without_any_choice_it_says_what_holds() -> None:
    told = said(shown())
    assert "Brand: chosen each time, unless only one is ready\nShape: Bloom chooses\nModel: Pro" in told
    assert "Size: 2K · 1 credit an image" in told
    assert "Where: everywhere\nWho: everybody" in told
    assert "Confirmation: none" in told
    assert "The admins and owners of this workspace and whoever installed Bloom look after Bloom here" in told


def test_members_have_no_control_of_it() -> None:
    channels = {"C123": Defaults(model=ImageModel.FAST)}
    view = shown(Preferences(channels=channels), channel_id="C123")
    assert not of_type({"blocks": view["blocks"][1:]}, "button")
    assert not of_type(view, "overflow")
    assert "Managers can change all of this." in said(view)


def test_managers_change_each_part_of_it() -> None:
    view = shown(Preferences(channels={"C123": Defaults(model=ImageModel.FAST)}), channel_id="C123", is_manager=True)
    assert action_ids(view)[5:] == [
        "change_channel",
        "change_defaults",
        "change_channel",
        "change_limits",
        "change_managers",
    ]
    (menu,) = of_type(view, "overflow")
    assert [one["value"] for one in menu["options"]] == ["change:0:C123", "remove:0:C123"]


def test_nothing_that_may_be_drawn_anew_has_an_id_of_its_own() -> None:
    view = shown(is_manager=True)
    assert not any("block_id" in block for block in view["blocks"][1:])


def test_own_channel_comes_first_and_tells_its_own_choices_from_the_workspaces() -> None:
    preferences = Preferences(
        defaults=Defaults(brand_id="brand-1", model=ImageModel.FAST, size=ImageSize.SIZE_4K),
        channels={"C123": Defaults(shape=AspectRatio.WIDE, size=ImageSize.SIZE_2K)},
        limits=Limits(channels=frozenset({"C123"})),
    )
    first = said({"blocks": shown(preferences, brands=brands(1), channel_id="C123")["blocks"][2:3]})
    assert first == (
        "*In* <#C123>\nBrand: *Brand 1* _(as in the workspace)_\nShape: 16:9 · wide\n"
        "Model: Fast · quickest _(as in the workspace)_\nSize: 2K · 1 credit an image"
    )


def test_where_nothing_can_be_made_it_says_so() -> None:
    limited = Preferences(limits=Limits(channels=frozenset({"C123"})))
    elsewhere = page(Settings(limited, channel_id="C9"))
    assert "No images can be made here" in said({"blocks": [block.to_dict() for block in elsewhere]})
    assert "No images can be made here" not in said(shown(limited, channel_id="C123"))


def test_brand_that_is_gone_or_not_ready_is_said() -> None:
    known = (brand(1, state=BrandState.LOGO_REQUIRED),)
    assert "*Acme (needs a logo)*" in said(shown(Preferences(defaults=Defaults("brand-1")), brands=known))
    gone = Preferences(defaults=Defaults("brand-9"))
    assert "*A brand that isn't at Bloom any more*" in said(shown(gone, brands=known))
    assert "*A brand that Bloom doesn't name right now*" in said(shown(gone, is_connected=False))


def test_limits_are_said_in_words() -> None:
    limits = Limits(
        channels=frozenset({"C123"}),
        people=frozenset({"U1", "U2"}),
        groups=frozenset({"S1"}),
        credits_per_month=1200,
        credits_per_person=1,
        confirm_above=0,
    )
    told = said(shown(Preferences(limits=limits, changed_by="U1", changed_at=NOW), named=["U2"]))
    assert "Where: <#C123>, and nowhere else\nWho: <!subteam^S1>, <@U1> and <@U2>, and managers" in told
    assert "Credits a month, for the workspace: 1,200\nCredits a month, for each person: 1\n" in told
    assert "Confirmation: above 0 credits" in told
    assert "whoever installed Bloom, and <@U2> look after Bloom here" in told
    assert "last changed by <@U1> on <!date^" in told


@pytest.mark.parametrize(
    ("offset", "first", "last", "turns"),
    [
        (0, "C000", "C014", ["turn_channels:15"]),
        (15, "C015", "C029", ["turn_channels:0", "turn_channels:30"]),
        (30, "C030", "C031", ["turn_channels:15"]),
        (9_999, "C030", "C031", ["turn_channels:15"]),
    ],
)
def test_long_list_of_channels_has_pages(offset: int, first: str, last: str, turns: list[str]) -> None:
    blocks = page(Settings(Preferences(channels=many_channels(32)), offset=offset, is_manager=True))
    view = {"blocks": [block.to_dict() for block in blocks]}
    values = [menu["options"][0]["value"].rpartition(":")[2] for menu in of_type(view, "overflow")]
    assert (values[0], values[-1]) == (first, last)
    assert [one for one in action_ids(view) if one.startswith("turn")] == turns


def test_the_largest_page_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.slack.views.judge._approve_markup", lambda text: None)  # it names many others
    ids = frozenset(f"C{one:010}" for one in range(400))
    preferences = Preferences(
        defaults=Defaults("brand-1", ImageModel.STANDARD, AspectRatio.CINEMA, ImageSize.SIZE_4K),
        channels={one: Defaults("brand-1", ImageModel.STANDARD, AspectRatio.CINEMA) for one in ids},
        limits=Limits(ids, ids, ids, 10**6, 10**6, 10**6),
        changed_by="U1",
        changed_at=NOW,
    )
    view = shown(
        preferences,
        brands=(brand(1, "&" * 300),),
        named=sorted(ids),
        channel_id="C9",
        offset=CHANNELS_SHOWN,
        is_manager=True,
        is_connected=False,
    )
    assert len(view["blocks"]) <= 40
    assert "and 390 more" in said(view)


@settings(max_examples=50)
@given(typed, st.booleans())
def test_any_name_of_a_brand_is_words(name: str, is_manager: bool) -> None:
    chosen = Defaults("brand-1")
    preferences = Preferences(defaults=chosen, channels={"C123": chosen})
    shown(preferences, brands=(brand(1, name),), channel_id="C123", is_manager=is_manager)
    shown(preferences, brands=(brand(1, HOSTILE),), channel_id="C123", is_manager=is_manager)
