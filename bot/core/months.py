"""The months that credits count by: calendar months in UTC."""

from datetime import UTC, datetime


def month_of(moment: datetime) -> datetime:
    """Return the beginning of the month of a moment."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_after(month: datetime) -> datetime:
    """Return the beginning of the month after the one that begins then."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def month_before(month: datetime) -> datetime:
    """Return the beginning of the month before the one that begins then."""
    return month.replace(year=month.year - (month.month == 1), month=(month.month - 2) % 12 + 1)
