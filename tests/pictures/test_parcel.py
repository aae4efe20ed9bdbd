"""The images of a batch, gathered: what is in the ZIP, what is seen on the contact sheet, and that nothing stays."""

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image as Picture
from PIL import ImageChops

from bot.bloom import BloomFiles
from bot.core.models import (
    BatchRow,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageState,
    Parameters,
    Parcel,
    RowResult,
)
from bot.pictures.contact_sheet import ContactSheet
from bot.pictures.converter import Converter
from bot.pictures.packer import LARGEST, Packer, laid_out
from bot.pictures.sheet_layout import WIDEST, draw, grid_of
from tests.fakes.clock import EPOCH, SwiftClock
from tests.fakes.file_host import FileHost, file_host, picture


@pytest.fixture
async def host() -> AsyncIterator[FileHost]:
    async with file_host() as serving:
        yield serving


@pytest.fixture
async def files(host: FileHost) -> AsyncIterator[BloomFiles]:
    files = BloomFiles(host.root)
    yield files
    await files.aclose()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files, which is this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_in(folder: Path) -> list[str]:
    """Return the names of all files in it, and of folders with nothing in them."""
    return [path.name for path in folder.rglob("*") if not path.is_dir() or not any(path.iterdir())]


def has_children() -> bool:
    """Return whether a process of this one's is there still, be it a dead one that nobody has looked at."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def packer(files: BloomFiles, limit: int = LARGEST) -> Packer:
    return Packer(files, Converter(), SwiftClock(), limit=limit)


def a_row(number: int, *urls: str, prompt: str = "A red bicycle", deleted: Sequence[int] = ()) -> RowResult:
    """Return a row with images at these addresses; of those ``deleted``, counted from 1, only the record is left."""
    images = tuple(
        Image(f"i{place}", ImageState.COMPLETED, url=url, deleted_by="U1" if place in deleted else None)
        for place, url in enumerate(urls, 1)
    )
    parameters = Parameters(prompt=prompt, brand_id="b1")
    request = GenerationRequest(f"batch:1:{number}:1", "T1", "C1", "U1", parameters, "Acme")
    attempt = Generation(f"g{number}", request, GenerationState.DELIVERED, EPOCH, images=images)
    return RowResult(BatchRow(number=number, parameters=parameters, brand_name="Acme"), (attempt,))


def is_red(sheet: Picture.Image, cell: int, count: int, size: tuple[int, int] = (8, 4)) -> bool:
    """Return whether a red picture is seen in a cell, where all that there are have one size."""
    grid = grid_of(count, [size])
    left, top = grid.corner(cell)
    red, green, blue = sheet.getpixel((left + grid.width // 4, top + grid.height // 2))  # type: ignore[misc]
    return bool(red > 180 and green < 80 and blue < 80)


async def test_all_images_come_as_a_zip_in_row_order_and_on_one_sheet(host: FileHost, files: BloomFiles) -> None:
    rows = [
        a_row(2, host.url("a.png"), prompt="A red bicycle, by the sea!"),
        a_row(7, host.url("b.webp"), host.url("c.jpg"), host.url("d.avif"), prompt="赤い自転車", deleted=(2,)),
        a_row(9),
        a_row(1204, host.url("e.gif"), prompt="../../etc/passwd"),
    ]
    async with packer(files).pack(rows) as parcel:
        assert parcel.archive is not None
        assert parcel.sheet is not None
        with ZipFile(parcel.archive) as archive:
            names = ["0002-a-red-bicycle-by-the-sea.png", "0007-1-赤い自転車.webp", "0007-3-赤い自転車.avif"]
            assert archive.namelist() == [*names, "1204-etc-passwd.gif"]
            assert archive.read(names[1]) == picture("webp")
        with Picture.open(parcel.sheet) as sheet:
            assert [is_red(sheet, cell, 5) for cell in range(5)] == [True, True, True, False, True]
    assert all(host.gets(name) == 1 for name in ("a.png", "b.webp", "d.avif", "e.gif"))
    assert host.gets("c.jpg") == 0
    assert laid_out(rows)[0] == ["2", "7.1", "7.3", "9", "1204"]


async def test_what_is_no_good_is_an_empty_cell_and_what_was_away_is_asked_for_again(
    host: FileHost, files: BloomFiles
) -> None:
    host.statuses["/away.png"] = [503]
    host.statuses["/dead.png"] = [503, 503]
    host.statuses["/gone.png"] = [404]
    host.bodies["/broken.png"] = picture("png")[:40]
    names = ("away.png", "dead.png", "gone.png", "broken.png", "vector.svg", "late.png")
    async with packer(files).pack([a_row(place, host.url(name)) for place, name in enumerate(names, 2)]) as parcel:
        assert parcel.archive is not None
        assert parcel.sheet is not None
        with ZipFile(parcel.archive) as archive:
            kinds = ["002-a-red-bicycle.png", "005-a-red-bicycle.png", "006-a-red-bicycle.svg", "007-a-red-bicycle.png"]
            assert archive.namelist() == kinds
        with Picture.open(parcel.sheet) as sheet:
            size = (480, 240)  # as large as the vector is drawn
            assert not any(is_red(sheet, cell, 6, size) for cell in (1, 2, 3))
            assert is_red(sheet, 4, 6, size)
    assert (host.gets("away.png"), host.gets("dead.png"), host.gets("gone.png")) == (2, 2, 1)


async def test_more_than_slack_takes_is_no_archive_but_a_sheet(
    host: FileHost, files: BloomFiles, temporary: Path
) -> None:
    rows = [a_row(number, host.url("a.png"), host.url("b.png")) for number in (2, 3)]
    async with packer(files).pack(rows) as parcel:
        assert parcel.archive is not None
        size = parcel.archive.stat().st_size
    async with packer(files, limit=size).pack(rows) as parcel:
        assert parcel.archive is not None
    async with packer(files, limit=size - 1).pack(rows) as parcel:
        assert parcel.archive is None
        assert parcel.sheet is not None
        assert left_in(temporary) == ["contact-sheet.jpg"]


async def test_nothing_that_was_gathered_stays(host: FileHost, files: BloomFiles, temporary: Path) -> None:
    async def hand_out() -> None:
        async with packer(files).pack([a_row(2, host.url("a.png"))]) as parcel:
            assert parcel.archive is not None
            assert parcel.archive.parent.stat().st_mode & 0o777 == 0o700
            raise RuntimeError("Slack is away")

    with pytest.raises(RuntimeError, match="Slack is away"):
        await hand_out()
    assert left_in(temporary) == []


async def test_where_nothing_can_be_written_there_is_nothing_to_hand_out(
    host: FileHost, files: BloomFiles, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "nowhere"))
    async with packer(files).pack([a_row(2, host.url("a.png"))]) as parcel:
        assert parcel == Parcel()


async def test_who_stops_in_the_middle_leaves_neither_files_nor_a_process(
    host: FileHost, files: BloomFiles, temporary: Path
) -> None:
    host.held["/late.png"] = asyncio.Event()

    async def pack() -> None:
        async with packer(files).pack([a_row(2, host.url("a.png")), a_row(3, host.url("late.png"))]):
            raise AssertionError

    packing = asyncio.create_task(pack())
    while not host.gets("late.png"):
        await asyncio.sleep(0.005)
    packing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await packing
    host.held["/late.png"].set()
    assert left_in(temporary) == []
    assert not has_children()


@pytest.mark.parametrize(
    "program",
    ["import sys; sys.stdin.buffer.readline(); sys.exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
)
async def test_sheet_whose_process_dies_is_left_out(host: FileHost, files: BloomFiles, program: str) -> None:
    packer = Packer(files, Converter(), SwiftClock(), program=(sys.executable, "-c", program))
    host.bodies["/large.png"] = picture("png") + bytes(1 << 20)  # more than a pipe holds
    async with packer.pack([a_row(number, host.url("large.png")) for number in (2, 3)]) as parcel:
        assert parcel.sheet is None
        assert parcel.archive is not None


async def test_sheet_that_takes_too_long_is_left_out(tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path / "sheet.jpg", (sys.executable, "-c", "import time; time.sleep(30)"), patience=0.2)
    await sheet.begin(["2"])
    await sheet.add(0, bytes(1 << 20))
    assert await sheet.finish() is None
    absent = ContactSheet(tmp_path / "sheet.jpg", ("/nowhere/python",))
    await absent.begin(["2"])
    await absent.add(0, b"")
    assert await absent.finish() is None


def test_many_images_show_the_first_of_each_row_on_a_sheet_that_can_be_looked_at() -> None:
    labels, pieces = laid_out([a_row(number, *["https://bloom.test/a.png"] * 5) for number in range(2, 1002)])
    assert labels == [str(number) for number in range(2, 1002)]
    assert [piece.cell for piece in pieces[:6]] == [0, None, None, None, None, 1]
    for count in (1, 3, 120, 1000):
        for size in ((90, 50), (50, 90), (90, 90)):
            width, height = grid_of(count, [size]).size
            assert max(width, height) <= WIDEST


def test_sheet_says_which_row_is_which() -> None:
    """Two sheets that differ in one number differ under that cell alone."""
    red = {cell: Picture.open(io.BytesIO(picture("png", (200, 100)))) for cell in (0, 1)}
    one, other = draw(["2", "7.1"], red), draw(["2", "7.2"], red)
    grid = grid_of(2, [(200, 100)])
    left, top = grid.corner(1)
    differs = ImageChops.difference(one, other).getbbox()
    assert differs is not None
    assert differs[0] > left
    assert differs[1] > top + grid.height
