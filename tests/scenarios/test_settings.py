"""The page of settings: everybody reads what was decided, managers decide it, two of them at once too."""

import copy
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.core.models import AspectRatio, Defaults, ImageModel, ImageSize, Limits, Preferences, UserGroup
from bot.sandbox.slack import Delivery, Person, View
from bot.slack.home.settings import actions as settings_actions
from bot.slack.home.settings import answers as settings_answers
from tests.fakes.directory import FakeDirectory
from tests.scenarios.decisions import channel_id
from tests.scenarios.world import World, open_world, words

ONLY_MANAGERS = "Only managers of Bloom can do that"
DEFAULTS = "settings_defaults"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which Mia is an admin, and Sam is not."""
    async with open_world(tmp_path) as opened:
        await opened.brands_known()
        yield opened


async def settings_of(world: World, person: Person) -> View:
    """Open somebody's Home tab on the page of settings."""
    await person.open_home()
    home = await world.slack.wait_until(lambda: person.home)
    await person.click(home, "Settings")
    return await world.slack.wait_until(lambda: person.home if "*Limits*" in words(home) else None)


async def open_form(world: World, person: Person, name: str, *, home: View | None = None) -> View:
    """Press the button of a form on the page of settings, and return the form."""
    home = home or await settings_of(world, person)
    await person.click(home, name)
    return await person.wait_for_view()


async def decided(world: World) -> Preferences:
    return await world.bot.core.preferences.current(world.workspace_id)


async def is_done(world: World, person: Person) -> None:
    """Wait until nobody's form is open any more, so that what it said is saved."""
    await world.slack.wait_until(lambda: person.open_view is None)


def menus(view: View) -> list[dict[str, Any]]:
    return [block["accessory"] for block in view.blocks if block.get("accessory", {}).get("type") == "overflow"]


async def two_managers(world: World) -> tuple[Person, Person]:
    await world.slack.promote("Sam")
    return world.mia, world.sam


class TestReading:
    async def test_members_read_what_holds_and_see_no_control(self, world: World) -> None:
        home = await settings_of(world, world.sam)
        told = words(home)
        assert "Shape: Bloom chooses" in told
        assert "Where: everywhere\nWho: everybody\nCredits a month, for the workspace: no limit" in told
        assert "None yet: the workspace's hold everywhere." in told
        assert "Managers can change all of this." in told
        assert home.buttons == ["Overview", "Brands", "History", "Usage", "Settings"]

    async def test_what_a_manager_decides_appears_on_everybodys_page(self, world: World) -> None:
        theirs = await settings_of(world, world.sam)
        form = await open_form(world, world.mia, "change_limits")
        await world.mia.submit(form, {"credits_per_month": "500"})
        await world.slack.wait_until(lambda: "Credits a month, for the workspace: 500" in words(theirs))
        assert f"last changed by <@{world.mia.id}>" in words(theirs)


class TestDefaults:
    async def test_of_the_workspace(self, world: World) -> None:
        form = await open_form(world, world.mia, "change_defaults")
        await world.mia.submit(form, {"default_brand": "Acme", "ratio": "16:9", "model": "fast", "size": "4K"})
        await is_done(world, world.mia)
        home = world.mia.home
        assert home is not None
        await world.slack.wait_until(lambda: "Brand: *Acme*\nShape: 16:9 · wide\nModel: Fast · quickest" in words(home))
        acme = next(one for one in (await world.bot.core.brands.known(world.workspace_id)).brands if one.name == "Acme")
        chosen = (await decided(world)).defaults
        assert chosen == Defaults(acme.id, ImageModel.FAST, AspectRatio.WIDE, ImageSize.SIZE_4K)

        again = await open_form(world, world.mia, "change_defaults", home=home)
        await world.mia.submit(again, {"default_brand": "No default brand", "size": "As usual (2K)"})
        await is_done(world, world.mia)
        assert (await decided(world)).defaults == Defaults(None, ImageModel.FAST, AspectRatio.WIDE)

    async def test_a_form_that_is_sent_as_it_was_opened_decides_nothing(self, world: World) -> None:
        for name in ("change_defaults", "change_limits"):
            form = await open_form(world, world.mia, name)
            await world.mia.submit(form)
            await is_done(world, world.mia)
        assert (await decided(world)).revision == 0

    async def test_of_a_channel_from_its_beginning_to_its_end(self, world: World) -> None:
        general = channel_id(world, "general")
        home = await settings_of(world, world.mia)
        form = await open_form(world, world.mia, "Add a channel", home=home)
        await world.mia.submit(form, {"default_channel": "general", "ratio": "Let Bloom choose", "model": "standard"})
        await world.slack.wait_until(lambda: f"<#{general}>: Bloom's choice of shape, Standard" in words(home))
        assert (await decided(world)).channels == {general: Defaults(model=ImageModel.STANDARD, shape="any")}

        await world.mia.choose(home, "channel_menu", "Change")
        form = await world.mia.wait_for_view(DEFAULTS)
        assert f"in <#{general}>" in words(form)
        await world.mia.submit(form, {"default_brand": "Acme", "model": "As in the workspace (Pro)"})
        await world.slack.wait_until(lambda: f"<#{general}>: *Acme*, Bloom's choice of shape" in words(home))

        await world.mia.choose(home, "channel_menu", "Remove")
        await world.slack.wait_until(lambda: "are removed" in words(home))
        assert (await decided(world)).channels == {}
        assert not menus(home)

    async def test_channel_that_has_its_own_or_would_get_none_is_said_at_its_field(self, world: World) -> None:
        form = await open_form(world, world.mia, "Add a channel")
        await world.mia.submit(form, {"default_channel": "general"})
        assert list(form.errors.values()) == ["Choose at least one thing that is different in this channel."]
        await world.mia.submit(form, {"model": "fast"})
        await is_done(world, world.mia)
        form = await open_form(world, world.mia, "Add a channel")
        await world.mia.submit(form, {"default_channel": "general", "model": "pro"})
        (problem,) = form.errors.values()
        assert "has its own defaults already" in problem

    async def test_brand_that_is_deleted_while_the_form_is_open_is_said_at_its_field(self, world: World) -> None:
        form = await open_form(world, world.mia, "change_defaults")
        await world.mia.fill(form, {"default_brand": "Acme"})
        state = world.bloom.state
        state.brands.remove(next(one for one in state.brands.of(state.account) if one.name == "Acme"))
        await world.look_at_brands()
        await world.mia.submit(form)
        assert list(form.errors.values()) == ["Bloom doesn't have this brand any more. Choose another."]

    async def test_long_list_is_turned_over(self, world: World) -> None:
        chosen = {f"C{number:03}": Defaults(model=ImageModel.FAST) for number in range(17)}
        await world.bot.core.preferences.change(world.workspace_id, world.mia.id, Preferences(channels=chosen))
        home = await settings_of(world, world.sam)
        assert "1–15 of 17" in words(home)
        await world.sam.click(home, "Next")
        await world.slack.wait_until(lambda: "16–17 of 17" in words(home))
        assert "<#C016>: Fast" in words(home)
        await world.sam.click(home, "Previous")
        await world.slack.wait_until(lambda: "1–15 of 17" in words(home))

    async def test_form_of_a_channel_that_comes_without_one_changes_nothing(self, world: World) -> None:
        form = await open_form(world, world.mia, "Add a channel")
        await world.mia.submit(form, {"default_channel": "general", "model": "fast"})
        await is_done(world, world.mia)
        before, payload = await decided(world), sent(world, "view_submission")
        payload["view"]["state"]["values"]["default_channel:0"]["default_channel"]["selected_conversation"] = None
        answer = await forge(world, payload, world.mia)
        assert answer.body["errors"] == {"default_channel:0": "Choose a channel."}
        assert await decided(world) == before

    @pytest.mark.parametrize(
        ("now", "left"),
        [
            ({"model": ImageModel.FAST, "size": ImageSize.SIZE_4K}, {"size": ImageSize.SIZE_4K}),
            ({"model": ImageModel.PRO}, {"model": ImageModel.PRO}),
        ],
    )
    async def test_removing_what_somebody_has_just_changed_leaves_what_was_not_seen(
        self, world: World, now: dict[str, Any], left: dict[str, Any]
    ) -> None:
        mia, sam = await two_managers(world)
        general, core = channel_id(world, "general"), world.bot.core
        seen = Preferences(channels={general: Defaults(model=ImageModel.FAST)})
        seen = await core.preferences.change(world.workspace_id, sam.id, seen)
        home = await settings_of(world, mia)
        await mia.choose(home, "channel_menu", "Change")
        await core.preferences.change(world.workspace_id, sam.id, seen.but(channels={general: Defaults(**now)}))
        payload = sent(world, "block_actions")  # of the page as she saw it
        payload["actions"][0]["selected_option"]["value"] = f"remove:{seen.revision}:{general}"
        await forge(world, payload, mia)
        await world.slack.wait_until(lambda: "have just been changed, so they are still there" in words(home))
        assert (await decided(world)).channels == {general: Defaults(**left)}


class TestLimits:
    async def test_they_are_decided_and_said(self, world: World) -> None:
        home = await settings_of(world, world.mia)
        form = await open_form(world, world.mia, "change_limits", home=home)
        chosen = {
            "limit_channels": ["general", "marketing"],
            "limit_people": ["Sam"],
            "limit_groups": ["Design team · @design"],
            "credits_per_month": "500",
            "credits_per_person": "20",
            "confirm_above": "4",
        }
        await world.mia.submit(form, chosen)
        await is_done(world, world.mia)
        design = world.slack.workspace.user_groups.group("design")
        general, marketing = channel_id(world, "general"), channel_id(world, "marketing")
        assert (await decided(world)).limits == Limits(
            channels=frozenset({general, marketing}),
            people=frozenset({world.sam.id}),
            groups=frozenset({design.id}),
            credits_per_month=500,
            credits_per_person=20,
            confirm_above=4,
        )
        told = (
            f"Who: <!subteam^{design.id}> and <@{world.sam.id}>, and managers\n"
            "Credits a month, for the workspace: 500\n"
            "Credits a month, for each person: 20\n"
            "Confirmation: above 4 credits"
        )
        await world.slack.wait_until(lambda: told in words(home))

        form = await open_form(world, world.mia, "change_limits", home=home)
        await world.mia.submit(form, {"limit_channels": [], "limit_groups": [], "credits_per_month": ""})
        await is_done(world, world.mia)
        assert (await decided(world)).limits == Limits(
            people=frozenset({world.sam.id}), credits_per_person=20, confirm_above=4
        )

    @pytest.mark.parametrize(
        ("error", "told"), [("missing_scope", "`usergroups:read`"), ("fatal_error", "Slack doesn't say which")]
    )
    async def test_without_user_groups_the_rest_is_decided_and_groups_stay(
        self, world: World, error: str, told: str
    ) -> None:
        limits = Limits(groups=frozenset({"S1"}))
        await world.bot.core.preferences.change(world.workspace_id, world.mia.id, Preferences(limits=limits))
        world.slack.fail_next("usergroups.list", error, times=10)
        form = await open_form(world, world.mia, "change_limits")
        assert told in words(form)
        await world.mia.submit(form, {"confirm_above": "3"})
        await is_done(world, world.mia)
        assert (await decided(world)).limits == Limits(groups=frozenset({"S1"}), confirm_above=3)

    async def test_what_is_no_number_is_said_at_its_field(self, world: World) -> None:
        form = await open_form(world, world.mia, "change_limits")
        await world.mia.submit(form, {"confirm_above": "3"})
        await is_done(world, world.mia)
        before, payload = await decided(world), sent(world, "view_submission")
        payload["view"]["state"]["values"]["confirm_above:0"]["confirm_above"]["value"] = "3.5"
        answer = await forge(world, payload, world.mia)
        assert answer.body["errors"] == {"confirm_above:0": "Type a whole number from 0 to 1,000,000, or nothing."}
        assert await decided(world) == before

    async def test_what_is_on_record_says_who_changed_what(self, world: World) -> None:
        form = await open_form(world, world.mia, "change_limits")
        await world.mia.submit(form, {"credits_per_month": "500"})
        await is_done(world, world.mia)
        store, now = world.bot.core.audit._store, world.clock.now()
        *_, event = await store.events(world.workspace_id, now.replace(year=2000), now.replace(year=2100))
        assert (event.user_id, event.action, event.detail) == (
            world.mia.id,
            "limits_changed",
            "credits a month: none → 500",
        )


class TestTwoAtOnce:
    async def test_each_keeps_what_they_changed(self, world: World) -> None:
        mia, sam = await two_managers(world)
        ours = await open_form(world, mia, "change_limits")
        theirs = await open_form(world, sam, "change_limits")
        await mia.submit(ours, {"limit_channels": ["general"], "credits_per_month": "500"})
        await sam.submit(theirs, {"limit_channels": ["marketing"], "confirm_above": "4"})
        await is_done(world, mia)
        await is_done(world, sam)
        channels = frozenset({channel_id(world, "general"), channel_id(world, "marketing")})
        assert (await decided(world)).limits == Limits(channels=channels, credits_per_month=500, confirm_above=4)

    async def test_who_is_second_reads_who_was_first_and_may_replace_it(self, world: World) -> None:
        mia, sam = await two_managers(world)
        ours = await open_form(world, mia, "change_limits")
        theirs = await open_form(world, sam, "change_limits")
        await mia.submit(ours, {"credits_per_month": "500", "credits_per_person": "10"})
        await is_done(world, mia)
        await sam.submit(theirs, {"credits_per_month": "300", "confirm_above": "4"})
        assert (await decided(world)).limits.credits_per_month == 500
        told = words(theirs)
        assert f"<@{mia.id}> changed this while you had it open" in told
        assert "*Credits a month, for the workspace* is now 500" in told
        assert typed(theirs) == {"credits_per_month": "300", "credits_per_person": "10", "confirm_above": "4"}
        await sam.submit(theirs)
        await is_done(world, sam)
        assert (await decided(world)).limits == Limits(credits_per_month=300, credits_per_person=10, confirm_above=4)

    async def test_of_a_channel_that_both_add(self, world: World) -> None:
        mia, sam = await two_managers(world)
        ours = await open_form(world, mia, "Add a channel")
        theirs = await open_form(world, sam, "Add a channel")
        await mia.submit(ours, {"default_channel": "general", "model": "fast", "default_brand": "Acme"})
        await is_done(world, mia)
        await sam.submit(theirs, {"default_channel": "general", "model": "standard", "size": "4K"})
        assert "*Model* is now Fast" in words(theirs)
        await sam.submit(theirs)
        await is_done(world, sam)
        (chosen,) = (await decided(world)).channels.values()
        assert (chosen.model, chosen.size) == (ImageModel.STANDARD, ImageSize.SIZE_4K)
        assert chosen.brand_id is not None


class TestManagers:
    async def test_who_is_chosen_is_told_and_may(self, world: World) -> None:
        home = await settings_of(world, world.mia)
        theirs = await settings_of(world, world.sam)
        form = await open_form(world, world.mia, "change_managers", home=home)
        await world.mia.submit(form, {"managers": ["Sam"]})
        (message,) = await world.slack.wait_until(world.sam.direct_messages)
        assert f"<@{world.mia.id}> named you as a manager of Bloom" in words(message)
        await world.slack.wait_until(lambda: f"Bloom, and <@{world.sam.id}> look after" in words(home))
        await world.slack.wait_until(lambda: "Add a channel" in theirs.buttons)

    async def test_two_who_choose_at_once_lose_nobody(self, world: World) -> None:
        mia, sam = await two_managers(world)
        ben, zoe = (world.slack.workspace.add_person(name) for name in ("Ben", "Zoe"))
        await world.bot.core.managers.name(world.workspace_id, mia.id, [ben.id])
        ours = await open_form(world, mia, "change_managers")
        theirs = await open_form(world, sam, "change_managers")
        await mia.submit(ours, {"managers": [ben.id, zoe.id]})
        await sam.submit(theirs, {"managers": [sam.id]})
        await is_done(world, sam)
        assert await world.bot.core.managers.named(world.workspace_id) == {zoe.id, sam.id}

    async def test_deactivated_one_is_none(self, world: World) -> None:
        managers = world.bot.core.managers
        await managers.name(world.workspace_id, world.mia.id, [world.sam.id])
        assert await managers.is_manager(world.workspace_id, world.sam.id)
        await world.slack.deactivate("Sam")
        await world.slack.redeliver()
        assert not await managers.is_manager(world.workspace_id, world.sam.id)


class TestSlackThatSaysNothing:
    """Every form is answered, and opened, in the three seconds that Slack waits."""

    @pytest.fixture
    def silent(self, world: World, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
        directory = FakeDirectory(world.mia.id)
        monkeypatch.setattr(world.bot.core.managers, "_directory", directory)
        monkeypatch.setattr(settings_answers, "PATIENCE", 0.02)
        monkeypatch.setattr(settings_actions, "GROUPS_PATIENCE", 0.02)
        return directory

    @pytest.mark.parametrize("name", ["change_defaults", "change_limits", "change_managers"])
    async def test_form_stays_with_a_word_of_why(self, world: World, silent: FakeDirectory, name: str) -> None:
        form = await open_form(world, world.mia, name)
        silent.script.hold("member")
        answer = await world.mia.submit(form)
        assert answer.ok
        assert world.mia.open_view is form
        assert len(form.errors) == 1
        assert (await decided(world)).revision == 0

    async def test_limits_open_without_the_groups_that_it_does_not_name(
        self, world: World, silent: FakeDirectory
    ) -> None:
        group = UserGroup("S1", "Design team", "design")
        silent.teams[group] = frozenset()
        form = await open_form(world, world.mia, "change_limits")
        silent.script.hold("groups")
        assert await world.mia.load_options(form, "limit_groups") == []
        await world.mia.close_view(form)
        form = await open_form(world, world.mia, "change_limits")
        assert "Slack doesn't say which there are" in words(form)


class TestFromAConversation:
    async def test_a_channels_defaults_are_decided_where_people_are(self, world: World) -> None:
        marketing = channel_id(world, "marketing")
        await world.mia.command("marketing", "/bloom", "settings")
        page = await world.mia.wait_for_view("page")
        assert words(page).index(f"*In* <#{marketing}>") < words(page).index("*Workspace defaults*")
        await world.mia.click(page, "change_channel")
        form = await world.mia.wait_for_view(DEFAULTS)
        await world.mia.submit(form, {"default_brand": "Acme", "ratio": "9:16"})
        assert world.mia.open_view is page
        await world.slack.wait_until(lambda: "Brand: *Acme*\nShape: 9:16 · story" in words(page))
        chosen = (await decided(world)).channels[marketing]
        assert chosen.shape is AspectRatio.STORY
        assert world.mia.home is None

    async def test_it_says_where_no_images_can_be_made(self, world: World) -> None:
        limits = Limits(channels=frozenset({channel_id(world, "general")}))
        await world.bot.core.preferences.change(world.workspace_id, world.mia.id, Preferences(limits=limits))
        await world.sam.command("marketing", "/bloom", "settings")
        page = await world.sam.wait_for_view("page")
        assert "No images can be made here" in words(page)
        assert page.buttons == ["Overview", "Brands", "History", "Usage", "Settings"]


class TestEverybodyElse:
    @pytest.mark.parametrize(
        "action",
        [
            {"action_id": "change_defaults", "type": "button"},
            {"action_id": "change_channel", "type": "button", "value": "C1"},
            {"action_id": "change_limits", "type": "button"},
            {"action_id": "change_managers", "type": "button"},
            {"action_id": "channel_menu", "type": "overflow", "selected_option": {"value": "remove:1:C1"}},
            {"action_id": "channel_menu", "type": "overflow", "selected_option": {"value": "change:1:C1"}},
        ],
        ids=lambda action: f"{action['action_id']}",
    )
    async def test_forged_press_changes_nothing(self, world: World, action: dict[str, Any]) -> None:
        before = await world.bot.core.preferences.change(
            world.workspace_id, world.mia.id, Preferences(channels={"C1": Defaults(model=ImageModel.FAST)})
        )
        home = await settings_of(world, world.sam)
        pressed = {**sent(world, "block_actions"), "actions": [{"block_id": "b", **action}]}
        assert (await forge(world, pressed, world.sam)).ok
        await world.slack.wait_until(lambda: ONLY_MANAGERS in words(home))
        assert world.sam.open_view is None
        assert await decided(world) == before

    @pytest.mark.parametrize(
        ("button", "typed"),
        [
            ("change_defaults", {"model": "fast"}),
            ("change_limits", {"confirm_above": "3"}),
            ("change_managers", {"managers": ["Sam"]}),
        ],
    )
    async def test_forged_form_changes_nothing(self, world: World, button: str, typed: Mapping[str, Any]) -> None:
        form = await open_form(world, world.mia, button)
        await world.mia.submit(form, typed)
        await is_done(world, world.mia)
        core, payload = world.bot.core, sent(world, "view_submission")
        before = await core.preferences.change(world.workspace_id, world.mia.id, Preferences())
        await core.managers.name(world.workspace_id, world.mia.id, [])
        answer = await forge(world, payload, world.sam)
        assert ONLY_MANAGERS in str(answer.body)
        assert await decided(world) == before
        assert await core.managers.named(world.workspace_id) == set()


def typed(form: View) -> dict[str, str]:
    """Return the numbers that stand in a form."""
    elements = [block["element"] for block in form.blocks if block.get("element", {}).get("type") == "number_input"]
    return {element["action_id"]: element.get("initial_value", "") for element in elements}


def sent(world: World, kind: str) -> dict[str, Any]:
    """Return a copy of what Slack sent last of this kind."""
    found = [one.payload for one in world.slack.deliveries if one.payload.get("type") == kind]
    return copy.deepcopy(found[-1])


async def forge(world: World, payload: dict[str, Any], person: Person) -> Any:
    """Send a payload as if another person had caused it."""
    payload["user"] |= {"id": person.id, "username": person.name, "name": person.name}
    return await world.slack.redeliver(Delivery("interactive", payload))
