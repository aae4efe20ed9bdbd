"""Images after they were made: what is derived from them, where they are shared, and how they are deleted."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.core.derivations import varied
from bot.core.errors import (
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    NeedsConfirmation,
    NotAllowed,
    OutsideLimits,
    SlackRefused,
    StoreError,
)
from bot.core.models import AuditAction, Connection, GenerationRequest, Limits, Place, Preferences
from bot.core.removal import Deletion
from bot.core.results import ELSEWHERE, request_from
from tests.core.made import a_source, delivered, made_of, show
from tests.core.world import BOSS, TEAM, S, World, a_request
from tests.fakes.eventually import eventually
from tests.fakes.script import Call, LostAnswer

AWAY = SlackRefused("internal_error")


async def events(world: World) -> list[tuple[AuditAction, str | None, str, str]]:
    """Return what is on record: what was done, by whom, to which image, and how."""
    start, end = world.clock.now().replace(year=2000), world.clock.now().replace(year=2100)
    listed = await world.store.events(TEAM, start, end)
    return [(event.action, event.user_id, event.subject, event.detail) for event in listed]


async def deletions(world: World) -> list[tuple[AuditAction, str | None, str, str]]:
    return [event for event in await events(world) if event[0] is AuditAction.IMAGE_DELETED]


async def limit(world: World, **limits: Any) -> None:
    """Let these be the workspace's limits."""
    assert await world.store.save_preferences(TEAM, Preferences(revision=1, limits=Limits(**limits)))


def asked_in(channel_id: str, **fields: Any) -> GenerationRequest:
    """Return a request from a channel."""
    return replace(a_request(), channel_id=channel_id, **fields)


class TestFinding:
    async def test_image_is_found_with_the_generation_that_made_it(self, world: World) -> None:
        generation = await delivered(world, a_request(variants=2))
        made = await made_of(world, "image-1-2")
        assert (made.generation, made.image) == (generation, generation.images[1])

    async def test_image_that_was_not_made_here_is_unknown(self, world: World) -> None:
        await delivered(world)
        assert await world.results.made("image-9-9") is None

    async def test_latest_of_a_thread_is_the_last_that_is_there_still(self, world: World) -> None:
        generation = await delivered(world, a_request(variants=2))
        assert generation.place is not None
        thread = (generation.place.channel_id, generation.place.thread_id)
        for image_id in ("image-1-2", "image-1-1"):
            latest = await world.results.latest_in_thread(*thread)
            assert latest is not None
            assert latest.image.id == image_id
            await world.store.mark_deleted(generation.id, image_id, "U1")
        assert await world.results.latest_in_thread(*thread) is None

    async def test_showings_of_an_image_are_its_own(self, world: World) -> None:
        await delivered(world, a_request(variants=2))
        made = await made_of(world, "image-1-2")
        assert [one.image_id for one in await world.results.showings(made)] == ["image-1-2"]


class TestDeriving:
    async def test_what_is_derived_is_a_generation_of_its_own_in_the_thread_of_the_press(self, world: World) -> None:
        await delivered(world)
        made, source = await made_of(world), a_source()
        derived = await world.results.derive(made, varied(made), key="press:1", user_id="U2", source=source)
        request = derived.request
        assert (request.user_id, request.workspace_id, request.brand_name) == ("U2", TEAM, "Acme")
        assert (request.channel_id, request.thread_id, request.source) == ("C1", "9.0", source)
        assert (await world.ended(derived.id)).pictures

    async def test_pressed_twice_it_is_made_twice_and_delivered_twice_once(self, world: World) -> None:
        await delivered(world)
        made = await made_of(world)
        keys = ("press:1", "press:2", "press:1")
        derived = [
            await world.results.derive(made, varied(made), key=key, user_id="U1", source=a_source()) for key in keys
        ]
        assert derived[0].id == derived[2].id != derived[1].id

    async def test_limits_bind_whoever_presses(self, world: World) -> None:
        await delivered(world)
        await limit(world, people=frozenset({"U1"}))
        made = await made_of(world)
        with pytest.raises(OutsideLimits):
            await world.results.derive(made, varied(made), key="press:1", user_id="U2", source=a_source())

    async def test_much_is_asked_about_and_made_after_a_yes(self, world: World) -> None:
        await delivered(world)
        await limit(world, confirm_above=0)
        made = await made_of(world)
        wish: dict[str, Any] = {"key": "press:1", "user_id": "U1", "source": a_source()}
        with pytest.raises(NeedsConfirmation):
            await world.results.derive(made, varied(made), **wish)
        assert (await world.results.derive(made, varied(made), **wish, confirmed=1)).id


class TestWhereItIsAskedFor:
    @pytest.mark.parametrize(
        ("asked", "channel_id", "expected"),
        [
            (asked_in("C1"), "C1", ("C1", "9.0", False)),
            (asked_in("C1", thread_id="7.0"), "C2", ("C2", "9.0", False)),  # shared there
            (asked_in("C1", thread_id="7.0"), "D1", ("C1", "7.0", False)),  # told directly, the channel being closed
            (asked_in("D1"), "D1", ("D1", "9.0", False)),
            (asked_in("C1", thread_id="7.0", is_preview=True), "D1", ("C1", "7.0", True)),
            (asked_in("C1", thread_id="7.0", is_preview=True), "C1", ("C1", "9.0", False)),  # shared after all
            (asked_in("C1", is_preview=True), "C2", ("C2", "9.0", False)),
            (asked_in("D5"), "D1", ("D5", None, False)),  # between two people, where the bot is not
        ],
    )
    async def test_it_follows_the_press_but_stays_private_where_it_was(
        self, world: World, asked: GenerationRequest, channel_id: str, expected: tuple[str, str | None, bool]
    ) -> None:
        await delivered(world, asked)
        made = await made_of(world)
        source = a_source(channel_id=channel_id)
        request = request_from(made, varied(made), key="press:1", user_id="U1", source=source)
        assert (request.channel_id, request.thread_id, request.is_preview) == expected

    async def test_account_of_the_image_pays_wherever_it_is_pressed(self, world: World) -> None:
        await delivered(world)
        made = await made_of(world)
        request = request_from(made, varied(made), key="k", user_id="U9", source=a_source(channel_id="C8"))
        assert (request.workspace_id, request.user_id) == (TEAM, "U9")


class TestSharing:
    async def test_share_is_posted_written_down_and_on_record(self, world: World) -> None:
        generation = await delivered(world)
        showing = await world.results.share(await made_of(world), channel_id="C2", by="U2", note="Look")
        assert world.messenger.shared == [showing]
        assert (await world.store.showings(generation.id))[1:] == (showing,)
        assert (showing.channel_id, showing.shared_by, showing.note) == ("C2", "U2", "Look")
        assert await events(world) == [(AuditAction.IMAGE_SHARED, "U2", "image-1-1", "to C2")]
        assert not world.messenger.redrawn

    async def test_preview_says_where_it_was_shared(self, world: World) -> None:
        await delivered(world, asked_in("C2", is_preview=True))
        showing = await world.results.share(await made_of(world), channel_id="C2", by="U1")
        ((_, showings),) = world.messenger.redrawn
        assert showings[-1] == showing

    async def test_preview_is_drawn_as_it_is_by_then(self, world: World) -> None:
        generation = await delivered(world, replace(a_request(variants=2), is_preview=True))
        made = await made_of(world)
        await world.store.mark_deleted(generation.id, "image-1-2", "U1")
        await world.results.share(made, channel_id="C2", by="U1")
        ((drawn, _),) = world.messenger.redrawn
        assert [image.deleted_by for image in drawn.images] == [None, "U1"]

    async def test_share_stands_though_the_preview_cannot_say_so(self, world: World) -> None:
        generation = await delivered(world, asked_in("C2", is_preview=True))
        world.messenger.script.answer("redraw", AWAY)
        await world.results.share(await made_of(world), channel_id="C2", by="U1")
        assert len(await world.store.showings(generation.id)) == 2

    async def test_what_slack_refuses_is_written_down_nowhere(self, world: World) -> None:
        generation = await delivered(world)
        world.messenger.script.answer("share", SlackRefused("not_in_channel"))
        with pytest.raises(SlackRefused, match="not_in_channel"):
            await world.results.share(await made_of(world), channel_id="C2", by="U2")
        assert len(await world.store.showings(generation.id)) == 1
        assert await events(world) == []

    async def test_share_that_cannot_be_written_down_is_taken_back(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody could delete it with its image."""
        await delivered(world)
        made = await made_of(world)

        async def fail(*_: object) -> None:
            raise StoreError("disk full")

        monkeypatch.setattr(world.store, "add_showings", fail)
        world.messenger.script.answer("withdraw", LostAnswer(AWAY))
        with pytest.raises(StoreError):
            await world.results.share(made, channel_id="C2", by="U2")
        assert world.messenger.withdrawn == world.messenger.shared != []

    async def test_deleted_image_is_not_shared(self, world: World) -> None:
        generation = await delivered(world)
        made = await made_of(world)
        await world.store.mark_deleted(generation.id, made.image.id, "U1")
        with pytest.raises(NotAllowed):
            await world.results.share(made, channel_id="C2", by="U2")
        assert not world.messenger.shared

    async def test_image_that_is_deleted_while_it_is_shared_is_taken_away_again(self, world: World) -> None:
        await delivered(world)
        made, gate = await made_of(world), world.messenger.script.hold("share")
        sharing = asyncio.create_task(world.results.share(made, channel_id="C2", by="U2"))
        await world.kept_up()
        await world.results.delete(made, "U1")
        gate.set()
        with pytest.raises(NotAllowed):
            await sharing
        assert world.messenger.withdrawn == world.messenger.shared
        assert AuditAction.IMAGE_SHARED not in [event[0] for event in await events(world)]


class TestDeleting:
    @pytest.mark.parametrize(("user_id", "may"), [("U1", True), (BOSS, True), ("U2", False)])
    async def test_requester_and_managers_may(self, world: World, user_id: str, may: bool) -> None:
        await delivered(world)
        assert await world.results.may_delete(await made_of(world), user_id) is may

    async def test_others_delete_nothing(self, world: World) -> None:
        await delivered(world)
        with pytest.raises(NotAllowed):
            await world.results.delete(await made_of(world), "U2")
        assert not world.bloom.script.named("delete_image")
        assert (await made_of(world)).is_present

    async def test_it_goes_at_bloom_first_then_on_record_then_in_slack(self, world: World) -> None:
        generation = await delivered(world, a_request(variants=2))
        await world.results.share(await made_of(world), channel_id="C2", by="U2")
        world.messenger.script.calls.clear()
        seen: list[tuple[str, bool]] = []

        async def note(call: Any) -> None:
            row = await world.store.generation(generation.id)
            assert row is not None
            seen.append((call.name, row.images[0].deleted_by is not None))

        world.bloom.script.watch = world.messenger.script.watch = note
        await world.results.delete(await made_of(world), "U1")
        assert seen == [("delete_image", False), ("redraw", True), ("withdraw", True)]
        assert [image.id for image in world.bloom.gallery] == ["image-1-2"]
        ((drawn, showings),) = world.messenger.redrawn
        assert [image.deleted_by for image in drawn.images] == ["U1", None]
        assert [(one.image_id, one.shared_by) for one in showings] == [("image-1-1", None), ("image-1-2", None)]
        assert world.messenger.withdrawn == world.messenger.shared
        assert await deletions(world) == [(AuditAction.IMAGE_DELETED, "U1", "image-1-1", "")]

    async def test_files_of_ours_behind_the_reply_go_too(self, world: World) -> None:
        generation = await delivered(world, a_request(variants=2))
        await show(world, generation, file_id="F1")
        await world.results.delete(await made_of(world, "image-1-2"), "U1")
        assert [(one.image_id, one.file_id) for one in world.messenger.withdrawn] == [("image-1-2", "F1")]

    async def test_what_bloom_has_not_any_more_is_deleted_all_the_same(self, world: World) -> None:
        await delivered(world)
        world.bloom.gallery.clear()
        assert await world.results.delete(await made_of(world), "U1") == Deletion()
        assert (await made_of(world)).image.deleted_by == "U1"
        assert world.bloom.script.count("delete_image") == 1

    @pytest.mark.parametrize("error", [BloomRefused("FORBIDDEN", 403), BloomUnavailable("cut off")])
    async def test_what_bloom_does_not_delete_stays(self, world: World, error: Exception) -> None:
        await delivered(world)
        world.bloom.script.answer("delete_image", error)
        with pytest.raises(type(error)):
            await world.results.delete(await made_of(world), "U1")
        assert (await made_of(world)).is_present
        assert not world.messenger.redrawn
        assert await events(world) == []

    async def test_lost_answer_of_blooms_is_made_up_for_by_the_next_press(self, world: World) -> None:
        await delivered(world)
        world.bloom.lose_answer(BloomUnavailable("cut off"), "delete_image")
        with pytest.raises(BloomUnavailable):
            await world.results.delete(await made_of(world), "U1")
        await world.results.delete(await made_of(world), "U1")
        assert (await made_of(world)).image.deleted_by == "U1"
        assert len(await events(world)) == 1

    async def test_what_slack_refuses_keeps_nothing_else_from_going_and_is_gone_after_the_next_press(
        self, world: World
    ) -> None:
        await delivered(world)
        for channel_id in ("C2", "C3"):
            await world.results.share(await made_of(world), channel_id=channel_id, by="U2")
        world.messenger.script.answer("redraw", AWAY)
        world.messenger.script.answer("withdraw", AWAY)
        assert await world.results.delete(await made_of(world), "U1") == Deletion(at_bloom=True, lag=AWAY)
        assert [one.channel_id for one in world.messenger.withdrawn] == ["C3"]
        assert await world.results.delete(await made_of(world), "U9") == Deletion()
        assert len(world.messenger.redrawn) == 1
        assert [one.channel_id for one in world.messenger.withdrawn] == ["C3", "C2", "C3"]
        assert world.bloom.script.count("delete_image") == 1
        assert await deletions(world) == [(AuditAction.IMAGE_DELETED, "U1", "image-1-1", "")]

    async def test_it_goes_on_after_a_kill(self, world: World) -> None:
        await delivered(world)
        gate = world.messenger.script.hold("redraw")
        deletion = world.tasks.start(world.results.delete(await made_of(world), "U1"), name="delete")
        await eventually(lambda: world.messenger.script.named("redraw"))
        await world.restart()
        gate.set()
        assert deletion.cancelled()
        assert not world.messenger.redrawn
        await world.results.delete(await made_of(world), "U1")
        assert len(world.messenger.redrawn) == 1

    async def test_of_two_at_once_the_first_is_on_record(self, world: World) -> None:
        await delivered(world)
        made = await made_of(world)
        await asyncio.gather(world.results.delete(made, "U1"), world.results.delete(made, BOSS))
        by = (await made_of(world)).image.deleted_by
        assert [event[1] for event in await events(world)] == [by]

    async def test_what_is_still_being_posted_waits(self, world: World) -> None:
        world.bloom.draw(a_request().parameters)
        (image,) = world.bloom.gallery
        place = Place("C1", "1.0", "1.0")
        row = await world.add()
        await world.save(row.but(state=S.POSTING, place=place, image_ids=(image.id,), images=(image,)), was=S.QUEUED)
        with pytest.raises(NotAllowed):
            await world.results.delete(await made_of(world), "U1")
        assert not world.bloom.script.named("delete_image")

    async def test_whoever_shows_images_hears_of_it(self, world: World) -> None:
        await delivered(world)
        told: list[str] = []
        world.changes.listen(told.append)
        await world.results.delete(await made_of(world), "U1")
        assert told == [TEAM]

    async def test_reply_never_ends_with_an_image_that_somebody_else_deleted_meanwhile(self, world: World) -> None:
        await delivered(world, a_request(variants=2))
        first, second = [await made_of(world, f"image-1-{number}") for number in (1, 2)]

        async def overtake(call: Call) -> None:
            if call.name == "redraw":
                world.messenger.script.watch = None
                await world.results.delete(second, "U1")

        world.messenger.script.watch = overtake
        await world.results.delete(first, "U1")
        last, _ = world.messenger.redrawn[-1]
        assert not last.present


class TestDeletingAfterAnotherAccountWasConnected:
    async def former(self, world: World) -> Connection:
        """Deliver an image, and connect another account; return the one that made it, which is still needed."""
        former = await world.connections.present(TEAM)
        await delivered(world, connection_id=former.id)
        await world.put(S.WAITING, a_request("V2"), "g2", connection_id=former.id)
        await world.connect_as_bob()
        await world.idle()
        return former

    async def test_it_goes_where_it_was_made_while_that_account_is_on_record(self, world: World) -> None:
        await self.former(world)
        assert await world.results.delete(await made_of(world), "U1") == Deletion()
        assert world.bloom.gallery == []
        assert (await made_of(world)).image.deleted_by == "U1"
        assert await deletions(world) == [(AuditAction.IMAGE_DELETED, "U1", "image-1-1", "")]

    async def test_what_the_account_that_made_it_has_not_any_more_is_deleted(self, world: World) -> None:
        await self.former(world)
        world.bloom.gallery.clear()
        assert await world.results.delete(await made_of(world), "U1") == Deletion()

    @pytest.mark.parametrize("is_refused_on_record", [True, False])
    async def test_account_that_holds_no_more_is_not_asked_and_that_is_told(
        self, world: World, *, is_refused_on_record: bool
    ) -> None:
        former = await self.former(world)
        if is_refused_on_record:
            await world.store.break_connection(former.id, former.credential)
        else:
            world.bloom.script.answer("delete_image", BloomUnauthorized("UNAUTHORIZED", 401))
        assert await world.results.delete(await made_of(world), "U1") == Deletion(at_bloom=False)

    async def test_account_that_was_forgotten_may_still_have_it_and_that_is_told_and_on_record(
        self, world: World
    ) -> None:
        former = await self.former(world)
        await world.store.erase_connection(former.id)
        assert await world.results.delete(await made_of(world), "U1") == Deletion(at_bloom=False)
        assert len(world.bloom.gallery) == 1
        assert (await made_of(world)).image.deleted_by == "U1"
        assert len(world.messenger.redrawn) == 1
        assert await deletions(world) == [(AuditAction.IMAGE_DELETED, "U1", "image-1-1", ELSEWHERE)]

    async def test_account_that_made_it_and_is_away_is_asked_again_by_the_next_press(self, world: World) -> None:
        await self.former(world)
        world.bloom.script.answer("delete_image", BloomUnavailable("cut off"))
        with pytest.raises(BloomUnavailable):
            await world.results.delete(await made_of(world), "U1")
        assert (await made_of(world)).is_present
