"""What a visitor may ask of Bloom's panel, and the sentence that says what is wrong with anything else."""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationError

from bot.sandbox.bloom.errors import is_known
from bot.sandbox.bloom.images import FailureReason, FileFormat
from bot.sandbox.slack.errors import PersonCannot

Speed = Literal["fast", "usual", "slow"]
SPEEDS: Final[dict[Speed, tuple[float, float]]] = {"fast": (0.3, 0.8), "usual": (2.0, 4.0), "slow": (20.0, 30.0)}
_WRONG: Final = {
    "credits": "Credits are a whole number from 0 to 100,000.",
    "whom": "Pictures are hidden from Slack, or from all.",
    "times": "How often is a whole number from 1 to 20.",
    "cut_after": "Held connections are cut after 1 to 120 seconds.",
    "speed": f"Bloom's speed is {', '.join(SPEEDS)}.",
    "code": "Bloom's stand-in does not know this code.",
    "reason": "Bloom's images do not fail for this reason.",
    "file_format": f"Bloom's images are {', '.join(get_args(FileFormat))}.",
    "take_away": "Only the latest image, or its brand, can be taken away.",
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


class HidePictures(_Strict):
    whom: Literal["slack", "all"]
    times: Times = 1


class Change(_Strict):
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
    file_format: FileFormat | None = None
    hide_pictures: HidePictures | None = None
    take_away: Literal["image", "brand"] | None = None
    cut_after: Annotated[float, Field(ge=1, le=120, strict=True, allow_inf_nan=False)] | None = None


def read_change(body: bytes) -> Change:
    """Return what was asked in JSON, or raise PersonCannot."""
    try:
        return Change.model_validate_json(body)
    except ValidationError as error:
        raise PersonCannot(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    where: tuple[Any, ...] = error.errors(include_input=False, include_url=False)[0]["loc"]
    known = next((_WRONG[part] for part in reversed(where) if part in _WRONG), None)
    return known or f"The panel cannot change this: {'.'.join(map(str, where)) or 'nothing was named'}."
