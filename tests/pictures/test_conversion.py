"""Any picture becomes one that Slack shows, and none does harm."""

import asyncio
import base64
import io
import os
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from bot.pictures import conversion
from bot.pictures.conversion import LONGEST_SIDE, png_of
from bot.pictures.converter import Converter, PictureUnreadable
from bot.pictures.kinds import kind_of
from tests.fakes.file_host import SVG, TYPES, picture


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png), formats=["PNG"])
    image.load()
    return image


@pytest.mark.parametrize("kind", TYPES)
def test_kind_is_told_by_the_content(kind: str) -> None:
    assert kind_of(picture(kind)) == TYPES[kind]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'<?xml version="1.0"?>\n<!-- by hand -->\n' + SVG, "image/svg+xml"),
        (b'\xef\xbb\xbf<s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"<html><svg></svg></html>", None),
        (b"GIF", None),
        (b"", None),
        (b"%PDF-1.7", None),
    ],
)
def test_what_is_no_picture_has_no_kind(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize("kind", TYPES)
async def test_every_kind_becomes_a_png_in_a_process_of_its_own(kind: str) -> None:
    image = opened(await Converter().to_png(picture(kind), TYPES[kind]))
    red, green, blue = image.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


@pytest.mark.parametrize("kind", ["webp", "avif", "png"])
def test_what_is_transparent_stays_transparent(kind: str) -> None:
    image = opened(png_of(picture(kind, mode="RGBA"), TYPES[kind]))
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert opened(png_of(picture(kind), TYPES[kind])).mode == "RGB"


def test_vector_is_drawn_large_and_its_ground_is_transparent() -> None:
    image = opened(png_of(SVG, TYPES["svg"]))
    assert image.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert image.getpixel((LONGEST_SIDE - 1, 0)) == (0, 0, 0, 0)


def test_large_picture_becomes_as_large_as_slack_shows() -> None:
    assert opened(png_of(picture("webp", (4096, 1000)), TYPES["webp"])).size == (2048, 500)


def test_picture_of_too_many_pixels_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "MOST_PIXELS", 31)
    with pytest.raises(ValueError, match="too many"):
        png_of(picture("webp"), TYPES["webp"])


@pytest.mark.parametrize("address", ["{path}", "file://{path}", "{name}", " {path}"])
@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
def test_vector_shows_no_file_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, attribute: str
) -> None:
    (tmp_path / "secret.png").write_bytes(picture("png"))
    monkeypatch.chdir(tmp_path)
    href = address.format(path=tmp_path / "secret.png", name="secret.png")
    assert drawn(attribute, href).getpixel((9, 9)) == (0, 0, 0, 0)


def test_vector_shows_what_is_written_out_in_it() -> None:
    within = f"data:image/png;base64,{base64.b64encode(picture('png', (4, 4))).decode()}"
    assert drawn("href", within).getpixel((9, 9)) == (255, 0, 0, 255)


def drawn(attribute: str, href: str) -> Image.Image:
    """Return a vector that is nothing but a picture at an address."""
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    within = f'<image width="20" height="20" {attribute}="{href}"/>'
    return opened(png_of(f'<svg {names} width="20" height="20">{within}</svg>'.encode(), TYPES["svg"]))


def multiplying() -> bytes:
    """Return a vector of some hundred bytes that would be billions once it is read."""
    one = "&a{};"
    entities = "".join(f'<!ENTITY a{number} "{one.format(number - 1) * 10}">' for number in range(1, 10))
    start = f'<!DOCTYPE svg [<!ENTITY a0 "lol">{entities}]>'
    return f'{start}<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&a9;</text></svg>'.encode()


def nested() -> bytes:
    """Return a vector that draws the same thing a hundred million times."""
    use = "<use href='#u{}'/>"
    groups = "".join(f'<g id="u{number}">{use.format(number - 1) * 10}</g>' for number in range(1, 9))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="u0"/>{groups}</svg>'.encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (multiplying(), "svg"),
        (nested(), "svg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>', "svg"),
        (b"<svg", "svg"),
        (b"RIFF0000WEBPnothing", "webp"),
        (picture("png")[:40], "png"),
        (b"", "png"),
    ],
)
async def test_what_cannot_be_read_is_refused(content: bytes, kind: str) -> None:
    with pytest.raises(PictureUnreadable):
        await Converter().to_png(content, TYPES[kind])


async def test_loop_goes_on_while_a_picture_is_converted() -> None:
    work = asyncio.create_task(Converter().to_png(picture("webp", (3000, 3000)), TYPES["webp"]))
    longest, before = 0.0, time.perf_counter()
    while not work.done():
        await asyncio.sleep(0.005)
        longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
    assert opened(await work).size == (2048, 2048)
    assert longest < 0.5


async def test_process_is_told_no_secret_and_ended_when_it_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    tell = "import os, sys; sys.stdin.read(); print(os.environ)"
    assert b"xoxb" not in await Converter((sys.executable, "-c", tell)).to_png(b"", "image/png")
    note = tmp_path / "pid"
    stay = f"import os, pathlib, time; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(30)"
    with pytest.raises(PictureUnreadable):
        await Converter((sys.executable, "-c", stay), patience=0.5).to_png(b"", "image/png")
    if note.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(note.read_text()), 0)


async def test_program_that_is_not_there_converts_nothing() -> None:
    with pytest.raises(PictureUnreadable):
        await Converter(("/nowhere/python",)).to_png(b"", "image/png")
