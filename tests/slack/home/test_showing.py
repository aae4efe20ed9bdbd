"""Pages in front of people: on the Home tab and in modals, whatever Slack, the page or the person does meanwhile."""

import asyncio
import re

import pytest
from slack_sdk.models.blocks import ImageBlock, InputBlock, PlainTextInputElement
from structlog.typing import EventDict

from bot.core.errors import BloomUnavailable, SlackUnavailable, StoreError
from bot.slack.sights import PageName, Sight
from bot.slack.views.buttons import ActionId
from tests.core.world import BOSS
from tests.fakes.eventually import settle
from tests.slack.home.stage import Stage, modal

REFERENCE = re.compile(r"tell your admin this reference: ([0-9a-f]{8})$")
BRANDS = Sight(page=PageName.BRANDS)


def picture(url: str) -> ImageBlock:
    return ImageBlock(image_url=url, alt_text="A logo")


class TestHomeTab:
    async def test_it_shows_the_first_page_and_then_the_one_that_was_left_a_moment_ago(self, stage: Stage) -> None:
        await stage.open()
        await stage.turn("brands")
        await stage.open()
        assert stage.shown() == ["the overview", "the brands", "the brands"]
        await stage.world.clock.advance(901)
        await stage.open()
        assert stage.shown()[-1] == "the overview"

    async def test_who_manages_is_told_to_the_page(self, stage: Stage) -> None:
        await stage.open()
        await stage.open("U7")
        assert [viewer.is_manager for viewer, *_ in stage.overview.looks] == [True, False]

    async def test_slack_that_does_not_say_who_manages_costs_the_controls_alone(self, stage: Stage) -> None:
        stage.world.directory.refusal = SlackUnavailable("unreachable")
        await stage.open()
        assert [viewer.is_manager for viewer, *_ in stage.overview.looks] == [False]
        assert stage.shown() == ["the overview"]

    async def test_the_last_of_two_presses_is_what_stands_however_slow_the_first_is(self, stage: Stage) -> None:
        await stage.open()
        gate = stage.overview.gate = asyncio.Event()
        first = asyncio.create_task(stage.turn("overview"))
        await settle()
        second = asyncio.create_task(stage.turn("brands"))
        await settle()
        gate.set()
        await asyncio.gather(first, second)
        assert stage.shown()[-1] == "the brands"
        await stage.change()
        stage.brands.says = "more brands"
        await stage.change()
        assert stage.shown()[-1] == "more brands"

    async def test_unknown_page_of_an_old_button_is_the_first(self, stage: Stage) -> None:
        await stage.turn("billing")
        assert stage.shown() == ["the overview"]

    async def test_what_came_of_an_act_stays_until_the_next(self, stage: Stage) -> None:
        await stage.home.show(stage.args(), "Done.")
        stage.overview.says = "the overview, changed"
        await stage.change()
        assert stage.shown() == ["Done. / the overview", "Done. / the overview, changed"]
        await stage.open()
        assert stage.shown()[-1] == "the overview, changed"


class TestRenewing:
    async def test_it_is_drawn_anew_after_each_answer_and_only_if_it_looks_otherwise(self, stage: Stage) -> None:
        async def more(*_: object) -> None:
            stage.overview.says = "more"

        async def the_same(*_: object) -> None:
            pass

        stage.overview.refreshers = {"first": more, "second": the_same}
        await stage.open()
        await stage.quiet()
        assert stage.shown() == ["the overview", "more"]
        assert stage.hashes() == [None, "h1"]

    async def test_one_that_fails_says_why_and_keeps_no_other_back(self, stage: Stage, log: list[EventDict]) -> None:
        async def away(*_: object) -> None:
            raise BloomUnavailable("away")

        async def breaks(*_: object) -> None:
            raise ZeroDivisionError

        async def more(*_: object) -> None:
            stage.overview.says = "more"

        stage.overview.refreshers = {"away": away, "broken": breaks, "fine": more}
        await stage.open()
        await stage.quiet()
        trouble = "Bloom isn't answering right now; try again in a few minutes."
        assert stage.shown()[-1] == f"more {trouble} Something went wrong on my side."
        assert any(isinstance(line.get("exc_info"), ZeroDivisionError) for line in log)
        stage.overview.says = "even more"
        await stage.change()
        assert trouble in stage.shown()[-1]

    async def test_slack_that_is_away_for_a_moment_keeps_nothing_from_being_asked_for(self, stage: Stage) -> None:
        async def more(*_: object) -> None:
            stage.overview.says = "more"

        async def even_more(*_: object) -> None:
            stage.slack.answer("views.publish", {"view": {"hash": "h2"}})
            stage.overview.says = "even more"

        stage.overview.refreshers = {"first": more, "second": even_more}
        stage.slack.answer("views.publish", {"view": {"hash": "h1"}}, 503)
        await stage.open()
        await stage.quiet()
        assert stage.shown()[-1] == "even more"

    async def test_page_that_is_left_is_not_asked_for_any_more(self, stage: Stage) -> None:
        gate, asked = asyncio.Event(), []

        async def slow(*_: object) -> None:
            await gate.wait()

        async def late(*_: object) -> None:
            asked.append("late")

        stage.overview.refreshers = {"slow": slow, "late": late}
        await stage.open()
        await settle()
        await stage.turn("brands")
        gate.set()
        await stage.quiet()
        assert not asked
        assert stage.shown() == ["the overview", "the brands"]

    async def test_who_turns_the_page_does_not_wait_for_what_is_drawn_behind_them(self, stage: Stage) -> None:
        async def more(*_: object) -> None:
            stage.overview.says = "more"
            stage.slack.hold("views.publish")

        stage.overview.refreshers = {"first": more}
        await stage.open()
        await stage.reached("views.publish", 2)
        turning = asyncio.create_task(stage.turn("brands"))
        await stage.reached("views.publish", 3)
        stage.slack.hold("views.publish").set()
        await turning
        assert stage.shown() == ["the overview", "more", "the brands"]

    async def test_slack_that_shows_something_else_by_now_ends_it(self, stage: Stage) -> None:
        asked = []

        async def more(*_: object) -> None:
            asked.append("once")
            stage.overview.says = "more"

        stage.overview.refreshers = {"first": more, "second": more}
        stage.slack.answer("views.publish", {"view": {"hash": "h1"}}, "hash_conflict")
        await stage.open()
        await stage.quiet()
        assert asked == ["once"]
        stage.overview.says = "again"
        await stage.change()
        assert len(stage.shown()) == 2


class TestBreaking:
    async def test_page_that_breaks_shows_a_reference_and_the_way_to_the_others(
        self, stage: Stage, log: list[EventDict]
    ) -> None:
        stage.overview.says = ZeroDivisionError("never expected")
        await stage.open()
        found = REFERENCE.search(stage.shown()[0])
        assert found
        (line,) = [line for line in log if line.get("reference") == found[1]]
        assert line["exc_info"] is stage.overview.says
        assert stage.slack.named("views.publish")[0].form["view"]["blocks"][0]["block_id"] == "pages"
        stage.overview.says = "well again"
        await stage.change()
        assert stage.shown()[-1] == "well again"

    async def test_database_that_fails_is_no_surprise_to_the_log(self, stage: Stage, log: list[EventDict]) -> None:
        await stage.open()
        stage.overview.says = StoreError("locked")
        await stage.change()
        assert stage.shown() == ["the overview"]
        await stage.open()
        found = REFERENCE.search(stage.shown()[1])
        assert found
        assert [line["reason"] for line in log if line.get("reference") == found[1]] == ["StoreError('locked')"]
        assert not any("exc_info" in line for line in log)

    async def test_page_that_slack_refuses_shows_a_reference(self, stage: Stage) -> None:
        stage.slack.answer("views.publish", "invalid_arguments", {"view": {"hash": "h1"}})
        await stage.open()
        assert REFERENCE.search(stage.shown()[-1])

    async def test_what_they_see_stays_when_it_breaks_behind_them(self, stage: Stage, log: list[EventDict]) -> None:
        await stage.open()
        stage.overview.says = ZeroDivisionError("never expected")
        await stage.change()
        assert stage.shown() == ["the overview"]
        assert any(line["event"] == "a page could not be drawn anew" for line in log)

    async def test_page_that_is_too_long_shows_a_reference(self, stage: Stage) -> None:
        stage.overview.blocks = [picture(f"https://bloom.test/{number}.png") for number in range(100)]
        await stage.open()
        assert REFERENCE.search(stage.shown()[0])


class TestPictures:
    def pictures(self, stage: Stage, method: str = "views.publish") -> list[list[str]]:
        views = [asked.form["view"]["blocks"] for asked in stage.slack.named(method)]
        return [[block["image_url"] for block in blocks if block["type"] == "image"] for blocks in views]

    async def test_page_goes_without_the_one_that_slack_refuses_also_the_next_time(self, stage: Stage) -> None:
        good, bad = "https://bloom.test/good.png", "https://bloom.test/bad.png"
        stage.overview.blocks = [picture(good), picture(bad)]
        named = {"messages": ["[ERROR] downloading image failed [json-pointer:/view/blocks/4/image_url]"]}
        refusal = {"ok": False, "error": "invalid_arguments", "response_metadata": named}
        stage.slack.answer("views.publish", refusal, {"view": {"hash": "h1"}}, {"view": {"hash": "h2"}})
        await stage.open()
        assert self.pictures(stage) == [[good, bad], [good]]
        stage.overview.says = "changed"
        await stage.change()
        assert self.pictures(stage)[2:] == [[good]]

    @pytest.mark.parametrize("error", ["invalid_arguments", "invalid_blocks"])
    async def test_page_goes_without_any_when_slack_names_none(self, stage: Stage, error: str) -> None:
        stage.overview.blocks = [picture("https://bloom.test/a.png"), picture("https://bloom.test/b.png")]
        stage.slack.answer("views.publish", error, {"view": {"hash": "h1"}})
        await stage.open()
        assert [len(shown) for shown in self.pictures(stage)] == [2, 0]
        await stage.change()
        assert len(stage.shown()) == 2

    async def test_modal_opens_without_them_and_gets_them_then(self, stage: Stage) -> None:
        stage.brands.blocks = [picture("https://bloom.test/a.png")]
        await stage.home.open_modal(stage.args(), BRANDS)
        await stage.quiet()
        assert [len(shown) for shown in self.pictures(stage, "views.open")] == [0]
        assert [len(shown) for shown in self.pictures(stage, "views.update")] == [1]


class TestModals:
    async def test_it_opens_and_is_renewed(self, stage: Stage) -> None:
        async def more(*_: object) -> None:
            stage.brands.says = "more brands"

        stage.brands.refreshers = {"brands": more}
        args = stage.args()
        await stage.home.open_modal(args, Sight(page=PageName.BRANDS, channel_id="C7"))
        await stage.quiet()
        assert args.ack.response is not None
        assert stage.shown("views.open") == ["the brands"]
        assert stage.shown("views.update") == ["more brands"]
        update = stage.slack.named("views.update")[0].form
        assert (update["view_id"], update["hash"]) == ("V1", "h1")
        assert Sight.model_validate_json(update["view"]["private_metadata"]).channel_id == "C7"
        assert not stage.shown()

    async def test_it_is_pushed_over_another(self, stage: Stage) -> None:
        await stage.home.open_modal(stage.args(view={"type": "modal", "id": "V9"}), BRANDS)
        assert stage.shown("views.push") == ["the brands"]

    async def test_it_opens_before_slack_gives_up_on_it(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.slack.home.drawing.OPENING_PATIENCE", 0.02)
        gate = stage.world.directory.script.hold("member")
        await stage.home.open_modal(stage.args(), BRANDS)
        (opened,) = stage.slack.named("views.open")
        assert "One moment…" in str(opened.form["view"]["blocks"])
        gate.set()
        await stage.quiet()
        assert stage.shown("views.update") == ["the brands"]

    async def test_pages_turn_within_it(self, stage: Stage) -> None:
        await stage.turn("overview", modal("V1"))
        assert stage.shown("views.update") == ["the overview"]
        assert not stage.shown()

    async def test_closed_one_is_forgotten_and_what_came_of_the_act_is_written_to_the_person(
        self, stage: Stage
    ) -> None:
        stage.slack.answer("views.update", "not_found")
        await stage.home.open_modal(stage.args(), BRANDS)
        await stage.home.show(stage.args(view=modal("V1")), "The brand is <gone>.")
        (told,) = stage.slack.named("chat.postMessage")
        assert (told.form["channel"], told.form["text"]) == (BOSS, "The brand is <gone>.")
        await stage.home.show(stage.args(view=modal("V1")))
        stage.brands.says = "more brands"
        await stage.change()
        assert len(stage.shown("views.update")) == 2
        assert len(stage.slack.named("chat.postMessage")) == 1

    async def test_closed_one_is_not_followed_any_more(self, stage: Stage) -> None:
        stage.slack.answer("views.update", "not_found")
        await stage.home.open_modal(stage.args(), BRANDS)
        for says in ("one", "two"):
            stage.brands.says = says
            await stage.change()
        assert stage.shown("views.update") == ["one"]

    @pytest.mark.parametrize("name", ["previous_view_id", "root_view_id"])
    async def test_page_below_another_modal_shows_what_came_of_it(self, stage: Stage, name: str) -> None:
        await stage.home.open_modal(stage.args(), BRANDS)
        form = {"type": "modal", "id": "V2", "callback_id": "limits", "private_metadata": "7", name: "V1"}
        await stage.home.show(stage.args(view=form), "Saved.")
        assert stage.shown("views.update") == ["Saved. / the brands"]
        await stage.home.show(stage.args("U7", view=form), "Forged.")
        assert stage.shown() == ["Forged. / the overview"]

    async def test_its_button_looks_for_what_was_typed(self, stage: Stage) -> None:
        field = InputBlock(label="Find", element=PlainTextInputElement(action_id=ActionId.SEARCH), dispatch_action=True)
        stage.brands.blocks = [field]
        await stage.home.open_modal(stage.args(), Sight(page=PageName.BRANDS, offset=20, trail=("x",)))
        assert stage.slack.named("views.open")[0].form["view"]["submit"]["text"] == "Search"
        values = {"b": {ActionId.SEARCH: {"type": "plain_text_input", "value": " acme "}}}
        sight = Sight(page=PageName.BRANDS, offset=20, trail=("x",)).model_dump_json()
        sent = modal("V1", private_metadata=sight, state={"values": values})
        args = stage.args(view=sent, type="view_submission")
        await stage.home.submit(args)
        assert args.ack.response is not None
        assert '"response_action": "update"' in args.ack.response.body
        assert stage.brands.looks[-1][1] == Sight(page=PageName.BRANDS, query="acme")
        stage.brands.says = "found"
        await stage.change()
        assert stage.shown("views.update") == ["found"]
        assert (
            Sight.model_validate_json(stage.slack.named("views.update")[0].form["view"]["private_metadata"]).query
            == "acme"
        )
