"""What a press under an image starts at once, and what keeps it from being started."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import BloomUnavailable
from bot.core.models import BrandState, Derivation, ImageSize, Operation, Source
from bot.slack.form.drafts import Origin
from bot.slack.results.pressed import BRAND_GONE, DELETED, GONE, NOT_OF_THIS
from bot.slack.views.buttons import Field, More
from bot.slack.views.message import unescape
from tests.core.made import delivered, show
from tests.core.world import BOSS, TEAM, a_request
from tests.slack.results.room import IMAGE, Room
from tests.slack.views.judge import of_type

AT_ONCE = {
    More.ENLARGE: {"size": ImageSize.SIZE_4K, "reference_ids": (IMAGE,)},
    More.REMOVE_BACKGROUND: {"operation": Operation.REMOVE_BACKGROUND, "subject_id": IMAGE},
    More.VECTORIZE: {"operation": Operation.VECTORIZE, "subject_id": IMAGE},
}


async def vary(room: Room, image_id: str = IMAGE, **how: Any) -> None:
    await room.press(room.results.deriving.vary, image_id, **how)


class TestStarting:
    async def test_vary_makes_one_more_of_the_same_in_the_thread_of_the_press(self, room: Room) -> None:
        await delivered(room.world, a_request(variants=2, model="fast"))
        await vary(room, user="U2")
        (row,) = await room.rows()
        assert row.request.parameters == a_request(model="fast").parameters
        assert (row.request.user_id, row.request.channel_id, row.request.thread_id) == ("U2", "C1", "9.0")
        assert row.request.source == Source(IMAGE, Derivation.VARY, "C1", "9.1", "9.0", "U1")
        assert room.told() == []

    @pytest.mark.parametrize(("more", "expected"), AT_ONCE.items())
    async def test_menu_makes_what_it_says(self, room: Room, more: More, expected: dict[str, Any]) -> None:
        await delivered(room.world, a_request(aspect_ratio="16:9"))
        await room.choose(more)
        (row,) = await room.rows()
        assert {name: getattr(row.request.parameters, name) for name in expected} == expected
        assert row.request.source is not None
        assert row.request.source.derivation == more.value

    async def test_message_without_a_thread_becomes_the_root_of_one(self, room: Room) -> None:
        await delivered(room.world)
        args = room.stage.args(
            "U1", container={"channel_id": "C1", "message_ts": "9.1"}, actions=[{"value": IMAGE}], message={}
        )
        await room.results.deriving.vary(args)
        assert (await room.rows())[0].request.thread_id == "9.1"

    async def test_pressed_twice_it_is_made_twice_and_told_twice_once(self, room: Room) -> None:
        await delivered(room.world)
        for trigger in ("t1", "t2", "t1"):
            await vary(room, trigger=trigger)
        assert [row.request.key for row in await room.rows()] == ["press:t1", "press:t2"]

    async def test_what_was_acknowledged_is_on_disk(self, room: Room) -> None:
        await delivered(room.world)
        args = room.stage.args("U1", container={"channel_id": "C1", "message_ts": "9.1"}, actions=[{"value": IMAGE}])
        on_disk: list[int] = []

        class Ack(type(args.ack)):  # type: ignore[misc]
            async def __call__(self, *given: Any, **more: Any) -> Any:
                on_disk.append(len(await room.rows()))
                return await super().__call__(*given, **more)

        args.ack = Ack()
        await room.results.deriving.vary(args)
        assert on_disk == [1]

    async def test_of_a_preview_it_is_a_preview(self, room: Room) -> None:
        await delivered(room.world, replace(a_request(), thread_id="7.0", is_preview=True))
        await vary(room, channel="D1")
        (row,) = await room.rows()
        assert (row.request.is_preview, row.request.channel_id, row.request.thread_id) == (True, "C1", "7.0")


class TestNothingToWorkOn:
    async def test_image_that_nobody_knows_is_said_to_be_unknown(self, room: Room) -> None:
        await vary(room, "image-9-9")
        assert room.told() == [GONE]

    async def test_image_of_another_workspace_is_unknown(self, room: Room) -> None:
        await delivered(room.world)
        await vary(room, team="T9", channel="C9")
        assert room.told() == [GONE]
        assert await room.rows() == []

    @pytest.mark.parametrize("channel", ["C1", "C2"])
    async def test_it_works_where_it_is_shown_whichever_workspace_of_theirs_people_press_in(
        self, room: Room, channel: str
    ) -> None:
        generation = await delivered(room.world)
        await show(room.world, generation, channel_id="C2", message_id="8.0", shared_by="U1")
        await vary(room, team="T9", channel=channel)
        assert len(await room.rows()) == 1

    async def test_deleted_image_is_said_to_be_and_taken_away_where_it_still_shows(self, room: Room) -> None:
        generation = await delivered(room.world)
        await room.world.store.mark_deleted(generation.id, IMAGE, BOSS)
        for listener in (room.results.deriving.vary, room.results.resizing.press, room.results.sharing.press):
            await room.press(listener, user="U9")
        assert room.told() == [DELETED.format(who=f"<@{BOSS}>")] * 3
        assert len(room.world.messenger.redrawn) == 3
        assert await room.rows() == []

    @pytest.mark.parametrize("more", [More.VECTORIZE, More.REFERENCE])
    async def test_vector_is_as_it_is(self, room: Room, more: More) -> None:
        await delivered(room.world, a_request(operation="vectorize", subject_id="s"))
        await room.choose(more)
        assert room.told() == [NOT_OF_THIS]

    async def test_brand_that_is_gone_is_said_to_be_before_anything_is_spent(self, room: Room) -> None:
        await delivered(room.world)
        room.world.bloom.shelf.clear()
        await room.world.brands.refresh(TEAM)
        await vary(room)
        for more in (More.ENLARGE, More.VECTORIZE):
            await room.choose(more)
        await room.press(room.results.deriving.edit)
        await room.press(room.results.resizing.press)
        assert room.told() == [BRAND_GONE.format(brand="Acme")] * 5
        assert await room.rows() == []
        assert not room.views()

    async def test_brands_that_nobody_has_looked_at_keep_nothing_from_being_made(self, room: Room) -> None:
        await delivered(room.world)
        room.world.bloom.script.answer("brands", *[BloomUnavailable("away")] * 9)
        await vary(room)
        assert len(await room.rows()) == 1

    async def test_brand_that_is_being_analyzed_draws_nothing_new_but_vectorizes(self, room: Room) -> None:
        await delivered(room.world)
        room.world.bloom.settle_brand("b1", BrandState.ANALYZING)
        await room.world.brands.refresh(TEAM)
        await vary(room)
        assert "still being analyzed" in room.told()[0]
        await room.choose(More.VECTORIZE)
        assert [row.request.parameters.operation for row in await room.rows()] == [Operation.VECTORIZE]

    async def test_without_an_account_at_bloom_it_says_so(self, room: Room) -> None:
        await delivered(room.world)
        await room.world.connections.leave(TEAM)
        await vary(room)
        assert "isn't connected" in room.told()[0]
        assert await room.rows() == []

    async def test_menu_of_one_is_a_button(self, room: Room) -> None:
        await delivered(room.world)
        await room.press(room.results.menu.choose, value=f"{More.VECTORIZE}:{IMAGE}")
        assert len(await room.rows()) == 1

    async def test_what_another_version_offered_is_acknowledged_no_more(self, room: Room) -> None:
        await delivered(room.world)
        await room.choose("frame")
        assert room.told() == []


class TestLimits:
    async def test_whom_a_limit_keeps_reads_which(self, room: Room) -> None:
        await delivered(room.world)
        await room.limit(people=frozenset({"U1"}))
        await vary(room, user="U2")
        assert "you aren't one of them" in unescape(room.told()[0])
        assert await room.rows() == []

    async def test_channel_of_the_press_is_what_counts(self, room: Room) -> None:
        await delivered(room.world)
        await room.limit(channels=frozenset({"C2"}))
        await vary(room)
        assert "<#C1>" in room.told()[0]
        await vary(room, channel="C2")
        assert len(await room.rows()) == 1

    async def test_what_is_left_and_needed_is_said(self, room: Room) -> None:
        await room.limit(credits_per_person=2)
        await delivered(room.world)
        await room.choose(More.ENLARGE)
        assert "1 credit left this month, and this takes 2" in room.told()[0]


class TestOpeningTheForm:
    async def opened(self, room: Room) -> tuple[Origin, str]:
        (asked,) = room.slack.named("views.open")
        view = json.loads(asked.form["view"]) if isinstance(asked.form["view"], str) else asked.form["view"]
        return Origin.model_validate_json(view["private_metadata"]), json.dumps(view)

    async def test_edit_is_about_the_image_and_keeps_its_lineage(self, room: Room) -> None:
        await delivered(room.world, a_request(model="fast"))
        await room.press(room.results.deriving.edit)
        origin, _ = await self.opened(room)
        assert (origin.channel_id, origin.thread_id, origin.subject_id) == ("C1", "9.0", IMAGE)
        assert origin.source == Source(IMAGE, Derivation.EDIT, "C1", "9.1", "9.0", "U1")
        assert origin.model_dump_json()

    async def test_reference_opens_the_form_with_what_was_asked_for_then(self, room: Room) -> None:
        await delivered(room.world, a_request(model="fast"))
        await room.choose(More.REFERENCE)
        origin, view = await self.opened(room)
        assert (origin.subject_id, origin.source) == (
            None,
            Source(IMAGE, Derivation.REFERENCE, "C1", "9.1", "9.0", "U1"),
        )
        assert "A red door" in view

    async def test_from_a_preview_it_is_asked_for_where_that_was(self, room: Room) -> None:
        await delivered(room.world, replace(a_request(), thread_id="7.0", is_preview=True))
        await room.press(room.results.deriving.edit, channel="D1")
        origin, _ = await self.opened(room)
        assert (origin.channel_id, origin.thread_id) == ("C1", "7.0")

    @pytest.mark.parametrize("listener", ["edit", "reference"])
    async def test_it_opens_with_the_settings_of_the_image(self, room: Room, listener: str) -> None:
        await delivered(room.world, a_request(model="fast", size="4K"))
        if listener == "edit":
            await room.press(room.results.deriving.edit)
        else:
            await room.choose(More.REFERENCE)
        chosen = {
            part["action_id"]: part["initial_option"]["value"]
            for part in of_type(room.views()[0], "static_select")
            if "initial_option" in part
        }
        assert (chosen[Field.MODEL], chosen[Field.SIZE]) == ("fast", "4K")
