"""Block Kit as Slack judges it: the documented properties and limits, and nothing else."""

from bot.sandbox.slack.block_kit.check import Surface, check_message_blocks, check_options, check_view
from bot.sandbox.slack.block_kit.controls import Control, controls

__all__ = ["Control", "Surface", "check_message_blocks", "check_options", "check_view", "controls"]
