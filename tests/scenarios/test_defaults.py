"""What a channel and the workspace have chosen fills in what people leave out."""

from typing import Any

import pytest

from bot.core.models import AspectRatio, Defaults, ImageModel, ImageSize
from tests.scenarios.decisions import brand, channel_id, chosen, decide
from tests.scenarios.world import World, words

WORKSPACE = Defaults(model=ImageModel.FAST, shape=AspectRatio.STORY)
CHANNEL = Defaults(shape=AspectRatio.WIDE, size=ImageSize.SIZE_4K)


async def asked(world: World) -> dict[str, Any]:
    """Return what Bloom was asked for, once it was."""
    await world.slack.wait_until(lambda: world.bloom.count("POST", "/images/generations"))
    (record,) = world.bloom.requests.matching("POST", "/images/generations")
    return dict(record.body)


class TestCommand:
    async def test_channels_brand_and_choices_count_before_the_workspaces(self, http_world: World) -> None:
        world = http_world
        world.bloom.state.account.plan_4k = True
        acme, lumen = await brand(world, "Acme"), await brand(world, "Lumen Labs")
        in_marketing = Defaults(lumen.id, shape=CHANNEL.shape, size=CHANNEL.size)
        in_workspace = Defaults(acme.id, model=WORKSPACE.model, shape=WORKSPACE.shape)
        await decide(world, defaults=in_workspace, channels={"marketing": in_marketing})
        assert (await world.sam.command("marketing", "/bloom", "a red bicycle")).ok
        sent = await asked(world)
        assert (sent["brandSessionId"], sent["aspectRatio"], sent["imageSize"], sent["model"]) == (
            lumen.id,
            "16:9",
            "4K",
            "fast",
        )

    async def test_elsewhere_the_workspaces_brand_counts(self, http_world: World) -> None:
        acme, lumen = await brand(http_world, "Acme"), await brand(http_world, "Lumen Labs")
        await decide(http_world, defaults=Defaults(acme.id), channels={"marketing": Defaults(lumen.id)})
        await http_world.sam.command("general", "/bloom", "a red bicycle")
        assert (await asked(http_world))["brandSessionId"] == acme.id

    async def test_flags_count_before_every_default(self, http_world: World) -> None:
        lumen = await brand(http_world, "Lumen Labs")
        await decide(http_world, defaults=Defaults(lumen.id), channels={"general": CHANNEL})
        flags = "--brand acme --ar any --size 2K --model standard"
        await http_world.sam.command("general", "/bloom", f"a red bicycle {flags}")
        sent = await asked(http_world)
        assert sent["brandSessionId"] == (await brand(http_world, "Acme")).id
        assert "aspectRatio" not in sent
        assert (sent["imageSize"], sent["model"]) == ("2K", "standard")

    async def test_shape_that_a_channel_leaves_to_bloom_is_not_the_workspaces(self, http_world: World) -> None:
        acme = await brand(http_world, "Acme")
        in_workspace = Defaults(acme.id, shape=AspectRatio.WIDE)
        await decide(http_world, defaults=in_workspace, channels={"general": Defaults(shape="any")})
        await http_world.sam.command("general", "/bloom", "a red bicycle")
        assert "aspectRatio" not in await asked(http_world)

    @pytest.mark.parametrize(
        ("name", "note"),
        [
            ("Fernweh Travel", "Fernweh Travel, the default here, is still being analyzed. Choose another."),
            ("Paperplane", "Paperplane, the default here, needs a logo first. Choose another."),
            ("Old Harbor", "Old Harbor, the default here, could not be set up. Choose another."),
        ],
    )
    async def test_default_brand_that_is_not_ready_opens_the_form_with_a_note(
        self, http_world: World, name: str, note: str
    ) -> None:
        await decide(http_world, defaults=Defaults((await brand(http_world, name)).id))
        await http_world.sam.command("general", "/bloom", "a red bicycle --n 2")
        view = await http_world.sam.wait_for_view("generate")
        assert note in words(view)
        assert (chosen(view)["brand"], chosen(view)["variants"]) == (None, "2")
        await http_world.sam.submit(view, {"brand": "Acme"})
        assert len((await http_world.reply()).images) == 2

    async def test_default_brand_that_is_gone_opens_the_form_with_a_note(self, http_world: World) -> None:
        await decide(http_world, channels={"general": Defaults("gone")}, defaults=WORKSPACE)
        await http_world.sam.command("general", "/bloom", "a red bicycle")
        view = await http_world.sam.wait_for_view("generate")
        assert "The default brand here isn't at Bloom any more. Choose another." in words(view)
        assert chosen(view) == {"brand": None, "ratio": ["9:16"], "model": "fast", "size": "2K", "variants": "1"}


class TestForm:
    async def test_it_opens_with_what_the_channel_and_the_workspace_have_chosen(self, http_world: World) -> None:
        acme = await brand(http_world, "Acme")
        await decide(http_world, defaults=WORKSPACE, channels={"general": Defaults(acme.id, size=CHANNEL.size)})
        view = await http_world.open_form(http_world.sam)
        assert chosen(view) == {"brand": acme.id, "ratio": ["9:16"], "model": "fast", "size": "4K", "variants": "1"}
        assert "2 credits" in words(view)

    async def test_what_was_chosen_in_it_stays_when_it_is_drawn_anew(self, http_world: World) -> None:
        acme = await brand(http_world, "Acme")
        await decide(http_world, defaults=Defaults(acme.id, shape=AspectRatio.STORY))
        view = await http_world.open_form(http_world.sam)
        await http_world.sam.fill(view, ratio=[], brand="Lumen Labs", prompt="a red bicycle")
        await http_world.sam.choose(view, "variants", "2")
        await http_world.slack.wait_until(lambda: "2 credits" in words(view))
        await http_world.sam.submit(view)
        sent = await asked(http_world)
        assert "aspectRatio" not in sent
        assert sent["brandSessionId"] == (await brand(http_world, "Lumen Labs")).id

    async def test_from_nowhere_it_opens_with_the_workspaces_choices(self, http_world: World) -> None:
        acme = await brand(http_world, "Acme")
        await decide(http_world, defaults=Defaults(acme.id), channels={"general": WORKSPACE})
        await http_world.sam.shortcut("make_image")
        view = await http_world.sam.wait_for_view("generate")
        assert (chosen(view)["brand"], chosen(view)["ratio"]) == (acme.id, [])

    async def test_channel_chosen_in_it_reminds_of_its_brand(self, http_world: World) -> None:
        acme, lumen = await brand(http_world, "Acme"), await brand(http_world, "Lumen Labs")
        await decide(http_world, defaults=Defaults(acme.id), channels={"marketing": Defaults(lumen.id)})
        await http_world.sam.shortcut("make_image")
        view = await http_world.sam.wait_for_view("generate")
        await http_world.sam.choose(view, "channel", "marketing")
        await http_world.slack.wait_until(lambda: "In that channel, the default is Lumen Labs." in words(view))
        assert chosen(view)["brand"] == acme.id
        await http_world.sam.choose(view, "brand", "Lumen Labs")
        await http_world.slack.wait_until(lambda: "In that channel" not in words(view))
        await http_world.sam.choose(view, "brand", "Northwind Coffee")
        await http_world.slack.wait_until(lambda: "In that channel" in words(view))
        await http_world.sam.choose(view, "channel", "general")
        await http_world.slack.wait_until(lambda: "In that channel" not in words(view))

    async def test_request_is_edited_as_it_was_whatever_the_defaults_are(self, http_world: World) -> None:
        http_world.bloom.faults.next("BRAND_NOT_FOUND", path="POST /images/generations")
        await http_world.sam.command("general", "/bloom", "a red bicycle --brand acme")
        failed = await http_world.reply()
        await decide(
            http_world, defaults=Defaults((await brand(http_world, "Lumen Labs")).id), channels={"general": CHANNEL}
        )
        await http_world.sam.click(failed, "Edit and try again")
        view = await http_world.sam.wait_for_view("generate")
        acme = await brand(http_world, "Acme")
        assert chosen(view) == {"brand": acme.id, "ratio": [], "model": "pro", "size": "2K", "variants": "1"}


@pytest.mark.parametrize(
    ("word", "shown"),
    [("brands", "Brands"), ("credits", "Usage"), ("history", "History"), ("settings", "Settings")],
)
async def test_word_opens_its_page_for_the_channel_it_was_typed_in(unconnected: World, word: str, shown: str) -> None:
    assert (await unconnected.sam.command("general", "/bloom", word)).ok
    view = await unconnected.sam.wait_for_view("page")
    assert shown in words(view)
    assert channel_id(unconnected, "general") in view.definition["private_metadata"]
