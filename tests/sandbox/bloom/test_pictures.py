"""The files: real pictures, at the size that was told, the same every time."""

import io

import httpx
import pytest
from PIL import Image

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.bloom.compositions import Composer, contrast
from bot.sandbox.bloom.images import ASPECT_RATIOS, FileFormat, dimensions
from bot.sandbox.bloom.pictures import Pictures
from bot.sandbox.bloom.posters import Poster, draw, lines
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import data, finished, generate

COLORS = ("#E4572E", "#17213A", "#FFC914", "#F7F3EA", "#2E86AB")
NOBODY = "00000000-0000-4000-8000-000000000000"


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return picture


async def test_short_address_redirects_to_a_file_of_the_told_size(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    image = await data(http, f"/images/{await finished(http, clock, acme, aspectRatio='21:9')}")
    async with httpx.AsyncClient(base_url=bloom.site_url, verify=False) as anyone:
        redirect = await anyone.get(image["imageUrl"])
        assert (redirect.status_code, redirect.headers["location"]) == (302, f"/cdn/{image['id']}.png")
        file = await anyone.get(redirect.headers["location"])
    assert file.headers["content-type"] == "image/png"
    assert opened(file.content).size == (image["width"], image["height"])


@pytest.mark.parametrize(
    ("file_format", "mime", "extension"),
    [("JPEG", "image/jpeg", "jpg"), ("WEBP", "image/webp", "webp"), ("AVIF", "image/avif", "avif")],
)
async def test_files_can_have_other_formats(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str,
    file_format: FileFormat, mime: str, extension: str,
) -> None:  # fmt: skip
    bloom.state.studio.file_format = file_format
    image = await finished(http, clock, acme)
    file = await http.get(f"{bloom.site_url}/img/{image}", follow_redirects=True)
    assert file.url.path.endswith(extension)
    assert file.headers["content-type"] == mime
    assert opened(file.content).format == file_format


@pytest.mark.parametrize(
    ("prompt", "mime"),
    [
        ("a fox as a WebP", "image/webp"),
        ("a fox as an AVIF, please", "image/avif"),
        ("a fox as an SVG", "image/svg+xml"),
        ("a fox as a jpg", "image/jpeg"),
        ("as a webp, or rather as a PNG", "image/png"),
        ("a fox as a webpage", "image/png"),
    ],
)
async def test_words_in_a_prompt_name_the_kind_of_file(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str, prompt: str, mime: str
) -> None:
    image = await finished(http, clock, acme, prompt=prompt)
    file = await http.get(f"{bloom.site_url}/img/{image}", follow_redirects=True)
    assert file.headers["content-type"] == mime


async def test_deleted_image_takes_its_file_along(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    image = await finished(http, clock, acme)
    files = [f"{bloom.site_url}/img/{image}", f"{bloom.site_url}/cdn/{image}.png"]
    assert [(await http.get(file)).status_code for file in files] == [302, 200]
    await http.delete(f"/images/{image}")
    assert [(await http.get(file)).status_code for file in files] == [404, 404]


async def test_address_can_be_absolute(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.spelling.absolute_urls = True
    image = await finished(http, clock, acme)
    assert (await data(http, f"/images/{image}"))["imageUrl"] == f"{bloom.site_url}/img/{image}"


async def test_what_does_not_exist_yet_is_not_found(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    pending = (await generate(http, acme))[0]
    for path in (f"/img/{pending}", f"/cdn/{pending}.png", f"/img/{NOBODY}", "/cdn/x.png", "/cdn/logos/x.png", "/"):
        assert (await http.get(bloom.site_url + path)).status_code == 404


async def test_extension_has_to_be_the_files(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    image = await finished(http, clock, acme)
    assert (await http.get(f"{bloom.site_url}/cdn/{image}.jpg")).status_code == 404


@pytest.mark.parametrize("ratio", ASPECT_RATIOS)
def test_every_ratio_is_drawn_at_its_size(ratio: str) -> None:
    width, height = dimensions(ratio, 256)  # type: ignore[arg-type]
    poster = Poster("seed", width, height, COLORS, "Acme", "A red fox in the snow, looking back")
    assert opened(draw(poster, "PNG")).size == (width, height)
    assert max(width, height) == 256


@pytest.mark.parametrize("seed", range(12))
def test_shapes_are_polygons_in_the_brands_light(seed: int) -> None:
    composition = Composer(str(seed), COLORS, 1.5).compose()
    assert contrast(composition.ink, composition.paper) >= 4.5
    assert all(len(shape.points) >= 3 and 0 < shape.opacity <= 1 for shape in composition.shapes)


def test_seeds_give_different_pictures_and_the_same_seed_the_same() -> None:
    files = [draw(Poster(seed, 200, 150, COLORS, "Acme", "Fox"), "PNG") for seed in "aabcdefgh"]
    assert files[0] == files[1]
    assert len(set(files)) == 8


@pytest.mark.parametrize("caption", ["", "word " * 400, "x" * 2000, "émoji 🦊 漢字", "\n\t"])
def test_any_prompt_can_be_set(caption: str) -> None:
    for size in ((300, 300), (420, 180), (120, 120)):
        poster = Poster("seed", *size, COLORS, "A brand whose name is long beyond reason", caption)
        assert opened(draw(poster, "JPEG")).size == size


def test_words_stay_on_their_panel() -> None:
    poster = Poster("seed", 1024, 439, COLORS, "Acme", "Announce the cold brew, twelve hours slow, in all nine shops")
    left, top, right, bottom = poster.panel
    for line in lines(poster, poster.composition):
        assert left < line.x < right
        assert top < line.y < line.y + line.size < bottom


async def test_cache_is_bounded_and_draws_once(bloom: BloomStandIn) -> None:
    pictures = Pictures(kept=2)
    images = list(bloom.state.gallery.of(bloom.state.account))[:3]
    drawn = [await pictures.of(image) for image in images]
    assert len(pictures) == 2
    assert await pictures.of(images[2]) is drawn[2]
