"""The sandbox's page: the workspace in a browser, with people to switch between and Bloom's stand-in to play with."""

from bot.sandbox.page.server import serving_page

__all__ = ["serving_page"]
