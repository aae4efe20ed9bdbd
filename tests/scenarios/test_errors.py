"""Every refusal of Bloom's, as the people in the thread meet it: one sentence, the prompt, and a button that helps."""

import asyncio

import pytest

from bot.core.models import Generation
from bot.sandbox.slack import Message
from tests.scenarios.world import World, words

GENERATIONS = "POST /images/generations"
PROMPT = "a red & <blue> bicycle"
TRY_AGAIN, EDIT, CONNECT = "Try again", "Edit and try again", "Connect Bloom"
BRAND_GONE = "Bloom doesn't know Acme in this account any more; choose another brand."

REFUSALS: list[tuple[str, str, list[str]]] = [
    ("UNAUTHORIZED", "Bloom doesn't accept this workspace's connection any more; connect again.", [CONNECT, TRY_AGAIN]),
    (
        "INSUFFICIENT_CREDITS",
        "This takes 1 credit and fewer are left at Bloom; nothing was charged.",
        ["Top up", TRY_AGAIN],
    ),
    (
        "PAYMENT_REQUIRED",
        "Your Bloom subscription is paused until a payment is completed; nothing was charged.",
        ["Complete payment", TRY_AGAIN],
    ),
    ("FORBIDDEN", "Your Bloom plan doesn't include this.", ["See plans", EDIT]),
    ("FEATURE_NOT_ENTITLED", "Your Bloom plan doesn't include this.", ["See plans", EDIT]),
    ("ACCOUNT_BANNED", "Bloom has suspended this account; only Bloom's support can help.", ["Contact Bloom"]),
    ("BRAND_NOT_FOUND", BRAND_GONE, [EDIT]),
    ("SESSION_NOT_FOUND", BRAND_GONE, [EDIT]),
    ("IMAGE_NOT_FOUND", "That image isn't at Bloom any more; it may have been deleted.", [EDIT]),
    ("REFERENCE_IMAGE_NOT_FOUND", "A reference image isn't at Bloom any more; choose another.", [EDIT]),
    ("EDIT_SUBJECT_NOT_FOUND", "The image to edit isn't at Bloom any more; choose another.", [EDIT]),
    (
        "WORKSPACE_NOT_FOUND",
        "That Bloom workspace is gone, or this account isn't in it any more.",
        [CONNECT],
    ),
    (
        "BRAND_NOT_READY",
        "Bloom can't draw for Acme yet: it is still being analyzed, needs a logo, or could not be set up.",
        [TRY_AGAIN, EDIT],
    ),
    (
        "SESSION_MISSING_BRAND_IMAGE",
        "Bloom hasn't finished setting up Acme; /bloom brands says how it stands.",
        [TRY_AGAIN, EDIT],
    ),
    ("INVALID_URL", "Bloom can't open that address; check that it is right and public.", [EDIT]),
    ("INVALID_LOGO", "Bloom can't use that logo; try another file: PNG, JPEG, WebP, AVIF or SVG.", [EDIT]),
    ("DOWNLOAD_FAILED", "Bloom couldn't download that image; check that anyone can open its link.", [EDIT]),
    ("FILE_TOO_LARGE", "That file is too large; Bloom takes up to 10 MB.", [EDIT]),
    ("IMAGE_TOO_SMALL", "That image is too small to be turned into a vector; choose a larger one.", [EDIT]),
    ("UNSUPPORTED_FORMAT", "Bloom can't read that file; use PNG, JPEG, WebP or AVIF.", [EDIT]),
    ("IMAGE_NOT_COMPLETED", "That image isn't finished yet; try again when it is.", [TRY_AGAIN]),
    ("IMAGE_NOT_RESIZABLE", "Vector images can't be resized; choose one made of pixels.", []),
    ("IMAGE_NOT_VECTORIZABLE", "That image is a vector already.", []),
    (
        "IMAGE_NOT_REMOVABLE_BACKGROUND",
        "Vector images have no background to remove; choose one made of pixels.",
        [],
    ),
    ("SAME_ASPECT_RATIO", "That image has this shape already; choose another shape.", [EDIT]),
    (
        "REFERENCE_LIMIT_EXCEEDED",
        "That's too many reference images: Bloom takes 10, and 9 for an edit.",
        [EDIT],
    ),
    ("BAD_REQUEST", "Bloom refused this with an error I don't know (BAD_REQUEST).", [TRY_AGAIN, EDIT]),
]


async def failed(world: World, text: str = PROMPT) -> Message:
    """Ask for an image that Bloom will refuse, and return the reply that says so."""
    answer = await world.mia.command("general", "/bloom", f"{text} --brand Acme")
    assert answer.ok
    reply = await world.reply()
    assert not reply.images
    return reply


async def again(world: World, reply: Message, button: str) -> Message:
    """Press a button that starts over and return the last word in the thread."""
    answer = await world.mia.click(reply, button)
    assert answer.ok
    *_, request, last = await world.replies(count=3)
    await world.slack.wait_until(lambda: request.edited)
    assert {message.thread_ts for message in world.posted() if message.is_reply} == {reply.thread_ts}
    return last


def url_of(message: Message, button: str) -> str:
    return next(str(control.element["url"]) for control in message.controls if control.label == button)


@pytest.mark.parametrize(("code", "sentence", "buttons"), REFUSALS, ids=[code for code, *_ in REFUSALS])
async def test_refusal_becomes_a_sentence_and_the_next_step(
    http_world: World, code: str, sentence: str, buttons: list[str]
) -> None:
    http_world.bloom.faults.next(code, path=GENERATIONS)
    reply = await failed(http_world)
    request = http_world.posted()[0]
    headline, prompt, *_ = words(reply).splitlines()
    assert headline == f"<@{http_world.mia.id}> I couldn't make an image for *Acme*. {sentence}"
    assert prompt == PROMPT
    assert reply.buttons == buttons
    assert reply.thread_ts == request.ts
    assert words(request).startswith(f"<@{http_world.mia.id}> couldn't get an image for *Acme*; see the thread.")
    assert http_world.bloom.count("POST", "/images/generations") == 1


@pytest.mark.parametrize("style", ["openapi", "guide"])
async def test_top_up_leads_to_the_address_that_bloom_gives(
    world: World, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.bloom.errors.ACTION_URL", "https://pay.example/top-up?for=acme&n=1")
    monkeypatch.setattr(world.bloom.spelling, "error_style", style)
    world.bloom.state.account.personal.credits = 0
    reply = await failed(world)
    assert url_of(reply, "Top up") == "https://pay.example/top-up?for=acme&n=1"
    assert (await world.mia.click(reply, "Top up")).ok
    world.bloom.state.account.personal.credits = 5
    assert (await again(world, reply, TRY_AGAIN)).images


async def test_4k_beyond_the_plan_is_made_in_2k_in_the_same_thread(world: World) -> None:
    reply = await failed(world, f"{PROMPT} --size 4K --ar 3:2")
    assert "Your Bloom plan doesn't include 4K; nothing was charged." in words(reply)
    assert reply.buttons == ["Make it in 2K", "See plans"]
    made = await again(world, reply, "Make it in 2K")
    assert len(made.images) == 1
    assert "3:2 · pro · 2K · 1 credit" in words(made)


async def test_prompt_that_is_not_safe_for_one_model_is_made_with_the_standard_one(world: World) -> None:
    reply = await failed(world, "forbidden fruit --model fast")
    assert "Bloom's safety check stopped this; try the standard model or other words." in words(reply)
    assert reply.buttons == ["Try the standard model", EDIT]
    assert "standard" in words(await again(world, reply, "Try the standard model"))


async def test_standard_model_that_refuses_is_not_offered_again(http_world: World) -> None:
    http_world.bloom.faults.fail_next_image("content_safety")
    reply = await failed(http_world, "a fruit --model standard")
    assert "Bloom's safety check stopped this; try other words." in words(reply)
    assert reply.buttons == [EDIT]


async def test_bloom_that_was_too_busy_is_asked_again(world: World) -> None:
    world.bloom.faults.fail_next_image("rate_limited", times=2)
    reply = await failed(world, f"{PROMPT} --n 2")
    assert "Bloom was too busy to finish this; try again in a few minutes." in words(reply)
    assert reply.buttons == [TRY_AGAIN]
    assert len((await again(world, reply, TRY_AGAIN)).images) == 2


async def test_edit_opens_the_form_with_everything_and_goes_on_in_the_thread(world: World) -> None:
    world.bloom.faults.next("REFERENCE_LIMIT_EXCEEDED", path=GENERATIONS)
    reply = await failed(world, f"{PROMPT} --ar 21:9 --model standard --size 4K --n 2")
    await world.mia.click(reply, EDIT)
    view = await world.mia.wait_for_view("generate")
    values = {block: next(iter(entry.values())) for block, entry in view.values.items()}
    chosen = {
        field: entry["selected_option"]["text"]["text"] for field, entry in values.items() if "selected_option" in entry
    }
    assert [shape["text"]["text"] for shape in values["ratio"]["selected_options"]] == ["21:9 · cinema"]
    assert values["prompt"]["value"] == PROMPT
    assert chosen == {
        "brand": "Acme",
        "model": "Standard · balanced",
        "size": "4K · 2 credits an image",
        "variants": "2 images",
    }
    await world.mia.submit(view, {"prompt": "a green bicycle", "size": "2K"})
    *_, made = await world.replies(count=3)
    assert len(made.images) == 2
    assert made.thread_ts == reply.thread_ts


async def test_connect_under_a_refusal_leads_to_a_key_that_works(world: World) -> None:
    world.bloom.state.revoke("bloom_sk_sandbox")
    reply = await failed(world)
    assert "connect again" in words(reply)
    world.bloom.state.accounts.add_key("bloom_sk_sandbox", "bloom_sk_new")
    await world.mia.click(reply, CONNECT)
    view = await world.mia.wait_for_view("connect")
    await world.mia.submit(view, {"key": "bloom_sk_new"})
    await world.slack.wait_until(lambda: "Connected as" in words(view) and "replaces" not in words(view))
    assert (await again(world, reply, TRY_AGAIN)).images


async def test_bloom_that_stays_away_is_told_after_ten_minutes_and_not_paid_twice(http_world: World) -> None:
    http_world.bloom.faults.next("INTERNAL_SERVER_ERROR", path=GENERATIONS, times=None)
    await http_world.mia.command("general", "/bloom", f"{PROMPT} --brand Acme")
    await http_world.slack.wait_until(lambda: http_world.bloom.count("GET", "/images"))
    http_world.clock.skip(700)
    reply = await http_world.reply()
    assert "Bloom isn't answering right now; try again in a few minutes." in words(reply)
    assert reply.buttons == [TRY_AGAIN]
    http_world.bloom.faults.clear()
    http_world.clock.skip(60)
    await http_world.mia.click(reply, TRY_AGAIN)
    *_, made = await http_world.replies(count=2)
    assert made.images
    assert http_world.generations_paid == 1


async def test_image_that_took_too_long_is_fetched_again_not_paid_again(http_world: World) -> None:
    http_world.bloom.state.studio.generation_seconds = (2000, 2000)
    http_world.bloom.faults.cut_held_after(1)
    await http_world.mia.command("general", "/bloom", f"{PROMPT} --brand Acme")
    await http_world.slack.wait_until(lambda: http_world.bloom.count("GET", "/images") > 4)
    http_world.clock.skip(1300)
    reply = await http_world.reply()
    assert "Bloom took too long to finish this" in words(reply)
    http_world.bloom.faults.clear()
    http_world.clock.skip(800)
    await http_world.mia.click(reply, TRY_AGAIN)
    *_, made = await http_world.replies(count=2)
    assert made.images
    assert http_world.generations_paid == 1


async def test_button_pressed_by_everyone_at_once_makes_one_generation(world: World) -> None:
    world.bloom.faults.next("BRAND_NOT_READY", path=GENERATIONS)
    reply = await failed(world)
    presses = [person.click(reply, TRY_AGAIN) for person in (world.mia, world.mia, world.sam)]
    assert all(answer.ok for answer in await asyncio.gather(*presses))
    *_, made = await world.replies(count=3)
    assert made.images
    assert world.generations_paid == 1
    assert len(world.posted()) == 4
    await world.slack.wait_until(lambda: len(world.mia.ephemerals) == 2 and world.sam.ephemerals)
    for told in (*world.mia.ephemerals, *world.sam.ephemerals):
        assert words(told) or told.text == "On it. The result comes in this thread."
        assert told.thread_ts == reply.thread_ts


async def test_redelivered_press_makes_one_generation(world: World) -> None:
    world.bloom.faults.next("BRAND_NOT_READY", path=GENERATIONS)
    reply = await failed(world)
    await world.mia.click(reply, TRY_AGAIN)
    assert (await world.slack.redeliver()).ok
    *_, made = await world.replies(count=3)
    assert made.images
    assert world.generations_paid == 1


async def test_button_that_was_used_up_says_where_the_outcome_is(http_world: World) -> None:
    http_world.bloom.faults.next("BRAND_NOT_READY", path=GENERATIONS, times=2)
    reply = await failed(http_world)
    second = await again(http_world, reply, TRY_AGAIN)
    assert not second.images
    await http_world.clock.sleep(1)
    await http_world.mia.click(reply, TRY_AGAIN)
    await http_world.slack.wait_until(lambda: len(http_world.mia.ephemerals) == 2)
    assert http_world.mia.ephemerals[-1].text == (
        "That was tried already; the outcome is further down in the thread of the request."
    )
    await http_world.mia.click(second, TRY_AGAIN)
    assert (await http_world.replies(count=5))[-1].images


@pytest.mark.parametrize("button", [TRY_AGAIN, EDIT])
async def test_buttons_work_after_a_restart(world: World, button: str) -> None:
    world.bloom.faults.next("BRAND_NOT_READY", path=GENERATIONS)
    reply = await failed(world)
    await world.restart()
    await world.mia.click(reply, button)
    if button == EDIT:
        await world.mia.submit(await world.mia.wait_for_view("generate"))
    *_, made = await world.replies(count=3)
    assert made.images


@pytest.mark.parametrize("button", [TRY_AGAIN, EDIT])
async def test_button_of_a_request_that_is_forgotten_says_so(http_world: World, button: str) -> None:
    http_world.bloom.faults.next("BRAND_NOT_READY", path=GENERATIONS)
    reply = await failed(http_world)
    await http_world.stop()
    http_world.settings.database_path.unlink()
    await http_world.start()
    await http_world.mia.click(reply, button)
    await http_world.slack.wait_until(lambda: http_world.mia.ephemerals)
    assert http_world.mia.ephemerals[0].text == "I no longer know this request. Start a new one with `/bloom`."


async def test_edit_of_a_request_whose_place_is_not_on_record_goes_to_the_channel_it_was_made_in(
    http_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    http_world.bloom.faults.next("BRAND_NOT_READY", path=GENERATIONS)
    reply = await failed(http_world)
    generations = http_world.bot.core.generations
    on_record = generations.get

    async def without_place(generation_id: str) -> Generation | None:
        generation = await on_record(generation_id)
        return generation and generation.but(place=None)

    monkeypatch.setattr(generations, "get", without_place)
    await http_world.mia.click(reply, EDIT)
    await http_world.mia.submit(await http_world.mia.wait_for_view("generate"))
    *_, made = await http_world.replies(count=2)
    assert made.images
    assert made.thread_ts != reply.thread_ts
