"""Connecting a workspace to a Bloom account by a key that is checked, sealed and never seen again."""

import logging
import re
from pathlib import Path

import pytest

from bot.logs import QUIETED
from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import View
from tests.scenarios.world import World, words

ACCOUNT = "GET /account"
UNKNOWN_KEY = "Bloom does not know this key. Copy it again from Bloom's settings."
OTHER_KEY = "bloom_sk_of-somebody-else-0123456789"


async def connect_form(world: World) -> View:
    answer = await world.mia.command("general", "/bloom", "connect")
    assert answer.ok
    return await world.mia.wait_for_view("connect")


async def enter(world: World, view: View, key: str, outcome: str) -> None:
    """Send a key and wait for what the view says then."""
    answer = await world.mia.submit(view, {"key": key})
    assert answer.ok
    await world.slack.wait_until(lambda: outcome in words(view))


def other_account(world: World, key: str = OTHER_KEY) -> None:
    """Open a second account at Bloom, with one brand."""
    account = world.bloom.state.add_account(key, "other@bloom.example")
    world.bloom.state.add_brand("Zephyr", "https://zephyr.example", workspace=account.personal)


async def test_form_says_where_the_key_is_and_what_it_does(unconnected: World) -> None:
    view = await connect_form(unconnected)
    assert "https://www.trybloom.ai/settings#api-keys" in words(view)
    assert "stored encrypted" in words(view)
    assert "replaces" not in words(view)
    assert view.definition["submit"]["text"] == "Connect"


async def test_key_that_works_shows_whose_it_is_and_makes_images(unconnected: World) -> None:
    view = await connect_form(unconnected)
    await enter(unconnected, view, f"  {SANDBOX_API_KEY}\t", "Connected as *you@sandbox.example*.")
    assert "submit" not in view.definition or not view.definition["submit"]
    await unconnected.mia.close_view(view)
    await unconnected.brands_known()
    await unconnected.sam.command("general", "/bloom", "a red bicycle --brand acme")
    assert (await unconnected.reply()).images


async def test_connection_outlives_a_restart(unconnected: World) -> None:
    await enter(unconnected, await connect_form(unconnected), SANDBOX_API_KEY, "Connected as")
    await unconnected.brands_known()
    await unconnected.restart()
    await unconnected.mia.command("general", "/bloom", "a red bicycle --brand acme")
    assert (await unconnected.reply()).images


@pytest.mark.parametrize("key", ["", "   ", "\t "])
async def test_no_key_is_told_at_the_field(unconnected: World, key: str) -> None:
    view = await connect_form(unconnected)
    await unconnected.mia.fill(view, key="x")
    view.form.put(("key", "key"), key or " ")
    answer = await unconnected.mia.submit(view)
    assert answer.errors == {"key": "Paste an API key from Bloom's settings."}
    assert not unconnected.bloom.count("GET", "/account")


@pytest.mark.parametrize("key", ["bloom_sk_wrong", "my key is bloom_sk_x", "ключ", "bloom_sk_„x“", "x" * 3000])
async def test_key_that_bloom_does_not_know_is_told_in_the_form_which_stays(unconnected: World, key: str) -> None:
    view = await connect_form(unconnected)
    await enter(unconnected, view, key, UNKNOWN_KEY)
    assert unconnected.mia.open_view is view
    assert view.form.value(("key", "key")) is None
    await enter(unconnected, view, SANDBOX_API_KEY, "Connected as *you@sandbox.example*.")


async def test_wrong_key_leaves_the_old_connection_alone(world: World) -> None:
    view = await connect_form(world)
    assert "This workspace is connected as *you@sandbox.example*. A new key replaces that connection." in words(view)
    await enter(world, view, "bloom_sk_wrong", UNKNOWN_KEY)
    await world.mia.close_view(view)
    await world.mia.command("general", "/bloom", "a red bicycle --brand acme")
    assert (await world.reply()).images


async def test_suspended_account_is_told_in_the_form(unconnected: World) -> None:
    unconnected.bloom.state.ban(SANDBOX_API_KEY)
    view = await connect_form(unconnected)
    await enter(unconnected, view, SANDBOX_API_KEY, "Bloom has suspended this account; only Bloom's support can help.")
    assert UNKNOWN_KEY not in words(view)


async def test_bloom_that_takes_eight_seconds_keeps_nobody_waiting_for_an_answer(world: World) -> None:
    other_account(world)
    held = world.bloom.faults.hold(ACCOUNT)
    view = await connect_form(world)
    answer = await world.mia.submit(view, {"key": OTHER_KEY})
    assert answer.ok
    assert "Asking Bloom whether the key works…" in words(view)
    still = await world.bot.core.connections.current(world.workspace_id)
    assert still is not None
    assert still.credential == SANDBOX_API_KEY
    held.release()
    await world.slack.wait_until(lambda: "Connected as *other@bloom.example*." in words(view))


async def test_bloom_down_is_told_in_the_form_which_stays(unconnected: World) -> None:
    unconnected.bloom.faults.drop(ACCOUNT, times=None)
    view = await connect_form(unconnected)
    await enter(unconnected, view, SANDBOX_API_KEY, "Bloom isn't answering right now; try again in a few minutes.")
    assert await unconnected.bot.core.connections.current(unconnected.workspace_id) is None
    unconnected.bloom.faults.clear()
    await enter(unconnected, view, SANDBOX_API_KEY, "Connected as")


async def test_view_closed_while_bloom_looks_connects_all_the_same(unconnected: World) -> None:
    held = unconnected.bloom.faults.hold(ACCOUNT)
    view = await connect_form(unconnected)
    await unconnected.mia.submit(view, {"key": SANDBOX_API_KEY})
    await unconnected.mia.close_view(view)
    held.release()
    (told,) = await unconnected.slack.wait_until(unconnected.mia.direct_messages)
    assert re.fullmatch(r"Bloom is connected as \S+@\S+\.", told.text)
    await unconnected.brands_known()
    assert len(unconnected.mia.direct_messages()) == 1


async def test_another_account_replaces_the_first_and_its_brands(world: World) -> None:
    other_account(world)
    held = world.bloom.faults.hold("GET /brands", times=1)
    world.clock.skip(61)
    form = await world.open_form()
    await world.mia.close_view(form)
    view = await connect_form(world)
    await enter(world, view, OTHER_KEY, "Connected as *other@bloom.example*.")
    await world.mia.close_view(view)
    held.release()
    form = await world.open_form()
    offered = await world.mia.load_options(form, "brand")
    assert [option["text"]["text"] for option in offered] == ["Zephyr"]
    await world.mia.submit(form, {"prompt": "a red bicycle"})
    assert "for *Zephyr*" in words(await world.reply())


def contents(folder: Path) -> dict[str, bytes]:
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    assert "bloom.db" in found
    return found


async def test_key_stands_nowhere_but_sealed_in_the_database(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in QUIETED:
        caplog.set_level(logging.WARNING, logger=name)
    other_account(world)
    for key, outcome in (("bloom_sk_wrong-0123456789", UNKNOWN_KEY), (OTHER_KEY, "Connected as")):
        view = await connect_form(world)
        await enter(world, view, key, outcome)
        await world.mia.close_view(view)
        await world.clock.sleep(1)
        told = [repr(world.slack.calls), repr(view.definition), caplog.text, "".join(capfd.readouterr())]
        assert not [text for text in told if key in text]
        assert not [name for name, content in contents(tmp_path).items() if key.encode() in content]
    connection = await world.bot.core.connections.current(world.workspace_id)
    assert connection is not None
    assert connection.credential == OTHER_KEY
    assert OTHER_KEY not in repr(connection)
