"""The panel of Bloom's stand-in: how fast it is, what it can pay, and the trouble that a visitor wants to see."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationError

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.bloom.errors import documented_codes, is_known, undocumented_codes
from bot.sandbox.bloom.images import FailureReason
from bot.sandbox.bloom.outcomes import LOGOS, WEBSITES, Example
from bot.sandbox.slack.errors import Json, PersonCannot

Speed = Literal["fast", "usual", "slow"]
SPEEDS: Final[dict[Speed, tuple[float, float]]] = {"fast": (0.3, 0.8), "usual": (2.0, 4.0), "slow": (20.0, 30.0)}
IMAGE_FAILURES: Final[dict[FailureReason, str]] = {
    "content_safety": "Bloom finds that the image would break its rules",
    "rate_limited": "Bloom's image model is too busy",
}
ORDERS: Final = "POST /images"
"""What a refusal meets that only the making of images can get: whichever request comes first would be no use."""
KEY_EXPIRED: Final = "The bot's key has expired"
_WRONG: Final = {
    "credits": "Credits are a whole number from 0 to 100,000.",
    "times": "How often is a whole number from 1 to 20.",
    "cut_after": "Held connections are cut after 1 to 120 seconds.",
    "speed": f"Bloom's speed is {', '.join(SPEEDS)}.",
    "code": "Bloom's stand-in does not know this code.",
    "reason": "Bloom's images do not fail for this reason.",
}


def _known(code: str) -> str:
    if not is_known(code):
        raise ValueError("unknown")
    return code


Times = Annotated[int, Field(ge=1, le=20, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _FailNext(_Strict):
    code: Annotated[str, AfterValidator(_known)]
    times: Times = 1


class _FailNextImage(_Strict):
    reason: FailureReason
    times: Times = 1


class _Change(_Strict):
    """What a visitor can change; what is not named stays."""

    clear: Literal[True] | None = None
    speed: Speed | None = None
    credits: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    down: StrictBool | None = None
    plan_4k: StrictBool | None = None
    fail_next: _FailNext | None = None
    fail_next_image: _FailNextImage | None = None
    new_key: Literal[True] | None = None
    expired: StrictBool | None = None
    expire_tokens: Literal[True] | None = None
    end_sign_ins: Literal[True] | None = None
    cut_after: Annotated[float, Field(ge=1, le=120, strict=True, allow_inf_nan=False)] | None = None


class BloomPanel:
    """The knobs, and what they show."""

    def __init__(self, bloom: BloomStandIn) -> None:
        self._bloom = bloom

    def state(self) -> Json:
        """Return what the panel shows now."""
        bloom, state = self._bloom, self._bloom.state
        seconds = state.studio.generation_seconds
        limit, window = bloom.rate_limit or (None, None)
        return {
            "down": bloom.faults.down,
            "speed": next((speed for speed, range_ in SPEEDS.items() if range_ == seconds), None),
            "seconds": list(seconds),
            "speeds": [{"speed": speed, "seconds": list(range_)} for speed, range_ in SPEEDS.items()],
            "credits": state.account.personal.credits,
            "plan_4k": state.account.plan_4k,
            "requests": {"left": bloom.requests_left, "limit": limit, "seconds": window},
            "credential": {"key": state.accounts.newest_key, "expired": self._expired},
            "sign_ins": [grant.account.email for grant in bloom.oauth.grants() if not grant.is_revoked],
            "held": bloom.held,
            "cut_after": bloom.faults.held_cut,
            "trouble": bloom.faults.pending + ([KEY_EXPIRED] if self._expired else []),
            "failures": _failures(),
            "websites": _examples(WEBSITES),
            "logos": _examples(LOGOS),
            "image_failures": [{"reason": reason, "what": what} for reason, what in IMAGE_FAILURES.items()],
        }

    def change(self, body: bytes) -> None:
        """Do what was asked in JSON, all of it or nothing; a PersonCannot says in words what is wrong with it."""
        try:
            change = _Change.model_validate_json(body)
        except ValidationError as error:
            raise PersonCannot(_sentence(error)) from error
        self._change_account(change)
        self._make_trouble(change)

    @property
    def _expired(self) -> bool:
        accounts = self._bloom.state.accounts
        return accounts.is_revoked(accounts.newest_key)

    def _change_account(self, change: _Change) -> None:
        state = self._bloom.state
        if change.speed is not None:
            state.studio.generation_seconds = SPEEDS[change.speed]
        if change.credits is not None:
            state.account.personal.credits = change.credits
        if change.plan_4k is not None:
            state.account.plan_4k = change.plan_4k
        if change.new_key:
            state.renew_key()
        expired = False if change.clear and change.expired is None else change.expired
        if expired is not None:
            (state.revoke if expired else state.restore)(state.accounts.newest_key)
        if change.expire_tokens:
            self._bloom.oauth.expire_access_tokens()
        if change.end_sign_ins:
            self._bloom.oauth.revoke_grants()

    def _make_trouble(self, change: _Change) -> None:
        faults = self._bloom.faults
        if change.clear:
            faults.clear()
        if change.down is not None:
            faults.down = change.down
        if "cut_after" in change.model_fields_set:
            faults.cut_held_after(change.cut_after)
        if change.fail_next is not None:
            faults.next(change.fail_next.code, path=_target(change.fail_next.code), times=change.fail_next.times)
        if change.fail_next_image is not None:
            faults.fail_next_image(change.fail_next_image.reason, times=change.fail_next_image.times)


def _examples(examples: Iterable[Example]) -> list[Json]:
    return [{"address": one.address, "what": one.what} for one in examples]


def _failures() -> list[Json]:
    """Return the refusals that a request for an image can meet, as Bloom's document words them."""
    codes = documented_codes("images.generate") | undocumented_codes()
    return [{"code": code, "status": status, "what": what} for code, (status, what) in codes.items()]


def _target(code: str) -> str | None:
    anywhere = documented_codes("") | undocumented_codes()
    return None if code in anywhere else ORDERS


def _sentence(error: ValidationError) -> str:
    where: tuple[Any, ...] = error.errors(include_input=False, include_url=False)[0]["loc"]
    known = next((_WRONG[part] for part in reversed(where) if part in _WRONG), None)
    return known or f"The panel cannot change this: {'.'.join(map(str, where)) or 'nothing was named'}."
