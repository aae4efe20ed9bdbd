"""What a person does at the page: each act as the page sends it, and what Slack's screen makes of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.sandbox.page.sight import Sight, file
from bot.sandbox.slack import Answer, Message, Person, PersonCannot, SlackFile, SlackStandIn, View
from bot.sandbox.slack.errors import Json, NoLongerThere
from bot.sandbox.slack.identity import Member
from bot.sandbox.slack.looking import Surface

Values = dict[str, dict[str, str | list[str] | None]]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Write(_Body):
    channel: str
    text: str = ""
    thread_ts: str | None = None
    files: tuple[str, ...] = ()


class OnSurface(_Body):
    view_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    values: Values = {}


class Act(OnSurface):
    block_id: str
    action_id: str
    value: str | None = None
    confirmed: bool = False
    enter: bool = False


class Options(OnSurface):
    block_id: str
    action_id: str
    query: str = ""


class Submit(_Body):
    view_id: str
    values: Values = {}


class Close(_Body):
    view_id: str
    everything: bool = False


class Shortcut(_Body):
    callback_id: str
    channel: str | None = None
    ts: str | None = None


class Home(_Body):
    tab: Literal["home", "messages"] = "home"


class Acts:
    """The acts of one person."""

    def __init__(self, slack: SlackStandIn, member: Member) -> None:
        self._slack = slack
        self._person: Person = slack.person(member.id)
        self._sight = Sight(slack, member)

    async def perform(self, what: str, body: bytes) -> Json:
        """Do one of ``ACTS``. Raises ValidationError for a body of another shape, PersonCannot for what they cannot."""
        shape, act = ACTS[what]
        return await act(self, shape.model_validate_json(body))

    async def write(self, body: Write) -> Json:
        files = [self._own_file(one) for one in body.files]
        done = await self._person.write(body.channel, body.text, thread_ts=body.thread_ts, files=files)
        if isinstance(done, Message):
            return {"ok": True, "channel": done.channel_id, "ts": done.ts}
        return _told(done)

    async def act(self, body: Act) -> Json:
        surface, place = self._surface(body), (body.block_id, body.action_id)
        self._enter(surface, body)
        answer = await self._person.act(surface, place, value=body.value, enter=body.enter, confirm=body.confirmed)
        return _told(answer)

    async def options(self, body: Options) -> Json:
        surface, place = self._surface(body), (body.block_id, body.action_id)
        self._person.enter(surface, body.values)
        answer = await self._person.ask_for_options(surface, place, body.query)
        return _told(answer) | (answer.body if answer.ok and isinstance(answer.body, dict) else {})

    async def submit(self, body: Submit) -> Json:
        return _told(await self._person.submit_typed(self._view(body.view_id), body.values))

    async def close(self, body: Close) -> Json:
        answers = await self._person.close_view(self._view(body.view_id), everything=body.everything)
        return _told(*answers)

    async def shortcut(self, body: Shortcut) -> Json:
        message = None if body.ts is None else self._message(body.channel, body.ts)
        if not self._slack.manifest.has_shortcut("global" if message is None else "message", body.callback_id):
            raise PersonCannot(f"The app has no such shortcut: {body.callback_id}")
        if message is None:
            return _told(await self._person.shortcut(body.callback_id))
        if message.ephemeral_for is not None:
            raise PersonCannot("Messages that only you can see have no shortcuts.")
        return _told(await self._person.message_shortcut(body.callback_id, message))

    async def home(self, body: Home) -> Json:
        return _told(await self._person.open_home(body.tab))

    def upload(self, name: str, data: bytes) -> Json:
        """Take a file from their computer."""
        return {"ok": True, **file(self._person.upload(name, data))}

    def _enter(self, surface: Surface, body: Act) -> None:
        """Enter what is typed; only what is wrong with the element they use keeps them from it."""
        refused = self._person.enter(surface, body.values)
        if body.block_id in refused:
            raise PersonCannot(refused[body.block_id], {body.block_id: refused[body.block_id]})

    def _surface(self, body: OnSurface) -> Surface:
        return self._message(body.channel, body.ts) if body.view_id is None else self._view(body.view_id)

    def _view(self, view_id: str) -> View:
        view = self._sight.find_view(view_id)
        if view is None:
            raise NoLongerThere("That window has closed.")
        return view

    def _message(self, channel: str | None, ts: str | None) -> Message:
        message = self._sight.find(channel or "", ts or "")
        if message is None:
            raise NoLongerThere("That message is no longer there.")
        return message

    def _own_file(self, file_id: str) -> SlackFile:
        found = self._slack.file(file_id)
        if found is None or found.user_id != self._person.id:
            raise PersonCannot("That file is no longer there. Add it once more.")
        return found


def _told(*answers: Answer) -> Json:
    """Return how the app took what it was told."""
    for answer in answers:
        if not answer.ok:
            return {"ok": False, "error": answer.error, "problems": list(answer.problems)}
    return {"ok": True}


ACTS: Final[Mapping[str, tuple[type[BaseModel], Callable[[Acts, Any], Awaitable[Json]]]]] = {
    "write": (Write, Acts.write),
    "act": (Act, Acts.act),
    "options": (Options, Acts.options),
    "submit": (Submit, Acts.submit),
    "close": (Close, Acts.close),
    "shortcut": (Shortcut, Acts.shortcut),
    "home": (Home, Acts.home),
}


def words(error: ValidationError) -> str:
    """Return what is wrong with a body in one line, for whoever writes the page."""
    problems: Sequence[str] = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()]
    return "; ".join(problems)
