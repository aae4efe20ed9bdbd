"""A messenger in memory. A request message that may stand already is looked for; whoever delivers twice posts twice."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from bot.core.models import Generation, GenerationState, Notice, Place, Queue, Reply, Showing
from tests.fakes.batch_messenger import FakeBatchMessenger
from tests.fakes.script import LostAnswer, Script


class FakeMessenger(FakeBatchMessenger):
    """The core's `Messenger` and `BatchMessenger`.

    ``replies`` and ``announced`` are what people see, in the order of posting.
    """

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self._places: dict[str, Place] = {}
        self.script = Script()
        self.announced: list[Generation] = []
        self.replies: list[tuple[str, Generation]] = []
        self.shown: dict[str, GenerationState] = {}
        """The state that the request message of each generation shows."""
        self.lines: list[Queue] = []
        """What request messages said about standing in line, in that order."""
        self.shared: list[Showing] = []
        self.withdrawn: list[Showing] = []
        self.redrawn: list[tuple[Generation, tuple[Showing, ...]]] = []
        self.notices: list[tuple[str, str, Notice]] = []
        """Workspace, person, and what they were written."""

    def told(self, kind: str) -> list[str]:
        """Return who was written to for this reason."""
        return [user_id for _, user_id, notice in self.notices if notice.kind == kind]

    def lose_answer(self, name: str, error: Exception) -> None:
        """Carry out the next call of this name, and answer it with the error."""
        self.script.answer(name, LostAnswer(error))

    async def announce(self, generation: Generation) -> Place:
        def post() -> Place:
            if generation.attempts > 1 and generation.id in self._places:
                return self._places[generation.id]
            self.announced.append(generation)
            self.shown[generation.id] = generation.state
            message_id = self._message_id()
            request = generation.request
            place = Place(request.channel_id, message_id, request.thread_id or message_id)
            return self._places.setdefault(generation.id, place)

        place: Place = await self._play("announce", post, generation)
        return place

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        def change() -> None:
            self.shown[generation.id] = generation.state
            self.lines += [queue] if queue else []

        await self._play("update", change, generation)

    async def deliver(self, generation: Generation) -> Reply:
        def post() -> Reply:
            self.replies.append((self._message_id(), generation))
            return _reply(*self.replies[-1])

        reply: Reply = await self._play("deliver", post, generation)
        return reply

    async def find_reply(self, generation: Generation) -> Reply | None:
        def find() -> Reply | None:
            same = (generation.id, generation.finished_at)
            found = (_reply(*reply) for reply in self.replies if (reply[1].id, reply[1].finished_at) == same)
            return next(found, None)

        reply: Reply | None = await self._play("find_reply", find, generation)
        return reply

    async def attach(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
        attached: Reply = await self._play("attach", lambda: reply, generation)
        return attached

    async def redraw(self, generation: Generation, showings: Sequence[Showing]) -> None:
        await self._play("redraw", lambda: self.redrawn.append((generation, tuple(showings))), generation)

    async def share(
        self, generation: Generation, image_id: str, *, channel_id: str, thread_id: str | None, by: str, note: str
    ) -> Showing:
        def post() -> Showing:
            message_id = self._message_id()
            place = (channel_id, message_id, thread_id or message_id)
            self.shared.append(Showing(image_id, *place, shared_by=by, note=note))
            return self.shared[-1]

        showing: Showing = await self._play("share", post, generation)
        return showing

    async def withdraw(self, workspace_id: str, showing: Showing) -> None:
        await self.script.play("withdraw", lambda: self.withdrawn.append(showing), showing=showing)

    async def notify(self, workspace_id: str, user_id: str, notice: Notice) -> None:
        await self.script.play(
            "notify", lambda: self.notices.append((workspace_id, user_id, notice)), user_id=user_id, notice=notice
        )

    def _message_id(self) -> str:
        return f"1700000000.{next(self._numbers):06d}"

    async def _play(self, name: str, act: Callable[[], Any], generation: Generation) -> Any:
        return await self.script.play(name, act, generation=generation)


def _reply(message_id: str, generation: Generation) -> Reply:
    place = generation.place
    channel_id, thread_id = (place.channel_id, place.thread_id) if place else ("D1", message_id)
    showings = tuple(Showing(image.id, channel_id, message_id, thread_id) for image in generation.pictures)
    return Reply(channel_id, message_id, thread_id, showings)
