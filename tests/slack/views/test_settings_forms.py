"""The forms of settings: what they show is what they read again, within Slack's limits."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.brands import labels
from bot.core.errors import ChangedMeanwhile
from bot.core.models import (
    AspectRatio,
    Brand,
    BrandState,
    Defaults,
    ImageModel,
    ImageSize,
    Limits,
    Preferences,
    UserGroup,
)
from bot.slack.views import menus
from bot.slack.views.settings_forms import defaults, limits, managers
from bot.slack.views.settings_forms.frame import Opened, opened_over
from tests.slack.views.judge import approve_options, approve_view, of_type, said
from tests.slack.views.samples import HOSTILE, brand, brands, typed

GROUPS = (UserGroup("S1", "Design team", "design"), UserGroup("S2", "Sales", "sales"))
KEYS = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "number_input": ("value", "initial_value"),
}
SHAPES: st.SearchStrategy[Any] = st.sampled_from([None, "any", *AspectRatio])


def sent(view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """Return a form as Slack sends it when nobody touched it, but for what is typed."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            key, initial = KEYS[element["type"]]
            held = typed.get(element["action_id"], element.get(initial))
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], key: held}}
    return {**view, "state": {"values": values}}


def of_workspace(preferences: Preferences, **more: Any) -> dict[str, Any]:
    return approve_view(defaults.form(preferences, Opened(), brands(3), **more))


def of_channel(preferences: Preferences, **more: Any) -> dict[str, Any]:
    return approve_view(defaults.form(preferences, Opened(channel_id="C123"), brands(3), **more))


def initial(view: dict[str, Any]) -> list[str]:
    """Return what stands in the selects of a form."""
    return [
        block["element"]["initial_option"]["text"]["text"]
        for block in view["blocks"]
        if "initial_option" in block.get("element", {})
    ]


class TestDefaults:
    @given(
        SHAPES,
        st.sampled_from([None, *ImageModel]),
        st.sampled_from([None, *ImageSize]),
        st.sampled_from([None, "brand-2", "gone"]),
    )
    def test_what_a_channel_has_is_read_as_it_stands(
        self, shape: Any, model: ImageModel | None, size: ImageSize | None, brand_id: str | None
    ) -> None:
        chosen = Defaults(brand_id, model, shape, size)
        assert defaults.read(sent(of_channel(Preferences(channels={"C123": chosen})))) == (None, chosen)
        if shape != "any":
            assert defaults.read(sent(of_workspace(Preferences(defaults=chosen)))) == (None, chosen)

    def test_nothing_chosen_says_what_holds(self) -> None:
        assert initial(of_workspace(Preferences())) == [
            "No default brand",
            "As usual (Bloom chooses)",
            "As usual (Pro)",
            "As usual (2K)",
        ]
        wider = Defaults("brand-1", ImageModel.FAST, AspectRatio.WIDE, ImageSize.SIZE_4K)
        assert initial(of_channel(Preferences(defaults=wider))) == [
            "As in the workspace (Brand 1)",
            "As in the workspace (16:9 · wide)",
            "As in the workspace (Fast)",
            "As in the workspace (4K)",
        ]

    def test_only_a_channel_can_leave_the_shape_to_bloom_against_the_workspace(self) -> None:
        shapes = [
            [option["value"] for option in element["options"]]
            for view in (of_workspace(Preferences()), of_channel(Preferences()))
            for element in of_type(view, "static_select")
            if element["action_id"] == "ratio"
        ]
        assert [("any" in values) for values in shapes] == [False, True]

    def test_a_new_channel_is_asked_for(self) -> None:
        view = approve_view(defaults.form(Preferences(), Opened(is_new_channel=True), ()))
        assert defaults.read(sent(view, default_channel="C9")) == ("C9", Defaults())

    def test_what_it_was_opened_over_comes_back(self) -> None:
        opened = Opened(revision=7, channel_id="C123")
        assert opened_over(defaults.form(Preferences(), opened, ())) == opened

    def test_no_brand_can_be_chosen_first_unless_one_is_looked_for(self) -> None:
        preferences = Preferences(defaults=Defaults("brand-1"))
        known = (*brands(300), brand(400, "Zulu", BrandState.LOGO_REQUIRED))
        every = approve_options(defaults.brand_options(known, " ", preferences, Opened(channel_id="C123")))
        assert (len(every), every[0]["value"]) == (100, "inherit")
        assert every[0]["text"]["text"] == "As in the workspace (Brand 1)"
        found = approve_options(defaults.brand_options(known, "zulu", preferences, Opened()))
        assert [option["text"]["text"] for option in found] == ["Zulu (needs a logo)"]

    def test_many_brands_are_told_apart_once_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[int] = []

        def counted(known: Iterable[Brand]) -> dict[str, str]:
            told.append(1)
            return labels(known)

        monkeypatch.setattr(menus, "labels", counted)
        assert len(defaults.brand_options(brands(300), "", Preferences(), Opened())["options"]) == 100
        assert len(told) == 1

    @settings(max_examples=50)
    @given(typed)
    def test_any_name_of_a_brand_is_words(self, name: str) -> None:
        preferences = Preferences(defaults=Defaults("brand-1"), channels={"C123": Defaults("brand-1")})
        changed = ChangedMeanwhile(frozenset({"channels.C123.brand_id"}), preferences)
        for known in ((brand(1, name),), (brand(1, HOSTILE),)):
            for opened in (Opened(), Opened(channel_id="C123"), Opened(is_new_channel=True)):
                approve_view(defaults.form(preferences, opened, known, changed=changed))
                approve_options(defaults.brand_options(known, "", preferences, opened))


class TestLimits:
    @pytest.mark.parametrize(
        "chosen",
        [
            Limits(),
            Limits(frozenset({"C1"}), frozenset({"U1", "U2"}), frozenset({"S1", "gone"}), 500, 0, 4),
            Limits(people=frozenset({"U1"}), confirm_above=0),
        ],
    )
    @pytest.mark.parametrize("groups", [GROUPS, (), limits.GROUPS_UNKNOWN])
    def test_what_holds_is_read_as_it_stands(self, chosen: Limits, groups: Any) -> None:
        view = sent(approve_view(limits.form(Preferences(limits=chosen), Opened(), groups)))
        assert not limits.errors(view, Opened())
        assert limits.read(view, chosen) == chosen

    @pytest.mark.parametrize("number", ["1.5", "-1", "many", "1000001", "9" * 400, "²"])
    def test_what_is_no_number_of_credits_is_said_at_its_field(self, number: str) -> None:
        view = sent(limits.form(Preferences(), Opened(revision=3), GROUPS), confirm_above=number)
        assert limits.errors(view, Opened(revision=3)) == {"confirm_above:3": limits.NOT_A_NUMBER}

    @pytest.mark.parametrize("number", ["", "0", " 7 ", "1000000"])
    def test_any_other_number_is_taken(self, number: str) -> None:
        view = sent(limits.form(Preferences(), Opened(), GROUPS), confirm_above=number)
        assert not limits.errors(view, Opened())
        assert limits.read(view, Limits()).confirm_above == (int(number) if number else None)

    def test_groups_are_found_by_name_and_handle_and_gone_ones_are_named(self) -> None:
        def found(query: str) -> list[str]:
            return [option["value"] for option in approve_options(limits.group_options(GROUPS, query))]

        assert (found("@des"), found("TEAM"), found(""), found("x")) == (["S1"], ["S1"], ["S1", "S2"], [])
        view = limits.form(Preferences(limits=Limits(groups=frozenset({"S9"}))), Opened(), GROUPS)
        assert "A user group that is gone (S9)" in said(view)

    def test_where_there_are_no_groups_it_says_so(self) -> None:
        assert limits.NO_GROUPS in said(approve_view(limits.form(Preferences(), Opened(), ())))

    def test_the_largest_form_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.slack.views.judge._approve_markup", lambda text: None)  # it names many others
        many = frozenset(f"C{one:010}" for one in range(100))
        groups = tuple(UserGroup(one, "&" * 300, "h" * 100) for one in sorted(many))
        preferences = Preferences(limits=Limits(many, many, many, 10**6, 10**6, 10**6))
        fields = frozenset({"limits.people", "limits.channels", "limits.credits_per_month", "limits.confirm_above"})
        changed = ChangedMeanwhile(fields, preferences, by=dict.fromkeys(fields, "U1"))
        approve_view(limits.form(preferences, Opened(), groups, changed=changed))
        assert len(approve_options(limits.group_options(groups * 3, ""))) == 100


class TestWhoWasFaster:
    def changed(self, **by: str) -> str:
        current = Preferences(limits=Limits(people=frozenset({"U1"}), groups=frozenset({"S1"}), confirm_above=None))
        names = {f"limits.{name}": user_id for name, user_id in by.items()}
        error = ChangedMeanwhile(frozenset(names), current, by=names)
        return said(approve_view(limits.form(current, Opened(), GROUPS, changed=error)))

    def test_one_is_named_with_what_they_chose(self) -> None:
        told = self.changed(people="U1", confirm_above="U1")
        assert ":warning: <@U1> changed this while you had it open:" in told
        assert "• *Ask before spending more than* is now empty\n• *Who* is now <!subteam^S1> and <@U1>" in told

    def test_several_are_others(self) -> None:
        assert ":warning: Other managers changed this" in self.changed(people="U1", confirm_above="U2")

    def test_inputs_of_another_revision_have_other_ids_so_that_slack_shows_what_they_are_given(self) -> None:
        blocks = [
            {block["block_id"] for block in limits.form(Preferences(), Opened(revision=one), GROUPS)["blocks"]}
            for one in (1, 2)
        ]
        assert not blocks[0] & blocks[1]


class TestManagers:
    def test_those_named_stand_in_it_and_come_back(self) -> None:
        view = approve_view(managers.form(Opened(seen=("U1", "U2"))))
        assert managers.read(sent(view)) == {"U1", "U2"}
        assert managers.read(sent(view, managers=[])) == set()
        assert opened_over(view).seen == ("U1", "U2")

    def test_as_many_as_there_may_be_fit(self) -> None:
        approve_view(managers.form(Opened(seen=tuple(f"U{one:010}" for one in range(150)))))
