"""Brands on the page, one brand in full, the forms about them and what is told when Bloom is done."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import (
    FILE_LIMIT,
    BloomWorkspace,
    Brand,
    BrandDetail,
    BrandState,
    Defaults,
    Notice,
    NoticeKind,
    Preferences,
)
from bot.sandbox.slack.block_kit import check_view
from bot.slack.sights import PageName, Sight
from bot.slack.views.brands import logo_form as logo_forms
from bot.slack.views.brands.add_form import BrandDraft, Owners, add_brand, asking, told
from bot.slack.views.brands.detail import BrandView, brand_detail, brand_gone
from bot.slack.views.brands.facts import FAILURES, defaults_text
from bot.slack.views.brands.logo_form import LogoDraft, LogoFile, Subject, errors, give_logo, read
from bot.slack.views.buttons import Field
from bot.slack.views.home import frame
from bot.slack.views.home.brands import SHOWN, BrandList, brand_list, not_connected
from bot.slack.views.notices import notice_message
from tests.slack.views.judge import action_ids, approve, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, NOW, brand, brands, typed

NOTHING = Preferences()
BLOCKS_OF_A_PAGE = 90
PERSONAL = BloomWorkspace(None, "Personal", is_personal=True)
TEAMS = (PERSONAL, BloomWorkspace("w1", "Agency", is_personal=False))


def page(blocks: list[Any]) -> dict[str, Any]:
    """Return a page as people see it, on the Home tab and in a modal, judged."""
    assert len(blocks) <= BLOCKS_OF_A_PAGE
    approve_view(frame.on_home(Sight(page=PageName.BRANDS), blocks))
    return approve_view(frame.in_modal(Sight(page=PageName.BRANDS), blocks))


def shown(known: tuple[Brand, ...] | None, **changes: Any) -> dict[str, Any]:
    return page(brand_list(BrandList(known, changes.pop("preferences", NOTHING), **changes)))


def detail(**changes: Any) -> BrandDetail:
    about = changes.pop("brand", brand(image_count=12, created_at=NOW))
    facts: dict[str, Any] = {
        "logo_url": "https://www.trybloom.ai/logo/1.png",
        "colors": ("#E4572E", "ivory"),
        "fonts": ("Archivo",),
        "aesthetic": "Bold",
        "summary": "Tools for people",
    }
    return BrandDetail(about, **{**facts, **changes})


def viewed(about: Brand | None = None, **changes: Any) -> dict[str, Any]:
    about = about or brand(image_count=12, created_at=NOW)
    preferences = changes.pop("preferences", NOTHING)
    return page(brand_detail(BrandView(about, about.name, preferences, **changes)))


class TestList:
    def test_brand_is_shown_with_site_state_images_and_where_it_is_the_default(self) -> None:
        chosen = Preferences(
            defaults=Defaults(brand_id="brand-1"),
            channels={f"C{n}": Defaults(brand_id="brand-1") for n in (5, 123, 2, 1)},
        )
        told = said(shown((brand(image_count=1),), preferences=replace(chosen, channels={})))
        assert "*Acme* · <https://www.acme1.com|acme1.com>" in told
        assert ":white_check_mark: Ready · 1 image · default in this workspace" in told
        assert defaults_text("brand-1", chosen) == "default in this workspace, <#C1>, <#C123>, <#C2> and 1 more"
        assert defaults_text("brand-2", chosen) == ""
        only_there = replace(chosen, defaults=Defaults(), channels={"C123": Defaults(brand_id="brand-1")})
        assert defaults_text("brand-1", only_there) == "default in <#C123>"

    def test_site_that_tells_brands_apart_is_not_said_twice(self) -> None:
        told = said(shown((brand(1), replace(brand(2), name=brand(1).name))))
        assert "*Acme* · <https://www.acme1.com|acme1.com>" in told
        assert "*Acme* · <https://www.acme2.com|acme2.com>" in told

    def test_largest_workspace_fits_on_a_page(self) -> None:
        there = Preferences(defaults=Defaults("brand-137"), channels={"C123": Defaults("brand-137")})
        view = shown(
            brands(300, "&" * 200 + "{}"),
            is_manager=True,
            is_broken=True,
            offset=40,
            query="&",
            pending=["https://" + "&" * 1900] * 50,
            preferences=there,
        )
        assert "default in this workspace, <#C123>" in said(view)
        assert action_ids(view).count("brand_details") == SHOWN
        assert "*Brands* · 41–60 of 300" in said(view)
        assert action_ids(view)[-3:] == ["brands_before", "brands_after", "all_brands"]

    @pytest.mark.parametrize(("offset", "part"), [(0, "1–20"), (280, "281–300"), (999, "281–300"), (-5, "1–20")])
    def test_part_is_always_one_that_is_there(self, offset: int, part: str) -> None:
        assert f"{part} of 300" in said(shown(brands(300), offset=offset))

    def test_images_are_counted_where_there_can_be_some(self) -> None:
        assert "Ready · 0 images" in said(shown((brand(),)))
        assert "images" not in said(shown((brand(state=BrandState.ANALYZING),)))
        assert "2 images" in said(shown((brand(state=BrandState.ANALYZING, image_count=2),)))

    def test_few_brands_need_no_search(self) -> None:
        assert not of_type(shown(brands(5)), "plain_text_input")
        assert of_type(shown(brands(6)), "plain_text_input")
        assert of_type(shown(brands(5), query="x"), "plain_text_input")

    def test_what_is_looked_for_is_found_wherever_it_stands(self) -> None:
        assert "*Brands* · 1 of 300\n" in said(shown(brands(300), query="acme299.com"))
        assert "“&lt;nobody&gt;”" in said(shown(brands(300), query="<nobody>"))

    def test_only_managers_see_how_to_add_one(self) -> None:
        assert "add_brand" in action_ids(shown((), is_manager=True))
        members = shown((), to_ask=("U1", "U2"))
        assert "add_brand" not in action_ids(members)
        assert "<@U1> or <@U2> can add one." in said(members)
        assert "The admins and owners of this workspace can add one." in said(shown(()))

    def test_brands_that_are_not_known_yet_are_loading_or_in_trouble(self) -> None:
        assert "Loading your brands…" in said(shown(None))
        troubled = said(shown(None, trouble="Bloom <is> away."))
        assert "Bloom &lt;is&gt; away." in troubled
        assert "Loading" not in troubled
        assert "There is no brand" not in troubled

    def test_brand_on_its_way_is_there_before_bloom_has_it(self) -> None:
        told = said(shown((), is_manager=True, pending=["https://acme.com"]))
        assert "*acme.com*\n:hourglass_flowing_sand: On its way to Bloom" in told
        assert "There is no brand" not in told

    def test_broken_connection_leads_to_connecting_again(self) -> None:
        assert "connect" in action_ids(shown((brand(),), is_manager=True, is_broken=True))
        assert "ask_managers" in action_ids(shown((brand(),), is_broken=True, to_ask=("U1",)))

    def test_without_an_account_there_is_only_the_way_to_one(self) -> None:
        assert "connect" in action_ids(page(not_connected(is_manager=True, to_ask=())))
        assert "ask_managers" in action_ids(page(not_connected(is_manager=False, to_ask=("U1",))))

    @settings(max_examples=40)
    @given(
        st.lists(st.builds(brand, st.integers(), typed, st.sampled_from(BrandState)), unique_by=lambda b: b.id),
        typed,
        typed,
    )
    def test_any_brand_can_be_shown(self, known: list[Brand], query: str, url: str) -> None:
        shown(tuple(replace(one, url=url) for one in known), query=query)


class TestOneBrand:
    def test_everything_bloom_learned_is_told(self) -> None:
        view = viewed(detail=detail())
        told = said(view)
        for words in ("*Acme*", "Ready · 12 images", "Archivo", "Bold", "Tools for people", "ivory"):
            assert words in told
        assert [part["value"] for part in of_type(view, "color")] == ["#E4572E"]
        assert [part["alt_text"] for part in of_type(view, "image")] == ["Logo of Acme"]

    @pytest.mark.parametrize("url", [None, "data:image/png;base64,xx", "https://" + "x" * 3000])
    def test_logo_that_slack_cannot_fetch_is_left_out(self, url: str | None) -> None:
        assert not of_type(viewed(detail=detail(logo_url=url)), "image")

    def test_what_is_known_is_there_before_bloom_has_answered(self) -> None:
        assert "Asking Bloom what it knows" in said(viewed())
        assert "Bloom is away" in said(viewed(trouble="Bloom is away"))
        assert "Asking Bloom" not in said(viewed(trouble="Bloom is away"))

    @pytest.mark.parametrize(
        ("state", "member", "manager"),
        [
            (BrandState.READY, ["make_for_brand"], ["make_for_brand", "give_logo", "make_default", "delete_brand"]),
            (BrandState.LOGO_REQUIRED, [], ["give_logo", "delete_brand"]),
            (BrandState.ANALYZING, [], ["give_logo", "delete_brand"]),
            (BrandState.FAILED, [], ["add_brand", "give_logo", "delete_brand"]),
        ],
    )
    def test_controls_are_those_that_work(self, state: BrandState, member: list[str], manager: list[str]) -> None:
        for expected, is_manager in ((member, False), (manager, True)):
            found = action_ids(viewed(brand(state=state), is_manager=is_manager))
            assert [one for one in found if not one.startswith("page:")] == [*expected, "all_brands"]

    def test_default_is_not_made_default_again(self) -> None:
        here = Preferences(defaults=Defaults(brand_id="brand-1"))
        assert "make_default" not in action_ids(viewed(is_manager=True, preferences=here))

    @pytest.mark.parametrize(
        ("preferences", "under_way", "says"),
        [
            (NOTHING, 0, "Nobody can make images with it any more. Images already posted stay."),
            (Preferences(defaults=Defaults(brand_id="brand-1")), 1, "It is the default of this workspace. A request"),
            (Preferences(channels={"C1": Defaults(brand_id="brand-1")}), 0, "It is the default of a channel. Nobody"),
            (
                Preferences(
                    defaults=Defaults(brand_id="brand-1"),
                    channels={f"C{n}": Defaults(brand_id="brand-1") for n in range(10_000)},
                ),
                10_000,
                "of this workspace and of 10000 channels. 10000 requests for it are under way and may fail. Nobody",
            ),
        ],
    )
    def test_who_deletes_reads_what_stops(self, preferences: Preferences, under_way: int, says: str) -> None:
        shown_to = BrandView(brand(), "Acme", preferences, under_way=under_way, is_manager=True)
        view = frame.in_modal(Sight(), brand_detail(shown_to))
        check_view(view, "modal")  # not judged in full: it names other channels than the judge knows
        (sure,) = [one["confirm"] for one in of_type(view, "button") if one["action_id"] == "delete_brand"]
        assert says in sure["text"]["text"]
        assert sure["title"]["text"] == "Delete Acme?"

    @pytest.mark.parametrize("code", [*FAILURES, "NEW_CODE", None])
    def test_failure_has_its_reason(self, code: str | None) -> None:
        failed = brand(state=BrandState.FAILED)
        told = said(viewed(failed, detail=detail(brand=failed, failure_code=code, failure_message="It <broke>.")))
        assert FAILURES.get(code or "", "It &lt;broke&gt;.") in told

    def test_brand_that_is_gone_leads_back(self) -> None:
        assert "isn't at Bloom any more" in said(page(brand_gone(is_loading=False)))
        assert "Asking Bloom" in said(page(brand_gone(is_loading=True)))
        assert "Away" in said(page(brand_gone(is_loading=True, trouble="Away")))

    @pytest.mark.parametrize("state", [BrandState.LOGO_REQUIRED, BrandState.FAILED])
    @pytest.mark.parametrize("length", [155, 195])
    def test_longest_words_about_a_brand_fit_beside_its_logo(self, state: BrandState, length: int) -> None:
        long = brand(1, "&" * 300, state, image_count=10**6)
        about = replace(long, url="https://x.com/" + "&" * length)
        everywhere = Preferences(defaults=Defaults("brand-1"), channels={"C123": Defaults("brand-1")})
        told = detail(brand=about, failure_message="&" * 300, logo_error="&" * 300)
        viewed(about, detail=told, preferences=everywhere, is_manager=True)

    @settings(max_examples=40)
    @given(typed, st.lists(typed, max_size=30), st.sampled_from(BrandState))
    def test_anything_bloom_says_can_be_shown(self, text: str, texts: list[str], state: BrandState) -> None:
        about = brand(1, text * 30, state, bloom_workspace_name=text * 30)
        told = detail(
            brand=about,
            colors=tuple(texts),
            fonts=tuple(texts),
            aesthetic=text * 50,
            summary=text * 50,
            failure_message=text * 50,
            logo_error=text * 50,
        )
        viewed(about, detail=told, is_manager=True)


class TestAdding:
    def test_problem_stands_at_its_field_with_all_that_was_typed(self) -> None:
        draft = BrandDraft("acme.com", "acme.com/l.png", collects_images=False, owner="id:w1")
        for at in (Field.ADDRESS, Field.LOGO_ADDRESS, Field.BLOOM_WORKSPACE):
            blocks = approve_view(add_brand(draft, Owners(TEAMS), problem="No <way>.", at=at))["blocks"]
            number = next(number for number, block in enumerate(blocks) if block.get("block_id") == at)
            assert blocks[number + 1]["elements"][0]["text"] == ":warning: No &lt;way&gt;."
            assert said({"blocks": blocks}).count("No &lt;way&gt;.") == 1
        on_top = approve_view(add_brand(draft, Owners(TEAMS), problem="No <way>."))
        assert on_top["blocks"][0]["text"]["text"] == ":warning: No &lt;way&gt;."
        assert [one["initial_value"] for one in of_type(on_top, "plain_text_input")] == ["acme.com", "acme.com/l.png"]
        assert "initial_options" not in of_type(on_top, "checkboxes")[0]
        assert of_type(on_top, "static_select")[0]["initial_option"]["value"] == "id:w1"

    def test_whose_brand_it_is_is_asked_only_where_there_is_a_choice(self) -> None:
        assert of_type(add_brand(BrandDraft(), Owners(TEAMS)), "static_select")
        for owners in (Owners(), Owners((PERSONAL,)), Owners(TEAMS, chosen=TEAMS[1])):
            assert not of_type(approve_view(add_brand(BrandDraft(), owners)), "static_select")
        assert "*Agency*" in said(add_brand(BrandDraft(), Owners(chosen=TEAMS[1])))
        assert Owners(TEAMS, chosen=TEAMS[1]).named("personal") is TEAMS[1]
        assert Owners(TEAMS).named("id:w1") is TEAMS[1]
        assert Owners(TEAMS).named("personal") is PERSONAL
        assert Owners(TEAMS).named(None) is None, "nobody but the person can say"
        assert Owners((PERSONAL,)).named(None) is PERSONAL
        assert Owners().named(None) is None, "Bloom is asked"
        assert Owners().named("id:w1") == BloomWorkspace("w1", "", is_personal=False), "Bloom says if it is gone"
        assert Owners().named("personal") == BloomWorkspace(None, "", is_personal=True)

    @given(typed)
    def test_whatever_is_typed_calls_nobody(self, text: str) -> None:
        draft = BrandDraft(text, text)
        approve_view(add_brand(draft, Owners(TEAMS), problem=text, at=Field.ADDRESS))
        approve_view(asking(draft))

    def test_who_waits_in_vain_knows_what_to_do(self) -> None:
        """The process may end before the wish is on record, or with the bytes of a file."""
        for waiting in (asking(BrandDraft("acme.com")), logo_forms.asking(Subject(brand_id="b1", name="Acme"))):
            assert "close it and try again" in said(approve_view(waiting))

    def test_account_in_very_many_workspaces_can_choose(self) -> None:
        many = tuple(BloomWorkspace(f"w{n}", HOSTILE * 5, is_personal=False) for n in range(300))
        approve_view(add_brand(BrandDraft(), Owners(many)))
        approve_view(told("It is done."))


class TestLogo:
    @pytest.mark.parametrize(
        ("name", "mime_type", "bloom_type"),
        [
            ("logo.png", "image/png", "image/png"),
            ("logo.PNG", "", "image/png"),
            ("logo.jpeg", "application/octet-stream", "image/jpeg"),
            ("logo.svg", "text/plain", "image/svg+xml"),
            ("logo.svg", "image/svg+xml", "image/svg+xml"),
            ("logo.avif", "", "image/avif"),
            ("logo", "image/webp", "image/webp"),
            ("logo.png", "video/mp4", None),
            ("logo.gif", "image/gif", None),
            ("logo", "", None),
            ("notes.txt", "text/plain", None),
        ],
    )
    def test_type_is_what_slack_says_or_what_the_name_says(
        self, name: str, mime_type: str, bloom_type: str | None
    ) -> None:
        assert LogoFile(name, "https://files.slack.com/x", 1, mime_type).bloom_type == bloom_type

    def test_file_that_bloom_does_not_take_is_refused_at_once(self) -> None:
        file = LogoFile("logo.png", "https://files.slack.com/x", FILE_LIMIT, "image/png")
        assert not errors(LogoDraft(file=file))
        assert "10 MB" in errors(LogoDraft(file=replace(file, size=FILE_LIMIT + 1)))[Field.LOGO_FILE]

    @pytest.mark.parametrize("at", [Field.LOGO_ADDRESS, Field.LOGO_FILE])
    def test_problem_stands_at_its_field(self, at: Field) -> None:
        draft = LogoDraft("acme.com/l.png")
        blocks = approve_view(give_logo(Subject(brand_id="b", name=HOSTILE), draft, problem="No <way>.", at=at))[
            "blocks"
        ]
        number = next(number for number, block in enumerate(blocks) if block.get("block_id") == at)
        assert blocks[number + 1]["elements"][0]["text"] == ":warning: No &lt;way&gt;."
        assert said({"blocks": blocks}).count("No &lt;way&gt;.") == 1

    def test_brand_without_a_name_is_the_brand(self) -> None:
        assert "the brand again" in said(approve_view(logo_forms.given(Subject(brand_id="b"))))

    def test_form_that_nobody_filled_in_is_read(self) -> None:
        assert read({"state": {"values": {}}}) == LogoDraft()
        assert read({}) == LogoDraft()


class TestNotices:
    @pytest.mark.parametrize(
        ("state", "says", "buttons"),
        [
            (BrandState.READY, "*Acme* is ready", ["make_for_brand", "brand_details"]),
            (BrandState.LOGO_REQUIRED, "*Acme* is almost ready: it needs a logo.", ["give_logo", "brand_details"]),
            (BrandState.FAILED, "Bloom couldn't set up *Acme*. Bloom couldn't read", ["add_brand", "brand_details"]),
            (BrandState.ANALYZING, "looking at *Acme* for an hour", ["brand_details"]),
        ],
    )
    def test_what_came_of_a_brand_is_told_with_what_helps(
        self, state: BrandState, says: str, buttons: list[str]
    ) -> None:
        about = detail(brand=brand(state=state), failure_code="SCRAPE_FAILED")
        message = approve(notice_message(Notice(NoticeKind.BRAND_SETTLED, brand=about)))
        assert says in message.text
        assert action_ids(message) == buttons

    @pytest.mark.parametrize(
        ("state", "says"),
        [
            (BrandState.READY, "*Acme* is ready at Bloom"),
            (BrandState.LOGO_REQUIRED, "*Acme* needs a logo"),
            (BrandState.FAILED, "Bloom couldn't set up *Acme*"),
            (BrandState.ANALYZING, "Bloom is still looking at *Acme*"),
        ],
    )
    def test_brand_of_an_account_that_is_not_used_here_any_more_promises_nothing(
        self, state: BrandState, says: str
    ) -> None:
        about = detail(brand=brand(state=state))
        message = approve(notice_message(Notice(NoticeKind.BRAND_SETTLED, brand=about, is_elsewhere=True)))
        assert says in message.text
        assert "isn't among the brands here" in message.text
        assert "everybody here" not in message.text
        assert not action_ids(message), "nothing of it can be done with the account that is used now"

    def test_refused_brand_leads_to_another_try_with_what_was_typed(self) -> None:
        refused = Notice(NoticeKind.BRAND_REFUSED, address="https://acme.com", reason="INVALID_URL")
        message = approve(notice_message(refused))
        assert "Bloom didn't take on *acme.com*. Bloom can't open that address" in message.text
        assert of_type(message, "button")[0]["value"] == "https://acme.com"
        approve(notice_message(replace(refused, address="https://" + "&" * 5000)))

    @given(typed, st.sampled_from(BrandState))
    def test_name_of_a_brand_calls_nobody(self, name: str, state: BrandState) -> None:
        about = detail(brand=replace(brand(name=name, state=state), url=name), logo_error=name, failure_message=name)
        approve(notice_message(Notice(NoticeKind.BRAND_SETTLED, brand=about)))
        approve(notice_message(Notice(NoticeKind.BRAND_REFUSED, address=name, reason=name)))
