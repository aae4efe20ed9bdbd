"""The inspector's memory: what Slack told the app, what the app asked of Slack and of Bloom, and how each went.

It hears of everything as it happens, takes secrets out, cuts what is too large to send to a page, and keeps the
latest. An entry stands at the moment when it was answered: what the app called before it acknowledged comes first.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from bot.sandbox.bloom import BloomStandIn, RequestRecord
from bot.sandbox.bloom.middleware import CONSENT
from bot.sandbox.listeners import Listeners
from bot.sandbox.page.redaction import redact
from bot.sandbox.page.wording import outcome_of, shortened, title_of, user_of
from bot.sandbox.slack import Call, SlackStandIn
from bot.sandbox.slack.block_kit import check_options
from bot.sandbox.slack.delivery.answers import Exchange
from bot.sandbox.slack.errors import Json, SlackRefusal

KEPT: Final = 500
LARGEST: Final = 40_000
"""Characters of JSON in one entry."""
_PICTURES: Final = ("/img/", "/cdn/")
_BY_BROWSER: Final = ("oauth2.authorize", CONSENT)
"""What a person asks of Bloom, sent there by the app."""


class Inspector:
    """Listens to both stand-ins."""

    def __init__(self, slack: SlackStandIn, bloom: BloomStandIn) -> None:
        self._slack, self._bloom = slack, bloom
        self._kept: OrderedDict[int, Json] = OrderedDict()
        self._told: dict[int, int] = {}
        self._count = 0
        self._listeners = Listeners[Json]()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of what is said between Slack, the app and Bloom, for as long as the block lasts."""
        with ExitStack() as ends:
            ends.callback(self._slack.on_exchange(self._hear_exchange))
            ends.callback(self._slack.on_call(self._hear_call))
            ends.callback(self._bloom.requests.on_request(self._hear_request))
            yield

    def on_exchange(self, callback: Callable[[Json], None]) -> Callable[[], None]:
        """Call back with every entry, and with one that changed; return what ends that."""
        return self._listeners.add(callback)

    def latest(self) -> list[Json]:
        """Return what was heard last, oldest first."""
        return list(self._kept.values())

    def _hear_exchange(self, exchange: Exchange) -> None:
        """Keep a delivery and its answer; told again, for Slack cannot show the answer, it keeps its number."""
        delivery, answer = exchange.delivery, exchange.answer
        problems = list(answer.problems) or _problems_of_options(exchange)
        outcome = outcome_of(answer, exchange.transport)
        entry = {
            "kind": "slack",
            "who": self._name(user_of(delivery.payload)),
            "title": title_of(delivery, {one.callback_id: one.name for one in self._slack.manifest.shortcuts}),
            "ok": answer.ok and not problems,
            "outcome": f"{problems[0]} · {outcome}" if problems else outcome,
            "ms": _ms(answer.seconds),
        }
        details = {"Problems": problems, "Slack sent": delivery.payload, "The bot answered": answer.body}
        self._told[exchange.number] = self._keep(entry, details, number=self._told.get(exchange.number))
        self._told.pop(exchange.number - KEPT, None)

    def _hear_call(self, call: Call) -> None:
        why = ((call.answer or {}).get("response_metadata") or {}).get("messages") or [] if call.error else []
        details = {
            "Why": why,
            "The bot sent": {name: _parsed(value) for name, value in call.args.items()},
            "Slack answered": call.answer,
        }
        entry = {
            "kind": "call",
            "who": None,
            "title": shortened(f"{call.method}{self._target(call.args)}"),
            "ok": call.ok,
            "outcome": ": ".join([call.error, *why[:1]]) if call.error else "ok",
            "ms": _ms(call.seconds),
        }
        self._keep(entry, details)

    def _hear_request(self, record: RequestRecord) -> None:
        if record.path.startswith(_PICTURES):
            return
        entry = {
            "kind": "browser" if record.operation in _BY_BROWSER else "bloom",
            "who": None,
            "title": f"{record.method} {record.path}",
            "ok": record.status is not None and record.status < 400,
            "outcome": self._outcome(record),
            "ms": _ms(record.seconds),
        }
        self._keep(entry, {"Query": record.query, "Body": record.body})

    def _outcome(self, record: RequestRecord) -> str:
        words = [str(record.status) if record.status is not None else "connection cut"]
        words[0] += f" {record.code}" if record.code else ""
        if record.held:
            words.append(f"held {record.held:.1f} s")
        if record.left is not None and self._bloom.rate_limit is not None:
            words.append(f"{record.left} of {self._bloom.rate_limit[0]} left")
        return " · ".join(words)

    def _keep(self, entry: Json, details: dict[str, Any], number: int | None = None) -> int:
        if number is None:
            self._count += 1
            number = self._count
        secrets = self._slack.credentials | self._bloom.secrets
        shown = [{"label": label, "value": value} for label, value in details.items() if value]
        heard = {**entry, "number": number, "at": self._slack.workspace.clock.now().isoformat(), "details": shown}
        clean: Json = redact(heard, secrets)
        for detail in clean["details"]:
            detail["value"] = _cut(detail["value"], LARGEST // len(shown))
        self._kept[number] = clean
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._listeners.tell(clean)
        return number

    def _target(self, args: Json) -> str:
        """Say where a call leads, where its arguments name a channel or a person."""
        workspace = self._slack.workspace
        channel = workspace.channels.get(str(args.get("channel")))
        person = self._name(args.get("user") or args.get("user_id"))
        if channel is not None and channel.is_im:
            people = channel.members - {workspace.app.bot_user_id}
            return f" to {', '.join(workspace.members[one].name for one in people)}"
        where = f" in #{channel.name}" if channel else ""
        return f" to {person}{where}" if person else where

    def _name(self, user_id: Any) -> str | None:
        member = self._slack.workspace.members.get(str(user_id))
        return member.name if member else None


def _problems_of_options(exchange: Exchange) -> list[str]:
    """Return what Slack's screen would say of options that it cannot show."""
    if exchange.delivery.payload.get("type") != "block_suggestion" or not exchange.answer.ok:
        return []
    try:
        check_options(exchange.answer.body)
    except SlackRefusal as refusal:
        return [refusal.error, *refusal.messages]
    return []


def _parsed(value: Any) -> Any:
    """Return an argument that is JSON within a string as what it stands for, if a browser can read that too."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            parsed = json.loads(value)
            json.dumps(parsed, allow_nan=False)
        except (ValueError, RecursionError):
            return value
        return parsed
    return value


def _cut(value: Any, longest: int) -> Any:
    """Return a value, or its beginning as text where it is too large."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    if len(written) <= longest:
        return value
    return f"{written[:longest]}\n… cut here: {len(written):,} characters in all"


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
