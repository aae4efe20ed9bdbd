"""How batches, and rows by their numbers, are called in sentences."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from bot.core.models import Batch
from bot.slack.views.message import bold
from bot.slack.views.wording import amount, brand_text, images_count, joined

BRANDS_NAMED = 3
RUN = 3
"""From so many neighbours on, only the first and the last are named."""


def batch_images(batch: Batch) -> str:
    """Return "120 images for *Acme*", in mrkdwn: of many brands only how many they are."""
    names = list(dict.fromkeys(brand_text(row.brand_name) for row in batch.rows))
    brands = joined([bold(name) for name in names]) if len(names) <= BRANDS_NAMED else f"{len(names)} brands"
    return f"{images_count(batch.images)} for {brands}"


def row_names(numbers: Iterable[int], limit: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Return "Row 7" or "Rows 7, 9, 12–20", each with its rows; several where that has over ``limit`` characters."""
    part: list[Sequence[int]] = []
    for run in _runs(numbers):
        if part and len(_named([*part, run])) > limit:
            yield _named(part), _together(part)
            part = []
        part.append(run)
    if part:
        yield _named(part), _together(part)


def row_numbers(numbers: Collection[int], limit: int) -> str:
    """Return "Row 7" or "Rows 7, 9 and 12–20" in about ``limit`` characters at most: "Rows 7, 9 and 31 more"."""
    runs, parts = [*_runs(set(numbers))], list[str]()
    for position, run in enumerate(runs):
        part = f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0])
        if parts and len(", ".join([*parts, part])) > limit:
            parts.append(f"{amount(sum(map(len, runs[position:])))} more")
            break
        parts.append(part)
    return f"{'Row' if len(runs) == len(runs[0]) == 1 else 'Rows'} {joined(parts)}"


def _runs(numbers: Iterable[int]) -> Iterator[Sequence[int]]:
    """Return neighbours together, where they are many enough, and others alone."""
    for _, group in groupby(enumerate(sorted(numbers)), key=lambda place: place[1] - place[0]):
        run = [number for _, number in group]
        yield from [run] if len(run) >= RUN else [[number] for number in run]


def _named(runs: Sequence[Sequence[int]]) -> str:
    rows = "Row" if len(_together(runs)) == 1 else "Rows"
    return f"{rows} {', '.join(f'{run[0]}–{run[-1]}' if len(run) > 1 else str(run[0]) for run in runs)}"


def _together(runs: Iterable[Sequence[int]]) -> tuple[int, ...]:
    return tuple(number for run in runs for number in run)
