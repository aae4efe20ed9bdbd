from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import AspectRatio, Brand, BrandState, Credits, Spent, Standing
from bot.slack.commands.flags import FLAGS
from bot.slack.commands.text import WORDS, Generate, parse
from bot.slack.sights import PageName, Sight
from bot.slack.views.help import EXAMPLES, help_message
from bot.slack.views.home import frame
from bot.slack.views.home.overview import READY_SHOWN, TROUBLED_SHOWN, Overview, overview
from bot.slack.views.managers import asked
from tests.slack.views.judge import action_ids, approve, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, brand, brands, connection, typed

PAGES = ["page:overview", "page:brands", "page:history", "page:usage", "page:settings"]
READY = (brand(1), brand(2, "Beta"))
RUNNING = Overview(connection(), brands=READY, has_images=True, standing=Standing(Spent(130, 12)))
"""What a member sees once the first steps are done."""


def home(tab: Overview, notice: str = "") -> dict[str, Any]:
    """Return the Home tab with the page on it, once Slack has taken it."""
    return approve_view(frame.on_home(Sight(), overview(tab), notice))


def own_ids(view: dict[str, Any]) -> list[str]:
    """Return the ids of the page's own buttons."""
    ids = action_ids(view)
    assert ids[: len(PAGES)] == PAGES
    return ids[len(PAGES) :]


def step(view: dict[str, Any], number: int) -> tuple[str, str | None]:
    """Return what a step says, and what its button does."""
    (block,) = [block for block in view["blocks"] if block.get("block_id") == f"step_{number}"]
    return block["text"]["text"], block.get("accessory", {}).get("action_id")


def test_help_teaches_every_flag_and_value() -> None:
    taught = said(approve(help_message()))
    assert all(f"--{flag}" in taught for flag in FLAGS)
    assert all(f"`{ratio}`" in taught for ratio in AspectRatio)
    assert all(f"/bloom {word}" in taught for word in WORDS)
    assert "Make an image" in taught


@pytest.mark.parametrize("example", [line.split("/bloom ")[1] for line in EXAMPLES.splitlines() if "/bloom" in line])
def test_the_examples_of_help_work(example: str) -> None:
    command = parse(example.rstrip("`"))
    assert isinstance(command, Generate)
    assert "--" not in command.draft.prompt


class TestFirstSteps:
    def test_managers_begin_by_connecting(self) -> None:
        view = home(Overview(None, "U1"))
        text, button = step(view, 1)
        assert text.startswith(
            ":point_right: *1. Connect Bloom*\nPaste an API key from <https://www.trybloom.ai/settings"
        )
        assert (button, own_ids(view)) == ("connect", ["connect"])
        assert [step(view, number)[0].split()[0] for number in (2, 3)] == [":white_circle:"] * 2

    def test_both_ways_are_named_where_both_are_there(self) -> None:
        text, _ = step(home(Overview(None, "U1", offers_sign_in=True)), 1)
        assert "Sign in with Bloom, or paste an API key from <https://" in text

    @pytest.mark.parametrize(
        ("to_ask", "who"),
        [
            (("U1",), "<@U1>"),
            (("U1", "U2"), "<@U1> or <@U2>"),
            (("U1", "U2", "U1"), "<@U1>, <@U2> or <@U1>"),
        ],
    )
    def test_others_learn_who_can_connect_and_can_ask_them(self, to_ask: tuple[str, ...], who: str) -> None:
        view = home(Overview(None, to_ask=to_ask))
        text, button = step(view, 1)
        assert text.endswith(f"Bloom isn't connected to this workspace yet. {who} can connect it.")
        assert (button, own_ids(view)) == ("ask_managers", ["ask_managers"])

    def test_where_nobody_is_known_there_is_nobody_to_ask_by_a_button(self) -> None:
        view = home(Overview(None))
        assert "The admins and owners of this workspace can connect it." in said(view)
        assert not own_ids(view)

    def test_connecting_ticks_itself_off_and_managers_add_a_brand(self) -> None:
        view = home(Overview(connection(), "U1", brands=()))
        assert step(view, 1) == (":white_check_mark: *1. Connect Bloom*\nConnected as *mia@acme.com*.", None)
        text, button = step(view, 2)
        assert text.startswith(":point_right: *2. Add a brand*\nThere is no brand at Bloom yet. Bloom learns")
        assert button == "add_brand"
        assert own_ids(view) == ["add_brand", "connect", "disconnect"]

    def test_others_learn_who_can_add_a_brand(self) -> None:
        view = home(Overview(connection(), brands=(), to_ask=("U1", "U2")))
        assert step(view, 2)[0].endswith("There is no brand at Bloom yet. <@U1> or <@U2> can add one.")
        assert not own_ids(view)

    def test_brands_that_nobody_has_seen_yet_are_loading_or_in_trouble(self) -> None:
        assert step(home(Overview(connection(), "U1")), 2)[0].endswith("Loading your brands…")
        troubled = step(home(Overview(connection(), "U1", trouble="Bloom <is> away.")), 2)[0]
        assert troubled.endswith("Bloom &lt;is&gt; away.")

    def test_brand_on_its_way_says_so_and_is_listed(self) -> None:
        view = home(Overview(connection(), brands=(brand(1, state=BrandState.ANALYZING),)))
        assert "Bloom is analyzing *Acme*; that takes a few minutes." in step(view, 2)[0]
        assert "Acme\n (still being analyzed)" in said(view)

    def test_brands_that_all_need_something_lead_to_their_page(self) -> None:
        text, button = step(home(Overview(connection(), brands=(brand(1, state=BrandState.LOGO_REQUIRED),))), 2)
        assert text.endswith("None of your brands is ready yet. See what they need.")
        assert button == "page:brands"

    @pytest.mark.parametrize("manager", [None, "U1"])
    def test_everybody_makes_the_first_image(self, manager: str | None) -> None:
        view = home(Overview(connection(), manager, brands=READY[:1]))
        assert step(view, 2)[0] == ":white_check_mark: *2. Add a brand*\n*Acme* is ready."
        assert step(view, 3)[1] == "open_form"
        assert step(home(Overview(connection(), manager, brands=READY)), 2)[0].endswith("2 brands are ready.")

    def test_what_was_done_before_stays_ticked_off(self) -> None:
        view = home(Overview(None, "U1", has_images=True))
        assert [step(view, number)[0].split()[0] for number in (1, 2, 3)] == [
            ":point_right:",
            ":white_circle:",
            ":white_check_mark:",
        ]

    def test_guide_is_gone_when_all_three_are_done(self) -> None:
        assert "Welcome" not in said(home(RUNNING))
        assert "Welcome" not in said(home(replace(RUNNING, brands=None)))
        assert "Welcome" in said(home(replace(RUNNING, has_images=False)))


@pytest.mark.parametrize(
    ("managers", "sentence"),
    [
        (("U1",), "I've asked <@U1> to connect Bloom."),
        (("U1", "U2"), "I've asked <@U1> and <@U2> to connect Bloom."),
        ((), "I couldn't write to anybody who can connect Bloom; ask an admin of this workspace yourself."),
    ],
)
def test_whoever_asked_learns_who_was_asked(managers: tuple[str, ...], sentence: str) -> None:
    assert asked(managers) == sentence
    assert sentence in said(home(Overview(None), asked(managers)))


class TestFrame:
    @pytest.mark.parametrize("tab", [Overview(None), Overview(None, "U1"), RUNNING, replace(RUNNING, manager="U1")])
    def test_what_came_of_an_act_stands_on_top(self, tab: Overview) -> None:
        view = home(tab, "I've asked <@U2>.")
        assert view["blocks"][2]["text"]["text"] == "I've asked <@U2>."
        assert "I've asked" not in said(home(tab))

    @pytest.mark.parametrize("page", PageName)
    def test_buttons_lead_to_every_page_and_the_present_one_stands_out(self, page: PageName) -> None:
        view = approve_view(frame.in_modal(Sight(page=page, channel_id="C123"), overview(RUNNING)))
        buttons = view["blocks"][0]["elements"]
        assert [button["value"] for button in buttons] == list(PageName)
        assert [button["value"] for button in buttons if button.get("style")] == [page]
        assert Sight.model_validate_json(view["private_metadata"]) == Sight(page=page, channel_id="C123")

    def test_modal_without_a_text_field_has_no_button_to_send_it(self) -> None:
        assert "submit" not in approve_view(frame.in_modal(Sight(), overview(RUNNING)))

    def test_what_stands_in_for_a_page_can_be_shown(self) -> None:
        assert "reference: 0a1b2c3d" in said(approve_view(frame.on_home(Sight(), frame.broken("0a1b2c3d"))))
        approve_view(frame.in_modal(Sight(), frame.loading()))


class TestNumbers:
    def fields(self, tab: Overview) -> list[str]:
        (texts,) = [[field["text"] for field in block["fields"]] for block in home(tab)["blocks"] if "fields" in block]
        return texts

    @pytest.mark.parametrize(
        ("tab", "left"),
        [
            (replace(RUNNING, credits=Credits(212)), "212 credits left"),
            (replace(RUNNING, credits=Credits(1)), "1 credit left"),
            (replace(RUNNING, credits=Credits(0, unlimited=True)), "unlimited credits"),
            (RUNNING, "Asking Bloom…"),
            (replace(RUNNING, trouble="Bloom is away."), "Bloom doesn't say just now."),
            (replace(RUNNING, has_one_purse=False), "Each brand's own Bloom workspace pays."),
        ],
    )
    def test_balance_is_shown_as_far_as_it_is_known(self, tab: Overview, left: str) -> None:
        assert self.fields(tab)[0] == f"*Credits at Bloom*\n{left}"

    def test_only_managers_are_led_to_more_credits(self) -> None:
        few = replace(RUNNING, credits=Credits(3), manager="U1")
        assert self.fields(few)[0].endswith("3 credits left · <https://www.trybloom.ai/#pricing|Top up>")
        assert "Top up" not in said(home(replace(few, manager=None)))

    @pytest.mark.parametrize(
        ("standing", "lines"),
        [
            (Standing(Spent(130, 1)), "You: 1 credit\nEverybody: 130 credits"),
            (
                Standing(Spent(130, 12), None, 20),
                "You: 12 of 20 credits\nEverybody: 130 credits\nYou can use 8 credits more.",
            ),
            (
                Standing(Spent(499, 12), 500, 20),
                "You: 12 of 20 credits\nEverybody: 499 of 500 credits\nYou can use 1 credit more.",
            ),
            (
                Standing(Spent(500, 12), 500),
                "You: 12 credits\nEverybody: 500 of 500 credits\nYou can't use any more until next month.",
            ),
        ],
    )
    def test_this_month_is_ones_own_and_for_managers_everybodys(self, standing: Standing, lines: str) -> None:
        managed = self.fields(replace(RUNNING, standing=standing, manager="U1"))
        assert managed[1] == f"*This month*\n{lines}"
        own = self.fields(replace(RUNNING, standing=standing))
        assert own[1] == "\n".join(line for line in managed[1].splitlines() if "Everybody" not in line)


class TestBrands:
    def test_ready_ones_are_named_and_those_that_need_attention_are_listed_the_urgent_first(self) -> None:
        known = (
            brand(1, "Zeta"),
            brand(2, "Acme"),
            brand(3, "Slow", BrandState.ANALYZING),
            brand(4, "Bad", BrandState.FAILED),
            brand(5, "Bare", BrandState.LOGO_REQUIRED),
        )
        view = home(replace(RUNNING, brands=known))
        assert "*Brands*\n*Acme*, *Zeta*" in said(view)
        assert [part["text"] for section in of_type(view, "rich_text_section") for part in section["elements"]] == [
            "Bare",
            " (needs a logo)",
            "Bad",
            " (could not be set up)",
            "Slow",
            " (still being analyzed)",
        ]
        assert own_ids(view) == ["open_form", "page:brands"]

    def test_many_stay_few_lines(self) -> None:
        known = (*brands(300, "&" * 200 + "{}"), *(brand(n, f"Bad {n}", BrandState.FAILED) for n in range(400, 420)))
        view = home(replace(RUNNING, brands=known))
        assert f" and {300 - READY_SHOWN} more" in said(view)
        assert len(of_type(view, "rich_text_section")) == TROUBLED_SHOWN
        assert f"and {20 - TROUBLED_SHOWN} more" in said(view)

    def test_trouble_with_bloom_is_said_beside_those_that_are_known(self) -> None:
        told = said(home(replace(RUNNING, trouble="Bloom <is> away.")))
        assert "*Acme*, *Beta*" in told
        assert "Bloom &lt;is&gt; away." in told
        assert "Loading" not in told
        assert "Loading your brands…" in said(home(replace(RUNNING, brands=None)))

    @settings(max_examples=50)
    @given(
        st.lists(st.builds(brand, st.integers(), typed, st.sampled_from(BrandState)), unique_by=lambda b: b.id), typed
    )
    def test_any_brand_and_account_can_be_shown(self, known: list[Brand], email: str) -> None:
        for has_images in (True, False):
            home(Overview(connection(email), "U1", brands=known, credits=Credits(0.5), has_images=has_images))

    def test_hostile_names_call_nobody(self) -> None:
        for state in BrandState:
            home(replace(RUNNING, brands=(brand(1, HOSTILE, state),), has_images=False))
            home(replace(RUNNING, brands=(brand(1, HOSTILE, state), brand(2, HOSTILE)), trouble=HOSTILE))
