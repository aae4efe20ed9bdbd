"""The pages of the app: what each is made of, and showing them on the Home tab and in modals."""

from bot.core.clock import Clock
from bot.core.services import Core
from bot.slack.home.brands import BrandsPage
from bot.slack.home.history import HistoryPage
from bot.slack.home.home import Home
from bot.slack.home.overview import OverviewPage
from bot.slack.home.pages import Page
from bot.slack.home.settings import SettingsPage
from bot.slack.home.usage import UsagePage
from bot.slack.names import SlackNames
from bot.slack.sights import PageName
from bot.slack.uploads import Uploads

__all__ = ["Home", "make_home"]


def make_home(core: Core, clock: Clock, names: SlackNames, uploads: Uploads) -> Home:
    """Return the home of all pages."""
    pages: dict[PageName, Page] = {
        PageName.OVERVIEW: OverviewPage(core, clock),
        PageName.BRANDS: BrandsPage(core),
        PageName.HISTORY: HistoryPage(core, names),
        PageName.USAGE: UsagePage(core, names, uploads, clock),
        PageName.SETTINGS: SettingsPage(core),
    }
    return Home(core, pages, clock)
