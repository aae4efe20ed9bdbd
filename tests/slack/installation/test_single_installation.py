"""One workspace by its token: Slack is asked once who the bot is, and says so or the start ends in one line."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.core.errors import ConfigError
from bot.slack.client import SlackApi
from bot.slack.installation.single_installation import START_PAUSES, SingleInstallation
from tests.fakes.clock import SwiftClock
from tests.slack.loopback import WrittenSlack, slack_api

TOKEN = "xoxb-single"
WHO = {"team_id": "T1", "team": "Acme", "user_id": "UBOT1", "bot_id": "B1", "enterprise_id": "E1", "url": "https://x"}


async def opened(written: WrittenSlack) -> SingleInstallation:
    clock = SwiftClock()
    async with slack_api(written.api_url, clock) as api:
        return await SingleInstallation.open(TOKEN, api, clock)


async def test_slack_is_asked_once_and_whoever_asks_is_served(written: WrittenSlack, api: SlackApi) -> None:
    written.answer("auth.test", WHO)
    single = await opened(written)
    found = await asyncio.gather(single.of("T1"), single.of("T9", "E9", is_org_wide=True), single.on_record(None))
    assert list(found) == [single.installation] * 3
    installation = single.installation
    assert (installation.workspace_id, installation.name, installation.bot_token) == ("T1", "Acme", TOKEN)
    assert (installation.bot_id, installation.bot_user_id, installation.installed_by) == ("B1", "UBOT1", None)
    assert [asked.token for asked in written.asked] == [TOKEN]


async def test_slack_that_is_away_is_waited_for(written: WrittenSlack) -> None:
    written.answer("auth.test", 503, 503, WHO)
    with capture_logs() as lines:
        assert (await opened(written)).installation.workspace_id == "T1"
    assert [line["event"] for line in lines] == ["Slack is not reachable yet"] * 2


@pytest.mark.parametrize(
    ("answer", "line", "asked"),
    [
        ("invalid_auth", "SLACK_BOT_TOKEN is refused by Slack (invalid_auth)", 1),
        ({"user_id": "U1"}, "SLACK_BOT_TOKEN is refused by Slack (unreadable)", 1),
        (503, "Slack cannot be reached at SLACK_API_URL (unreadable)", 1 + len(START_PAUSES)),
    ],
)
async def test_start_that_slack_does_not_let_happen_ends_in_one_line(
    written: WrittenSlack, answer: object, line: str, asked: int
) -> None:
    written.answer("auth.test", answer)  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as refused:
        await opened(written)
    assert str(refused.value) == line
    assert len(written.asked) == asked
