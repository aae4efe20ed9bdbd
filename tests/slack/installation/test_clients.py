"""Whoever works in the background speaks as the bot of the workspace that it works for."""

import pytest

from bot.core.errors import SlackRefused
from bot.core.models import Installation
from bot.slack.client import SlackApi
from bot.slack.installation.clients import Clients
from tests.slack.loopback import WrittenSlack
from tests.slack.places import ACME, BETA, GLOBEX, KnownInstallations


class Organisation(KnownInstallations):
    """Whoever is not known is in the organisation."""

    async def on_record(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        return await super().on_record(workspace_id, "E1")


async def test_every_workspace_is_spoken_to_with_its_own_token(written: WrittenSlack, api: SlackApi) -> None:
    clients = Clients(KnownInstallations(ACME, BETA), api)
    for workspace_id in ("T1", "T2", "T1"):
        await (await clients.of(workspace_id)).users_list(limit=1)
    assert [asked.token for asked in written.asked] == ["xoxb-acme", "xoxb-beta", "xoxb-acme"]
    assert not any("team_id" in asked.form for asked in written.asked)


async def test_workspace_of_an_organisation_is_named(written: WrittenSlack, api: SlackApi) -> None:
    await (await Clients(Organisation(GLOBEX), api).of("T7")).users_list(limit=1)
    (asked,) = written.asked
    assert (asked.token, asked.form["team_id"]) == ("xoxb-globex", "T7")


async def test_workspace_that_the_bot_left_is_not_spoken_to(api: SlackApi) -> None:
    with pytest.raises(SlackRefused, match="not_installed"):
        await Clients(KnownInstallations(ACME), api).of("T2")
