"""The panel of Bloom's stand-in: how fast it is, what it can pay, and the trouble that a visitor wants to see."""

from collections.abc import Iterable
from typing import Final, get_args

from bot.sandbox.bloom import BloomStandIn, Faults
from bot.sandbox.bloom.images import FailureReason, FileFormat, Image
from bot.sandbox.bloom.meaning import SEARCHES
from bot.sandbox.bloom.outcomes import LOGOS, WEBSITES, Example
from bot.sandbox.bloom.prompts import FAILING, KINDS
from bot.sandbox.page.bloom_changes import SPEEDS, Change, HidePictures, read_change
from bot.sandbox.page.refusals import failures, target_of
from bot.sandbox.slack.errors import Json, PersonCannot

IMAGE_FAILURES: Final[dict[FailureReason, str]] = {
    "content_safety": "Bloom finds that the image would break its rules",
    "rate_limited": "Bloom's image model is too busy",
}
BLIND: Final = {
    "slack": "Slack does not get them, but the bot does: it uploads what Slack cannot fetch",
    "all": "Nobody gets them, not even the bot: what remains is a link",
}
PICTURES: Final = "/cdn"
NO_IMAGE: Final = "Nobody has made an image yet."
KEY_EXPIRED: Final = "The bot's key has expired"


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
            "failures": failures(),
            "websites": _examples(WEBSITES),
            "logos": _examples(LOGOS),
            "file_format": state.studio.file_format,
            "file_formats": list(get_args(FileFormat)),
            "kinds": _examples(KINDS),
            "failing": _examples(FAILING),
            "searches": _examples(SEARCHES),
            "latest": None if (latest := self._latest) is None else [latest.prompt, latest.brand.name],
            "blind": [{"whom": whom, "what": what} for whom, what in BLIND.items()],
            "image_failures": [{"reason": reason, "what": what} for reason, what in IMAGE_FAILURES.items()],
        }

    def change(self, body: bytes) -> None:
        """Do what was asked in JSON, all of it or nothing; a PersonCannot says in words what is wrong with it."""
        change = read_change(body)
        self._take_away(change)
        self._change_account(change)
        self._make_trouble(change)

    @property
    def _expired(self) -> bool:
        accounts = self._bloom.state.accounts
        return accounts.is_revoked(accounts.newest_key)

    @property
    def _latest(self) -> Image | None:
        state = self._bloom.state
        made = (image for image in state.gallery.of(state.account) if image.source == "generated" and image.has_file)
        return next(made, None)

    def _take_away(self, change: Change) -> None:
        """Let the latest image be gone from Bloom, or its brand with all that belongs to it."""
        if change.take_away is None:
            return
        if (latest := self._latest) is None:
            raise PersonCannot(NO_IMAGE)
        if change.take_away == "image":
            self._bloom.state.gallery.remove(latest)
        else:
            self._bloom.state.brands.remove(latest.brand)

    def _change_account(self, change: Change) -> None:
        state = self._bloom.state
        if change.speed is not None:
            state.studio.generation_seconds = SPEEDS[change.speed]
        if change.credits is not None:
            state.account.personal.credits = change.credits
        if change.plan_4k is not None:
            state.account.plan_4k = change.plan_4k
        if change.file_format is not None:
            state.studio.file_format = change.file_format
        if change.new_key:
            state.renew_key()
        expired = False if change.clear and change.expired is None else change.expired
        if expired is not None:
            (state.revoke if expired else state.restore)(state.accounts.newest_key)
        if change.expire_tokens:
            self._bloom.oauth.expire_access_tokens()
        if change.end_sign_ins:
            self._bloom.oauth.revoke_grants()

    def _make_trouble(self, change: Change) -> None:
        faults = self._bloom.faults
        if change.clear:
            faults.clear()
        if change.down is not None:
            faults.down = change.down
        if "cut_after" in change.model_fields_set:
            faults.cut_held_after(change.cut_after)
        if change.hide_pictures is not None:
            _hide(faults, change.hide_pictures)
        if change.fail_next is not None:
            faults.next(change.fail_next.code, path=target_of(change.fail_next.code), times=change.fail_next.times)
        if change.fail_next_image is not None:
            faults.fail_next_image(change.fail_next_image.reason, times=change.fail_next_image.times)


def _hide(faults: Faults, pictures: HidePictures) -> None:
    if pictures.whom == "slack":
        faults.hide_from_slack(pictures.times)
    else:
        faults.garble(PICTURES, status=503, times=pictures.times)


def _examples(examples: Iterable[Example]) -> list[Json]:
    return [{"address": one.address, "what": one.what} for one in examples]
