"""The images of a batch, gathered on this machine for as long as they are handed out: all as a ZIP, and as one picture.

Each is fetched once and is in memory alone or with few others; what cannot be fetched is left out.
"""

import asyncio
import tempfile
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.core.clock import Clock
from bot.core.errors import BloomError, BloomUnavailable
from bot.core.models import Parcel, PictureFile, RowResult
from bot.core.ports import ImageFiles
from bot.core.retrying import after_pauses
from bot.pictures.archive import Archive, slug
from bot.pictures.contact_sheet import PROGRAM, ContactSheet
from bot.pictures.converter import Converter, PictureUnreadable
from bot.pictures.kinds import EXTENSIONS, SVG

log = structlog.get_logger(__name__)

LARGEST = 1 << 30
"""Bytes of a file that Slack takes."""
AT_ONCE, PARCELS_AT_ONCE = 4, 2
"""Images in memory for one batch, and batches whose images are gathered."""
PAUSE = 2.0
"""Seconds before an image is asked for again."""
PATIENCE = 15 * 60.0
"""Real seconds after which no image of a batch is asked for any more."""
MOST_CELLS = 400
"""With more, a contact sheet shows the first image of each row alone: the others would be too small to be told."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An image: where it is, what its file is called but for the extension, and its cell, if it has one."""

    url: str
    name: str
    cell: int | None


class Packer:
    """The core's `Packing`; ``limit`` is how many bytes a ZIP may have, ``patience`` are real seconds."""

    def __init__(
        self,
        files: ImageFiles,
        converter: Converter,
        clock: Clock,
        *,
        limit: int = LARGEST,
        patience: float = PATIENCE,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._files = files
        self._converter = converter
        self._clock = clock
        self._limit = limit
        self._patience = patience
        self._program = program
        self._turns = asyncio.Semaphore(PARCELS_AT_ONCE)

    @asynccontextmanager
    async def pack(self, results: Sequence[RowResult]) -> AsyncIterator[Parcel]:
        """Fetch all images; what cannot be fetched is left out, what cannot be made is None. Entering never raises.

        The files are gone afterwards.
        """
        with ExitStack() as until_handed_out:
            try:
                folder = until_handed_out.enter_context(tempfile.TemporaryDirectory(prefix="bloom-parcel-"))
                async with self._turns:
                    parcel = await self._packed(Path(folder), results)
            except Exception:
                log.exception("the images of a batch could not be gathered")
                parcel = Parcel()
            yield parcel

    async def _packed(self, folder: Path, results: Sequence[RowResult]) -> Parcel:
        labels, pieces = laid_out(results)
        archive = Archive(folder / "images.zip", limit=self._limit, at=self._clock.now())
        sheet = ContactSheet(folder / "contact-sheet.jpg", self._program)
        try:
            await sheet.begin(labels)
            done = await self._fill(archive, sheet, pieces)
            log.info("the images of a batch are gathered", images=done[True], left_out=done[False])
            drawn = await sheet.finish() if done[True] else None
            return Parcel(archive.finish(), drawn)
        finally:
            archive.close()
            await sheet.close()

    async def _fill(self, archive: Archive, sheet: ContactSheet, pieces: Sequence[Piece]) -> Counter[bool]:
        """Put every image where it belongs, in their order; return how many came, and how many did not."""
        until = asyncio.get_running_loop().time() + self._patience
        waiting, done = deque(pieces), Counter[bool]()
        ahead = deque[tuple[Piece, asyncio.Task[PictureFile | None]]]()
        async with asyncio.TaskGroup() as group:
            while waiting or ahead:
                while waiting and len(ahead) < AT_ONCE:
                    piece = waiting.popleft()
                    if archive.is_open or piece.cell is not None:
                        ahead.append((piece, group.create_task(self._fetched(piece.url, until))))
                if ahead:
                    piece, fetching = ahead.popleft()
                    file = await fetching
                    done[file is not None] += 1
                    if file is not None:
                        await self._put(archive, sheet, piece, file)
        return done

    async def _put(self, archive: Archive, sheet: ContactSheet, piece: Piece, file: PictureFile) -> None:
        await archive.add(f"{piece.name}.{EXTENSIONS[file.mime_type]}", file.content)
        if piece.cell is not None and (picture := await self._drawable(file)) is not None:
            await sheet.add(piece.cell, picture)

    async def _fetched(self, url: str, until: float) -> PictureFile | None:
        if asyncio.get_running_loop().time() > until:
            return None
        try:
            return await after_pauses(self._clock, (PAUSE,), when=_may_pass)(self._files.fetch, url)
        except BloomError as trouble:
            log.warning("an image could not be gathered", reason=repr(trouble))
            return None

    async def _drawable(self, file: PictureFile) -> bytes | None:
        """Return pixels: a drawing that means harm ends the process that draws it, not the one with all the others."""
        if file.mime_type != SVG:
            return file.content
        try:
            return await self._converter.to_png(file.content, SVG)
        except PictureUnreadable as trouble:
            log.warning("an image could not be drawn", reason=str(trouble))
            return None


def laid_out(results: Sequence[RowResult]) -> tuple[list[str], list[Piece]]:
    """Return what stands in the cells of the contact sheet, and the images, both in the order of the rows."""
    shows_all = sum(max(1, len(_present(result))) for result in results) <= MOST_CELLS
    digits = max(3, *(len(str(result.row.number)) for result in results)) if results else 3
    labels: list[str] = []
    pieces: list[Piece] = []
    for result in results:
        number, present = result.row.number, _present(result)
        if not present:
            labels.append(f"{number}")
        for place, (position, url) in enumerate(present):
            is_shown = shows_all or place == 0
            name = _name(result, f"{number:0{digits}}", position)
            pieces.append(Piece(url, name, len(labels) if is_shown else None))
            if is_shown:
                labels.append(f"{number}.{position}" if shows_all and len(result.images) > 1 else f"{number}")
    return labels, pieces


def _present(result: RowResult) -> list[tuple[int, str]]:
    """Return the addresses of the images that nobody deleted, each with its position among all of the row."""
    images = enumerate((image for _, image in result.images), 1)
    return [(position, image.url) for position, image in images if image.url and image.deleted_by is None]


def _name(result: RowResult, number: str, position: int) -> str:
    """Return what an image's file is called: its row, which one of several, and what it is to show."""
    parts = (number, f"{position}" if len(result.images) > 1 else "", slug(result.row.parameters.prompt))
    return "-".join(filter(None, parts))


def _may_pass(trouble: BaseException) -> bool:
    return isinstance(trouble, BloomUnavailable)
