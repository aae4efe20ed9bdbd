"""Who may make images, and for how much: what people read where a limit is in the way, with nothing typed lost."""

import asyncio
from typing import Any

from bot.core.models import Limits
from bot.sandbox.slack import Message, View
from tests.scenarios.decisions import channel_id, decide, only_in
from tests.scenarios.test_command import typed_in
from tests.scenarios.world import World, shows, words

A_BICYCLE = "a red bicycle --brand acme"


async def whispered(world: World) -> Message:
    """Return the one thing that only Sam sees."""
    await world.slack.wait_until(lambda: world.sam.ephemerals)
    (message,) = world.sam.ephemerals
    return message


def cost_line(view: View) -> str:
    block = next(block for block in view.blocks if block.get("block_id") == "cost")
    return str(block["elements"][0]["text"])


class TestWhere:
    async def test_command_in_another_channel_is_refused_with_where_and_whom_to_ask(self, http_world: World) -> None:
        world = http_world
        await decide(world, limits=only_in(world, "marketing"))
        assert (await world.sam.command("general", "/bloom", "tea & <b> --brand acme")).ok
        message = await whispered(world)
        general, marketing = channel_id(world, "general"), channel_id(world, "marketing")
        assert words(message).startswith(f"Images can't be made in <#{general}>, only in <#{marketing}>.")
        assert f"Ask <@{world.mia.id}>, who can change that." in words(message)
        assert typed_in(message) == "/bloom tea & <b> --brand acme"
        assert world.generations_paid == 0
        assert (await world.sam.command("marketing", "/bloom", A_BICYCLE)).ok
        assert (await world.reply("marketing")).images

    async def test_manager_who_is_refused_reads_where_to_change_it(self, http_world: World) -> None:
        await decide(http_world, limits=only_in(http_world, "marketing"))
        await http_world.mia.command("@bloom", "/bloom", A_BICYCLE)
        await http_world.slack.wait_until(lambda: http_world.mia.ephemerals)
        told = words(http_world.mia.ephemerals[0])
        assert told.startswith("Images can't be made in direct messages, only in ")
        assert "You can change that: `/bloom settings`." in told

    async def test_command_that_would_have_opened_the_form_gives_back_what_was_typed(self, http_world: World) -> None:
        await decide(http_world, limits=only_in(http_world, "marketing"))
        await http_world.sam.command("general", "/bloom", "a red bicycle --n 2")
        assert typed_in(await whispered(http_world)) == "/bloom a red bicycle --n 2"
        assert http_world.sam.open_view is None

    async def test_form_of_a_closed_channel_says_so_instead_of_asking(self, http_world: World) -> None:
        await decide(http_world, limits=only_in(http_world, "marketing"))
        await http_world.sam.command("general", "/bloom", "")
        view = await http_world.sam.wait_for_view()
        assert "Images can't be made in" in words(view)
        assert f"Ask <@{http_world.mia.id}>" in words(view)
        assert not view.controls

    async def test_thread_counts_as_its_channel(self, http_world: World) -> None:
        await decide(http_world, limits=only_in(http_world, "marketing"))
        said = await http_world.mia.say("marketing", "a red bicycle")
        await http_world.sam.message_shortcut("make_image_from_message", said)
        view = await http_world.sam.wait_for_view("generate")
        await http_world.sam.submit(view, {"brand": "Acme"})
        assert [reply.thread_ts for reply in await http_world.replies("marketing", 2)] == [said.ts, said.ts]

    async def test_form_that_asks_for_the_channel_stays_with_everything_when_it_is_a_closed_one(
        self, http_world: World
    ) -> None:
        await decide(http_world, limits=only_in(http_world, "marketing"))
        await http_world.sam.shortcut("make_image")
        view = await http_world.sam.wait_for_view("generate")
        typed = {"prompt": "a red & <blue> bicycle", "brand": "Acme", "ratio": "9:16", "channel": "general"}
        assert (await http_world.sam.submit(view, typed)).ok
        assert http_world.sam.open_view is view
        assert "only in" in words(view)
        assert view.form.value(("prompt", "prompt")) == "a red & <blue> bicycle"
        assert view.form.value(("channel", "channel")) == channel_id(http_world, "general")
        await http_world.sam.submit(view, {"channel": "marketing"})
        assert "9:16" in words(await http_world.reply("marketing"))

    async def test_refused_form_is_answered_though_slack_does_not_say_whom_to_ask(self, http_world: World) -> None:
        asked = asyncio.Event()

        async def hold(method: str, _: Any, when: str) -> None:
            if (method, when) == ("users.list", "before"):
                asked.set()
                await asyncio.sleep(3600)

        await decide(http_world, limits=only_in(http_world, "marketing"))
        await http_world.sam.shortcut("make_image")
        view = await http_world.sam.wait_for_view("generate")
        http_world.slack.watch(hold)
        typed = {"prompt": "a red bicycle", "brand": "Acme", "channel": "general"}
        assert (await http_world.sam.submit(view, typed)).ok
        assert asked.is_set()
        assert "An admin of this workspace can change that." in words(view)


class TestWho:
    async def test_people_who_are_not_listed_are_told_wherever_they_ask(self, http_world: World) -> None:
        world = http_world
        await decide(world, limits=Limits(people=frozenset({"U0"})))
        await world.sam.shortcut("make_image")
        view = await world.sam.wait_for_view()
        assert "Only some people in this workspace may make images" in words(view)
        await world.sam.close_view(view)
        await world.sam.command("general", "/bloom", A_BICYCLE)
        assert typed_in(await whispered(world)) == f"/bloom {A_BICYCLE}"
        assert (await world.mia.command("general", "/bloom", A_BICYCLE)).ok
        assert (await world.reply()).images  # of a manager's

    async def test_whoever_is_listed_may_and_slack_is_not_asked_who_they_are(self, http_world: World) -> None:
        await decide(http_world, limits=Limits(people=frozenset({http_world.sam.id})))
        before = len(http_world.slack.calls)
        await http_world.sam.command("general", "/bloom", A_BICYCLE)
        assert (await http_world.reply()).images
        asked = {call.method for call in http_world.slack.calls[before:]}
        assert not asked & {"users.info", "usergroups.users.list"}

    async def test_groups_that_slack_does_not_tell_leave_the_list_of_people(self, http_world: World) -> None:
        http_world.slack.workspace.join("general", http_world.slack.workspace.add_person("Lee").id)
        lee = http_world.slack.person("Lee")
        limits = Limits(people=frozenset({http_world.sam.id}), groups=frozenset({"S0123456789"}))
        await decide(http_world, limits=limits)
        http_world.slack.fail_next("usergroups.users.list", "missing_scope", times=9)
        await lee.command("general", "/bloom", A_BICYCLE)
        await http_world.slack.wait_until(lambda: lee.ephemerals)
        assert "Only some people" in words(lee.ephemerals[0])
        await http_world.sam.command("general", "/bloom", A_BICYCLE)
        assert (await http_world.reply()).images

    async def test_button_of_somebody_elses_failure_is_refused_in_a_whisper(self, http_world: World) -> None:
        world = http_world
        world.bloom.faults.next("BRAND_NOT_READY", path="POST /images/generations")
        await world.mia.command("general", "/bloom", A_BICYCLE)
        failed = await world.reply()
        await decide(world, limits=Limits(people=frozenset({world.mia.id})))
        assert (await world.sam.click(failed, "Try again")).ok
        told = words(await whispered(world))
        assert told.startswith("Only some people")
        assert f"Ask <@{world.mia.id}>, who can change that." in told
        await world.sam.click(failed, "Edit and try again")
        assert "Only some people" in words(await world.sam.wait_for_view())
        assert world.generations_paid == 0
        await world.mia.click(failed, "Try again")
        assert (await world.replies(count=3))[2].images
        assert world.generations_paid == 1


class TestCredits:
    async def test_form_says_what_is_left_to_the_person_and_stays_when_it_is_too_little(
        self, http_world: World
    ) -> None:
        world = http_world
        await decide(world, limits=Limits(credits_per_person=3))
        view = await world.open_form(world.sam, text="--brand acme")
        await world.slack.wait_until(lambda: cost_line(view) == "1 credit · 250 left · you have 3 left this month")
        await world.sam.choose(view, "variants", "4")
        await world.slack.wait_until(lambda: "you have only 3 left" in cost_line(view))
        assert (await world.sam.submit(view, {"prompt": "a red bicycle"})).ok
        assert world.sam.open_view is view
        assert "You have 3 credits left this month, and this takes 4. New ones come on " in words(view)
        assert view.form.value(("prompt", "prompt")) == "a red bicycle"
        await world.sam.choose(view, "variants", "3")
        await world.slack.wait_until(lambda: not shows(view, "refusal"))
        await world.sam.submit(view)
        assert len((await world.reply()).images) == 3

    async def test_ten_commands_at_once_do_not_overshoot(self, http_world: World) -> None:
        world = http_world
        await decide(world, limits=Limits(credits_per_month=3))
        world.bloom.state.studio.generation_seconds = (1, 1)
        await asyncio.gather(*(world.sam.command("general", "/bloom", A_BICYCLE) for _ in range(10)))
        await world.slack.wait_until(lambda: len(world.sam.ephemerals) == 7, seconds=10)
        told = words(world.sam.ephemerals[0])
        assert told.startswith("This workspace has used up its credits for this month. New ones come on ")
        await world.replies(count=3)
        assert world.generations_paid == 3

    async def test_form_sent_again_by_slack_is_one_generation_though_the_credits_are_used_up(
        self, http_world: World
    ) -> None:
        await decide(http_world, limits=Limits(credits_per_person=1))
        view = await http_world.open_form(http_world.sam, text="--brand acme")
        await http_world.sam.submit(view, {"prompt": "a red bicycle"})
        again = await http_world.slack.redeliver()
        assert again.ok
        assert not again.body
        await http_world.reply()
        assert http_world.generations_paid == 1


class TestConfirmation:
    async def test_form_that_costs_much_asks_for_a_yes_and_starts_with_it(self, world: World) -> None:
        await decide(world, limits=Limits(confirm_above=2))
        view = await world.open_form(world.sam, text="--brand acme --n 3")
        assert view.definition["submit"]["text"] == "Make it"
        await world.sam.submit(view, {"prompt": "a red bicycle"})
        assert world.sam.open_view is view
        assert "This takes *3 credits*." in words(view)
        assert view.definition["submit"]["text"] == "Yes, 3 credits"
        assert not world.bloom.count("POST", "/images/generations")
        await world.sam.submit(view)
        reply = await world.reply()
        assert len(reply.images) == 3
        assert "a red bicycle" in words(reply)

    async def test_yes_holds_for_what_it_was_said_to_and_not_for_more(self, http_world: World) -> None:
        world = http_world
        await decide(world, limits=Limits(confirm_above=2))
        view = await world.open_form(world.sam, text="--brand acme --n 3")
        await world.sam.submit(view, {"prompt": "a red bicycle"})
        await world.sam.choose(view, "variants", "5")
        await world.slack.wait_until(lambda: view.definition["submit"]["text"] == "Make it")
        await world.sam.submit(view)
        assert "This takes *5 credits*." in words(view)
        assert not world.bloom.count("POST", "/images/generations")
        await world.sam.choose(view, "variants", "4")
        await world.slack.wait_until(lambda: view.definition["submit"]["text"] == "Yes, 4 credits")
        await world.sam.submit(view)
        assert len((await world.reply()).images) == 4

    async def test_command_that_costs_much_opens_the_form_that_asks(self, http_world: World) -> None:
        world = http_world
        await decide(world, limits=Limits(confirm_above=1))
        assert (await world.sam.command("general", "/bloom", "a red bicycle --brand acme --n 2 --ar 4:5")).ok
        view = await world.sam.wait_for_view("generate")
        assert view.definition["submit"]["text"] == "Yes, 2 credits"
        assert "This takes *2 credits*." in words(view)
        await world.sam.submit(view)
        reply = await world.reply()
        assert len(reply.images) == 2
        assert "4:5" in words(reply)

    async def test_trying_again_is_not_asked_about(self, http_world: World) -> None:
        world = http_world
        world.bloom.faults.next("BRAND_NOT_READY", path="POST /images/generations")
        await world.sam.command("general", "/bloom", f"{A_BICYCLE} --n 2")
        failed = await world.reply()
        await decide(world, limits=Limits(confirm_above=1))
        await world.sam.click(failed, "Try again")
        assert len((await world.replies(count=3))[2].images) == 2
