"""`/bloom` with words behind it: an image at once, or what is wrong, told to the one who typed."""

from typing import Any

import pytest

from bot.sandbox.slack import Message
from tests.scenarios.world import World, shows, words

FLAGS = "The flags are --brand, --ar, --size, --model, --n and --preview."
RATIOS = "1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9 or any"


def typed_in(message: Message) -> str:
    """Return the command that a message gives back to be corrected, to the letter."""
    (block,) = [block for block in message.blocks if block["type"] == "rich_text" and _is_code(block)]
    return str(block["elements"][0]["elements"][0]["text"])


def _is_code(block: dict[str, Any]) -> bool:
    return bool(block["elements"][0]["type"] == "rich_text_preformatted")


async def whispered(world: World, text: str) -> Message:
    """Type a command that goes wrong and return what only Mia sees."""
    answer = await world.mia.command("general", "/bloom", text)
    assert answer.ok
    (message,) = world.mia.ephemerals
    assert not world.sam.ephemerals
    assert not world.posted()
    assert not world.bloom.count("POST", "/images/generations")
    return message


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("a red bicycle --brand Acme", {}),
        ("--brand ACME a red bicycle", {}),
        ("a red --brand acme.com bicycle", {}),
        ("a red bicycle —brand “Acme” –ar 16x9 --n=3", {"aspectRatio": "16:9", "variantCount": 3}),
        ("a red bicycle --model FAST --brand 'Acme' --n 2", {"model": "fast", "variantCount": 2}),
        ("a red bicycle --brand Acme --size 4k", {"imageSize": "4K"}),
        ("a red bicycle --brand Acme --ar any", {}),
    ],
)
async def test_prompt_and_flags_make_the_image_at_once(http_world: World, text: str, sent: dict[str, Any]) -> None:
    http_world.bloom.state.account.plan_4k = True
    answer = await http_world.mia.command("general", "/bloom", text)
    assert answer.ok
    assert not answer.body
    await http_world.reply()
    (record,) = http_world.bloom.requests.matching("POST", "/images/generations")
    asked = {key: value for key, value in record.body.items() if key != "brandSessionId"}
    defaults = {"prompt": "a red bicycle", "model": "pro", "imageSize": "2K", "variantCount": 1}
    assert asked == defaults | sent


async def test_preview_is_announced_where_it_was_asked_for_and_to_nobody_else(world: World) -> None:
    await world.mia.command("general", "/bloom", "a red bicycle --brand Acme --preview")
    (told,) = world.mia.ephemerals
    assert "I'll bring it to you by direct message first." in words(told)
    assert not world.sam.ephemerals
    assert not world.posted()


async def test_only_ready_brand_needs_no_flag(world: World) -> None:
    state = world.bloom.state
    for brand in state.brands.of(state.account):
        if brand.status == "ready" and brand.name != "Acme":
            state.brands.remove(brand)
    await world.look_at_brands()
    answer = await world.mia.command("general", "/bloom", "a red bicycle --ar 4:5")
    assert answer.ok
    assert "for *Acme*" in words(await world.reply())


async def test_several_ready_brands_open_the_form_filled_in(world: World) -> None:
    answer = await world.mia.command(
        "general", "/bloom", "a red & <blue> bicycle --ar 16:9 --size 4K --model fast --n 3"
    )
    assert answer.ok
    view = await world.mia.wait_for_view("generate")
    values = {block: next(iter(entry.values())) for block, entry in view.values.items()}
    assert values["prompt"]["value"] == "a red & <blue> bicycle"
    assert values["brand"]["selected_option"] is None
    chosen = {field: values[field]["selected_option"]["value"] for field in ("size", "model", "variants")}
    assert [option["value"] for option in values["ratio"]["selected_options"]] == ["16:9"]
    assert chosen == {"size": "4K", "model": "fast", "variants": "3"}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("--brand nope", "No brand is called “nope”. Choose one."),
        ("--brand <!here>", "No brand is called “&lt;!here&gt;”. Choose one."),
    ],
)
async def test_form_says_when_it_does_not_know_the_brand_of_the_flag(http_world: World, text: str, note: str) -> None:
    view = await http_world.open_form(text=text)
    assert note in words(view)


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (
            "--ratoi 16:9",
            f"“--ratoi” isn't a flag; did you mean --ar? {FLAGS}",
        ),
        ("--colour red", f"“--colour” isn't a flag. {FLAGS}"),
        ("--ar 7:3", f"--ar takes {RATIOS}, not “7:3”"),
        ("--size 8K", "--size takes 2K or 4K, not “8K”"),
        ("--model best", "--model takes fast, standard or pro, not “best”"),
        ("--n 6", "--n takes 1, 2, 3, 4 or 5, not “6”"),
        ("--n", "--n takes 1, 2, 3, 4 or 5; it has no value."),
        ("--brand", 'Put a name after --brand, for example --brand "Acme Corp".'),
        ("--n 2 --n 3", "--n is given more than once; keep one."),
        ("--brand “Acme", "The quotation after --brand isn't closed."),
        ("x" * 2000, "The prompt has 2,014 characters; Bloom takes 2,000 at most."),
        ("--ar <b>&", "not “&lt;b&gt;&amp;”"),
    ],
)
async def test_what_is_wrong_is_told_with_what_is_valid_and_what_was_typed(
    http_world: World, flags: str, problem: str
) -> None:
    message = await whispered(http_world, f"a red bicycle {flags}")
    assert problem in words(message) or problem in message.text
    assert typed_in(message) == f"/bloom a red bicycle {flags}"


async def test_everything_wrong_is_told_at_once(world: World) -> None:
    message = await whispered(world, "a red bicycle --ar 7:3 --size 8K --n 9")
    assert all(f"--{flag} takes" in words(message) for flag in ("ar", "size", "n"))


@pytest.mark.parametrize(
    ("brand", "sentence"),
    [
        ("Acne", "No brand is called “Acne”. Did you mean *Acme*?"),
        ("zzz", "No brand is called “zzz”."),
        ("fernweh", "Fernweh Travel is still being analyzed by Bloom; try again in a few minutes."),
        ("paper", "Paperplane needs a logo before Bloom can draw for it; /bloom brands is where it gets one."),
        ("Old", "Bloom could not set up Old Harbor; /bloom brands says what is wrong."),
    ],
)
async def test_brand_that_cannot_be_meant_is_told_with_what_was_typed(
    http_world: World, brand: str, sentence: str
) -> None:
    message = await whispered(http_world, f"bread & <butter> --brand {brand}")
    assert words(message).startswith(sentence)
    assert typed_in(message) == f"/bloom bread & <butter> --brand {brand}"


async def test_unknown_brand_names_the_brands_and_their_states(world: World) -> None:
    told = words(await whispered(world, "a red bicycle --brand zzz"))
    for name in ("Acme", "Northwind Coffee", "Lumen Labs", "Fernweh Travel (still being analyzed)"):
        assert name in told.splitlines()


async def test_ambiguous_brand_names_those_it_can_be_and_each_name_works(http_world: World) -> None:
    http_world.bloom.state.add_brand("Acme", "https://acme.org")
    http_world.bloom.state.add_brand("Acme Kids", "https://kids.acme.com")
    await http_world.look_at_brands()
    message = await whispered(http_world, "a red bicycle --brand acme")
    assert words(message).startswith("“acme” can be any of 2 brands.")
    told = words(message).splitlines()
    assert "Acme Kids" not in told
    assert {"Acme · acme.com", "Acme · acme.org"} <= set(told)
    await http_world.mia.command("general", "/bloom", 'a red bicycle --brand "Acme · acme.org"')
    await http_world.reply()


@pytest.mark.parametrize("text", ["help", "HELP", " help ", "--help"])
async def test_help_teaches_everything_and_leads_to_the_form(http_world: World, text: str) -> None:
    await http_world.mia.command("general", "/bloom", text)
    (message,) = http_world.mia.ephemerals
    for taught in ("--brand", "--ar", "--size", "--model", "--n", "/bloom connect", "21:9", "4K", "2,000 characters"):
        assert taught in words(message)
    await http_world.mia.click(message, "Make an image")
    view = await http_world.mia.wait_for_view("generate")
    assert not shows(view, "channel")
    await http_world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme"})
    assert (await http_world.reply()).images


async def test_sentence_that_begins_with_help_is_a_prompt(http_world: World) -> None:
    await http_world.mia.command("general", "/bloom", "help wanted poster --brand acme")
    assert "help wanted poster" in words(await http_world.reply())


@pytest.mark.parametrize("text", ["a red bicycle & <tea> --n 3", "--ar 16:9", ""])
async def test_before_bloom_is_connected_what_was_typed_is_kept_beside_the_way_to_connect(
    unconnected: World, text: str
) -> None:
    answer = await unconnected.mia.command("general", "/bloom", text)
    assert answer.ok
    (message,) = unconnected.mia.ephemerals
    assert words(message).startswith("Bloom isn't connected to this workspace yet.")
    assert message.buttons == ["Connect Bloom"]
    if text:
        assert typed_in(message) == f"/bloom {text}"
    await unconnected.mia.click(message, "Connect Bloom")
    assert (await unconnected.mia.wait_for_view()).callback_id == "connect"


async def test_before_bloom_is_connected_help_still_helps_and_its_button_leads_to_connecting(
    unconnected: World,
) -> None:
    await unconnected.mia.command("general", "/bloom", "help")
    (message,) = unconnected.mia.ephemerals
    await unconnected.mia.click(message, "Make an image")
    assert (await unconnected.mia.wait_for_view()).callback_id == "connect"


async def test_fault_of_our_own_is_told_with_a_reference_and_nothing_is_lost(
    http_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(http_world.bot.core.brands, "known", broken)
    answer = await http_world.mia.command("general", "/bloom", "a red bicycle --brand acme")
    assert answer.ok
    (message,) = http_world.mia.ephemerals
    assert "Something went wrong on my side." in words(message)
    assert "reference: " in words(message)
    assert "ZeroDivision" not in words(message)
