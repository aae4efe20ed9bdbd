"""What makes a batch wait for somebody: failures that the next row would meet as well.

Such a failure is nothing about the row that met it, so the row waits with all others instead of having failed.
"""

from bot.core.models import FailureCode, ImageSize, PauseReason

_REASONS = {
    "INSUFFICIENT_CREDITS": PauseReason.CREDITS,
    "PAYMENT_REQUIRED": PauseReason.CREDITS,
    "FORBIDDEN": PauseReason.CREDITS,  # Bloom's word for a plan that does not include this
    "UNAUTHORIZED": PauseReason.NOT_CONNECTED,
    "ACCOUNT_BANNED": PauseReason.NOT_CONNECTED,
    FailureCode.NOT_CONNECTED: PauseReason.NOT_CONNECTED,
    FailureCode.UNAVAILABLE: PauseReason.UNAVAILABLE,
}


def pause_reason(failure_code: str | None, size: ImageSize | None = None) -> PauseReason | None:
    """Return why a batch waits after this failure; None for one that is the row's own.

    What a plan lacks for 4K it may have for all other rows: those would wait for good behind such a one.
    """
    if failure_code == "FORBIDDEN" and size is ImageSize.SIZE_4K:
        return None
    return _REASONS.get(failure_code) if failure_code else None
