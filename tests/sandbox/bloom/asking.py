"""What these tests ask again and again, in a word."""

import asyncio
import io
from typing import Any

import httpx
from PIL import Image

from bot.sandbox.bloom import BloomStandIn
from tests.fakes.clock import ManualClock

LONG_ENOUGH = 4.0
"""Seconds after which every image of these tests is done."""


def client(bloom: BloomStandIn, headers: dict[str, str]) -> httpx.AsyncClient:
    """Return a client; nothing is encrypted on loopback, so no certificates are loaded."""
    return httpx.AsyncClient(base_url=bloom.api_url, headers=headers, verify=False)


def picture(
    file_format: str = "PNG", size: tuple[int, int] = (300, 200), colour: str | tuple[int, ...] = "teal"
) -> bytes:
    """Return a picture's file."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, file_format)
    return file.getvalue()


def code_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return response.status_code, response.json()["code"]


async def generate(http: httpx.AsyncClient, brand: str, prompt: str = "A red fox", **more: Any) -> list[str]:
    """Order images and return their ids."""
    order = {"prompt": prompt, "brandSessionId": brand, **more}
    response = await http.post("/images/generations", json=order)
    assert response.status_code == 202, response.text
    ids: list[str] = response.json()["data"]["ids"]
    return ids


async def finished(http: httpx.AsyncClient, clock: ManualClock, brand: str, **more: Any) -> str:
    """Order an image, let it be done and return its id."""
    ids = await generate(http, brand, **more)
    await clock.advance(LONG_ENOUGH)
    return ids[0]


async def data(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    """Return what a GET answers."""
    response = await http.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def held(bloom: BloomStandIn, http: httpx.AsyncClient, path: str, **query: Any) -> asyncio.Task[Any]:
    """Send a GET that waits, and return once the stand-in holds it."""
    before = bloom.held
    task = asyncio.create_task(data(http, path, wait="true", **query))
    await bloom.until_held(before + 1)
    return task


async def balance(http: httpx.AsyncClient) -> int:
    """Return the credits that are left."""
    left: int = (await data(http, "/credits"))["balance"]
    return left
