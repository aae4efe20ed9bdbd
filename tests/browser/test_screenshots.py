"""The README's pictures can be taken anew."""

from pathlib import Path

from PIL import Image
from playwright.async_api import Browser

from tests.browser.screenshots import PICTURES, SIZE, take


async def test_pictures_of_the_readme_are_taken_and_small(browser: Browser, tmp_path: Path) -> None:
    await take(browser, tmp_path)
    for name in PICTURES:
        path = tmp_path / f"{name}.png"
        with Image.open(path) as picture:
            assert picture.size == SIZE
            assert len(picture.getcolors() or ()) > 20, "an empty page has fewer colours"
        assert path.stat().st_size < 150_000
