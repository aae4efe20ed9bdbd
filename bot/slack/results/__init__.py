"""What people do with images that were made: press the buttons under them, and fill in the modals that those open."""

from dataclasses import dataclass

from bot.core.clock import Clock
from bot.core.services import Core
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.results.deleting import Deleting
from bot.slack.results.deriving import Deriving
from bot.slack.results.menu import Menu
from bot.slack.results.modals import Modals
from bot.slack.results.pressed import PressedImages
from bot.slack.results.resizing import Resizing
from bot.slack.results.sharing import Sharing

__all__ = ["Results", "make_results"]


@dataclass(frozen=True, slots=True)
class Results:
    """The listeners."""

    deriving: Deriving
    resizing: Resizing
    sharing: Sharing
    deleting: Deleting
    menu: Menu


def make_results(core: Core, clock: Clock, form: Form, refusals: Refusals) -> Results:
    """Return everything that answers what stands under images."""
    images, modals = PressedImages(core), Modals(core)
    deriving = Deriving(core, images, modals, form, refusals)
    deleting = Deleting(core, images, modals, clock)
    return Results(
        deriving=deriving,
        resizing=Resizing(core, images, modals, refusals),
        sharing=Sharing(core, images, modals, clock),
        deleting=deleting,
        menu=Menu(deriving, deleting),
    )
