"""Every page and every form of App Home in a workspace where everything is too long stays within Slack's limits.

Names are as long and as strange as they come, lists as long as Slack's pickers let them grow, and whoever looks is a
manager, who sees the most. What the judge refuses here, people would miss.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.brands import labels
from bot.core.derivations import Made
from bot.core.errors import ChangedMeanwhile
from bot.core.models import (
    AspectRatio,
    BloomWorkspace,
    Brand,
    BrandDetail,
    BrandState,
    Credits,
    Defaults,
    Derivation,
    GenerationState,
    ImageModel,
    ImageSize,
    Limit,
    Limits,
    Notice,
    NoticeKind,
    Place,
    Preferences,
    Spending,
    Spent,
    Standing,
    UserGroup,
)
from bot.slack.form.drafts import Draft, Origin
from bot.slack.sights import PageName, Sight
from bot.slack.views import decisions, menus
from bot.slack.views.brands.add_form import BrandDraft, Owners, add_brand
from bot.slack.views.brands.detail import BrandView, brand_detail
from bot.slack.views.brands.logo_form import LogoDraft, Subject, give_logo
from bot.slack.views.buttons import Field
from bot.slack.views.form.brand import Ready
from bot.slack.views.form.cost import Means
from bot.slack.views.form.form import form
from bot.slack.views.home import brands as brands_page
from bot.slack.views.home import frame
from bot.slack.views.home import history as history_page
from bot.slack.views.home import settings as settings_page
from bot.slack.views.home import usage as usage_page
from bot.slack.views.home.overview import Overview, overview
from bot.slack.views.home.ranking import chart_of, words_of
from bot.slack.views.limits import Refusal, refused, refused_form, why
from bot.slack.views.managers import asked
from bot.slack.views.menus import brand_options
from bot.slack.views.message import section
from bot.slack.views.notices import notice_message
from bot.slack.views.request import request_message
from bot.slack.views.results.message import result_message
from bot.slack.views.results.shared import shared_message
from bot.slack.views.settings_forms import defaults, limits, managers
from bot.slack.views.settings_forms.frame import Opened
from tests.slack.views import judge
from tests.slack.views.judge import approve, approve_options, approve_view, of_type, said
from tests.slack.views.samples import NOW, brand, connection, generation, image, showing, source

BLOCKS_OF_A_PAGE = 90
METADATA = 3000
STRANGE = {
    "markup": "<!channel> <@U999> &amp; </b> *all* _of_ `us` ~now~ | ",
    "growing": "&<>",
    "emoji": "👩🏽‍👩🏽‍👧🏽 🏳️‍🌈 :fire: ☕️",
    "right to left": "שָׁלוֹם \u202eمرحبا\u202c \u2067בית\u2069 ",
    "one word": "Donaudampfschifffahrt",
    "invisible": "\u200b\u00ad\u2060\ufeff",
}
"""What names are made of, again and again for 300 characters, and prompts for 2,000."""
CHOSEN = re.compile(r"<@U\d{10}>|<#[CD]\d{10}>|<!subteam\^S\d{10}>")
CHANNELS, PEOPLE, GROUPS = (tuple(f"{kind}{one:010}" for one in range(500)) for kind in "CUS")
MOST = 10**6


@pytest.fixture(autouse=True)
def _whoever_was_chosen_may_be_mentioned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the judge take the ids of this workspace beside its own, and still nobody out of a name."""
    monkeypatch.setattr(judge, "OURS", re.compile(f"{CHOSEN.pattern}|{judge.OURS.pattern}"))


@pytest.fixture(params=list(STRANGE.values()), ids=list(STRANGE))
def name(request: pytest.FixtureRequest) -> str:
    """Return a name of 300 characters."""
    return str(request.param * 300)[:300]


def on_a_page(page: PageName, blocks: list[Any], notice: str = "", **sight: Any) -> dict[str, Any]:
    """Return a page as it stands on the Home tab, judged there and in a modal."""
    assert len(blocks) <= BLOCKS_OF_A_PAGE
    look = Sight(page=page, channel_id=CHANNELS[0], **sight)
    for framed in (frame.in_modal, frame.on_home):
        view = approve_view(framed(look, blocks, notice))
        assert len(view["private_metadata"]) <= METADATA
    return view


def a_workspace(name: str) -> tuple[Any, ...]:
    """Return 300 brands that are called the same, in every state, in a Bloom workspace that is called so too."""
    states = (BrandState.READY, *BrandState)
    return tuple(
        brand(
            number,
            name,
            states[number % len(states)],
            image_count=MOST,
            created_at=NOW,
            bloom_workspace_id=f"w{number}",
            bloom_workspace_name=name,
        )
        for number in range(300)
    )


def decided() -> Preferences:
    """Return all that can be decided: 500 channels with defaults, a hundred of each in the limits."""
    everything = Defaults("brand-1", ImageModel.STANDARD, AspectRatio.CINEMA, ImageSize.SIZE_4K)
    first = 100
    return Preferences(
        revision=MOST,
        defaults=everything,
        channels=dict.fromkeys(CHANNELS, everything),
        limits=Limits(
            channels=frozenset(CHANNELS[:first]),
            people=frozenset(PEOPLE[:first]),
            groups=frozenset(GROUPS[:first]),
            credits_per_month=MOST,
            credits_per_person=MOST,
            confirm_above=MOST,
        ),
        changed_by=PEOPLE[0],
        changed_at=NOW,
    )


def workspaces(name: str) -> tuple[BloomWorkspace, ...]:
    """Return more of Bloom's workspaces than a menu holds."""
    return tuple(BloomWorkspace(f"w{number}", name, is_personal=False) for number in range(150))


STANDING = Standing(Spent(MOST, MOST), MOST, MOST)
ALL_CREDITS = Credits(float(MOST))


class TestPages:
    @pytest.mark.parametrize("manager", [PEOPLE[0], None])
    @pytest.mark.parametrize("has_images", [True, False])
    @pytest.mark.parametrize("is_broken", [True, False])
    def test_overview(self, name: str, manager: str | None, has_images: bool, is_broken: bool) -> None:
        chosen = BloomWorkspace("gone", name, is_personal=False)
        tab = Overview(
            connection(name, PEOPLE[1], bloom_workspace=chosen, is_broken=is_broken),
            manager,
            PEOPLE[:100],
            has_images=has_images,
            brands=a_workspace(name),
            credits=ALL_CREDITS,
            standing=STANDING,
            workspaces=workspaces(name),
            trouble=name,
        )
        view = on_a_page(PageName.OVERVIEW, overview(tab), notice=asked(PEOPLE[:100]))
        assert "more" in said(view)

    @pytest.mark.parametrize("offset", [0, 140, 299])
    @pytest.mark.parametrize("is_manager", [True, False])
    def test_brands(self, name: str, offset: int, is_manager: bool) -> None:
        page = brands_page.BrandList(
            a_workspace(name),
            decided(),
            pending=[f"https://{name}.example"] * 100,
            query=name[:20] if offset else "",
            offset=offset,
            is_manager=is_manager,
            to_ask=PEOPLE[:100],
            trouble=name,
        )
        view = on_a_page(PageName.BRANDS, brands_page.brand_list(page), query=name[:300], offset=offset)
        assert of_type(view, "button")
        on_a_page(PageName.BRANDS, brands_page.brand_list(replace(page, is_broken=True)))

    @pytest.mark.parametrize("state", BrandState)
    def test_one_brand(self, name: str, state: BrandState) -> None:
        detail = BrandDetail(
            brand(1, name, state, image_count=MOST, created_at=NOW, bloom_workspace_name=name),
            logo_url="https://www.trybloom.ai/" + "l" * 2_900,
            colors=(name, *("#E4572E",) * 100),
            fonts=(name,) * 100,
            aesthetic=name * 20,
            summary=name * 40,
            failure_code="NEW_ONE",
            failure_message=name * 5,
            logo_error=name * 5,
        )
        page = BrandView(
            detail.brand, f"{name} · {name}", decided(), detail, under_way=MOST, is_manager=True, trouble=name
        )
        view = on_a_page(PageName.BRANDS, brand_detail(page), brand_id="b" * 150)
        assert "Delete" in said(view)

    @pytest.mark.parametrize("turned", [0, 60])
    def test_history(self, name: str, turned: int) -> None:
        prompt = (name * 7)[:2000].strip() or "a"
        images = [
            history_page.Shown(
                generation(
                    GenerationState.DELIVERED,
                    images=tuple(image(one) for one in range(5)),
                    place=Place(CHANNELS[0], "1700000000.000100", "1700000000.000100"),
                    prompt=prompt + "a" * (2000 - len(prompt)),
                    brand_name=name,
                    aspect_ratio="21:9",
                    variants=5,
                    size=ImageSize.SIZE_4K,
                ).but(id=f"{one:032x}"),
                "https://acme.slack.com/archives/C123/p1700000000000100?thread_ts=1700000000.000100&cid=C123",
            )
            for one in range(history_page.PAGE)
        ]
        sight: dict[str, Any] = {"query": name[:100], "brand_id": "brand-7", "user_id": PEOPLE[0]}
        trail = tuple(f"{one:032x}" for one in range(turned))
        page = history_page.History(
            Sight(page=PageName.HISTORY, trail=trail, **sight), images, has_older=True, brands=a_workspace(name)
        )
        view = on_a_page(PageName.HISTORY, history_page.history(page), trail=trail, **sight)
        assert said(view).count("Use again") == history_page.PAGE

    def test_usage(self, name: str) -> None:
        people, channels, brands = (dict.fromkeys(ids, MOST) for ids in (PEOPLE, CHANNELS, GROUPS))
        spending = Spending(500 * MOST, people, channels, brands, dict.fromkeys(GROUPS, name))
        names = dict.fromkeys([*PEOPLE, *CHANNELS], name)
        chart = usage_page.Picture("F012345678", words_of(chart_of(spending, "September 2026", names)))
        months = (datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
        report = usage_page.Report(spending, months, 0, chart)
        page = usage_page.Usage(STANDING, credits=ALL_CREDITS, to_ask=PEOPLE[:100], report=report)
        view = on_a_page(PageName.USAGE, usage_page.usage(page))
        assert said(view).count("490 others") == 3
        on_a_page(PageName.USAGE, usage_page.usage(replace(page, is_connected=False, trouble=name)))
        on_a_page(PageName.USAGE, usage_page.usage(replace(page, is_connected=False, trouble=name, report=None)))

    @pytest.mark.parametrize("offset", [0, 240, 495])
    @pytest.mark.parametrize("is_manager", [True, False])
    def test_settings(self, name: str, offset: int, is_manager: bool) -> None:
        page = settings_page.Settings(
            decided(),
            a_workspace(name),
            named=PEOPLE,
            channel_id=CHANNELS[200],
            offset=offset,
            is_manager=is_manager,
            is_connected=False,
        )
        view = on_a_page(PageName.SETTINGS, settings_page.settings(page), offset=offset)
        assert f"of {len(CHANNELS)}" in said(view)
        assert bool(of_type(view, "overflow")) is is_manager


class TestForms:
    def changed(self) -> ChangedMeanwhile:
        """Return all of it changed by somebody else meanwhile."""
        now = decided()
        of_limits = ("channels", "people", "credits_per_month", "credits_per_person", "confirm_above")
        fields = frozenset(f"limits.{one}" for one in of_limits)
        return ChangedMeanwhile(fields, now, by=dict.fromkeys(fields, PEOPLE[0]))

    def test_limits(self, name: str) -> None:
        groups = tuple(UserGroup(one, name, name) for one in GROUPS)
        view = approve_view(limits.form(decided(), Opened(revision=MOST), groups, changed=self.changed()))
        assert len(view["private_metadata"]) <= METADATA
        assert len(approve_options(limits.group_options(groups, ""))) == 100

    def test_defaults_of_a_channel(self, name: str) -> None:
        known, now = a_workspace(name), decided()
        parts = ("brand_id", "shape", "model", "size")
        fields = frozenset(f"channels.{CHANNELS[0]}.{one}" for one in parts)
        changed = ChangedMeanwhile(fields, now, by=dict.fromkeys(fields, PEOPLE[0]))
        opened = Opened(revision=MOST, channel_id=CHANNELS[0])
        approve_view(defaults.form(now, opened, known, changed=changed))
        approve_view(defaults.form(now, Opened(revision=MOST, is_new_channel=True), known))
        approve_view(defaults.form(now, Opened(revision=MOST), known))
        assert len(approve_options(defaults.brand_options(known, "", now, opened))) == 100

    def test_managers(self) -> None:
        view = approve_view(managers.form(Opened(revision=MOST, seen=PEOPLE[:20])))
        assert len(view["private_metadata"]) <= METADATA

    @pytest.mark.parametrize("at", [Field.ADDRESS, Field.LOGO_ADDRESS, Field.BLOOM_WORKSPACE, None])
    def test_adding_a_brand(self, name: str, at: Field | None) -> None:
        address = "https://acme.example/" + "a" * 1_900
        owners = Owners(workspaces(name))
        view = approve_view(add_brand(BrandDraft(address, address, owner="id:w99"), owners, problem=name, at=at))
        assert len(of_type(view, "static_select")[0]["options"]) == 100
        approve_view(add_brand(BrandDraft(address), Owners(chosen=workspaces(name)[0]), problem=name, at=at))

    @pytest.mark.parametrize("at", [Field.LOGO_ADDRESS, Field.LOGO_FILE, None])
    def test_giving_a_logo(self, name: str, at: Field | None) -> None:
        view = approve_view(
            give_logo(Subject(brand_id="b" * 150, name=name), LogoDraft("a" * 2000), problem=name, at=at)
        )
        assert len(view["private_metadata"]) <= METADATA

    @pytest.mark.parametrize("origin", [Origin(brand="b" * 500, confirmed=MOST), Origin(suggested_channel=CHANNELS[1])])
    def test_making_an_image(self, name: str, origin: Origin) -> None:
        known = a_workspace(name)
        draft = Draft((name * 7)[:2000], "brand-1", size=ImageSize.SIZE_4K, variants=5)
        refusal = why(Refusal(Limit.CHANNEL, channel_id=CHANNELS[200], channels=CHANNELS, to_ask=PEOPLE[:100]))
        means = Means(Credits(0.0), STANDING, confirm_above=0)
        view = approve_view(form(draft, origin, picker=Ready(known, name), means=means, refusal=refusal))
        assert len(view["private_metadata"]) <= METADATA
        assert len(approve_options(brand_options(known, ""))) == 100


class TestMessages:
    @pytest.mark.parametrize("limit", Limit)
    def test_refusal(self, name: str, limit: Limit) -> None:
        refusal = Refusal(
            limit,
            left=MOST,
            needed=MOST,
            channel_id=CHANNELS[200],
            channels=CHANNELS,
            renews_at=NOW,
            to_ask=PEOPLE[:100],
        )
        approve(refused(refusal, typed=(name * 7)[:2000]))
        approve_view(refused_form(refusal))

    @pytest.mark.parametrize(
        ("kind", "state"),
        [*((kind, BrandState.READY) for kind in NoticeKind), *((NoticeKind.BRAND_SETTLED, one) for one in BrandState)],
    )
    def test_notice(self, name: str, kind: NoticeKind, state: BrandState) -> None:
        about = BrandDetail(
            brand(1, name, state, bloom_workspace_name=name),
            failure_code="NEW_ONE",
            failure_message=name * 5,
            logo_error=name * 5,
        )
        notice = Notice(kind, connection(name), asked_by=PEOPLE[0], brand=about, address=name * 9, reason=name)
        approve(notice_message(notice))

    @pytest.mark.parametrize("is_preview", [True, False])
    def test_largest_set_and_what_led_to_it(self, name: str, is_preview: bool) -> None:
        shapes: dict[str, Any] = {"aspect_ratio": "1:1", "further_ratios": ("9:16", "16:9"), "variants": 4}
        prompt = ("a" + name * 7)[:2000]
        twelve = tuple(image(one, url=f"https://www.trybloom.ai/img/{name}", description=name * 3) for one in range(12))
        made = generation(
            GenerationState.DELIVERED,
            images=twelve,
            prompt=prompt,
            brand_name=name,
            is_preview=is_preview,
            reference_ids=tuple(f"r{one}" for one in range(10)),
            source=source(Derivation.REFERENCE),
            **shapes,
        )
        url = "https://acme.slack.com/archives/C123/p1700000000000100?thread_ts=1700000000.000100&cid=C123"
        message = approve(result_message(made, source_url=url, channel_name=name))
        assert len(of_type(message, "image")) == len(of_type(message, "overflow")) == 12
        for state in GenerationState:
            approve(request_message(made.but(state=state), source_url=url))
        shared = showing(3, shared_by="U2", note=(name * 4)[:1000])
        approve(shared_message(Made(made, twelve[3]), shared, origin_url=url))


@pytest.mark.parametrize("text", ["<!channel>", "<@U999>", "a & b", "<#C1>"])
def test_judge_of_this_file_still_lets_nobody_else_be_called(text: str) -> None:
    def look(words: str) -> dict[str, Any]:
        return approve_view(frame.on_home(Sight(), [section(words)]))

    look(f"<@{PEOPLE[0]}> <#{CHANNELS[0]}> <!subteam^{GROUPS[0]}>")
    with pytest.raises(AssertionError):
        look(text)


def test_hundreds_of_brands_are_told_apart_once_for_all_who_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes milliseconds, in which nobody else is answered: done for each option, it was half a second."""
    told_apart: list[int] = []

    def count(brands: Iterable[Brand]) -> dict[str, str]:
        told_apart.append(1)
        return labels(brands)

    for module in (decisions, menus, settings_page):
        monkeypatch.setattr(module, "labels", count)
    known, now = a_workspace("Acme"), decided()
    defaults.brand_options(known, "acme", now, Opened())
    assert len(told_apart) == 1
    settings_page.settings(settings_page.Settings(now, known, channel_id=CHANNELS[0], is_manager=True))
    assert len(told_apart) <= 4
