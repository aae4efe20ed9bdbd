"""The pages of the app: what each is made of, and showing them on the Home tab and in modals."""

from bot.core.clock import Clock
from bot.core.services import Core
from bot.slack.directory.names import SlackNames
from bot.slack.home.bloom_facts import BloomFacts
from bot.slack.home.brands.page import BrandsPage
from bot.slack.home.history.page import HistoryPage
from bot.slack.home.home import Home
from bot.slack.home.overview import OverviewPage
from bot.slack.home.pages import Page
from bot.slack.home.settings.page import SettingsPage
from bot.slack.home.usage.charts import Charts
from bot.slack.home.usage.page import UsagePage
from bot.slack.installation.clients import Clients
from bot.slack.sights import PageName
from bot.slack.uploads import Uploads

__all__ = ["Home", "make_home"]


def make_home(
    core: Core, clock: Clock, clients: Clients, *, bloom: BloomFacts, names: SlackNames, uploads: Uploads
) -> Home:
    """Return the home of all pages."""
    pages: dict[PageName, Page] = {
        PageName.OVERVIEW: OverviewPage(core, bloom),
        PageName.BRANDS: BrandsPage(core),
        PageName.HISTORY: HistoryPage(core, names),
        PageName.USAGE: UsagePage(core, bloom, Charts(core, names, uploads, clock)),
        PageName.SETTINGS: SettingsPage(core),
    }
    return Home(core, pages, clock, clients)
