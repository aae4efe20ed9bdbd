"""Everything of the core that a listener may call, in one hand."""

from dataclasses import dataclass

from bot.core.brands import Brands
from bot.core.connections import Connections
from bot.core.departures import Departures
from bot.core.generations import Generations
from bot.core.managers import Managers
from bot.core.sign_in import SignIn
from bot.core.tasks import Tasks
from bot.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Core:
    """The services of the bot; `tasks` owns what a listener leaves running after its answer.

    ``sign_in`` is None where nobody can come back from Bloom, since the bot has no public address.
    """

    connections: Connections
    brands: Brands
    usage: Usage
    generations: Generations
    managers: Managers
    departures: Departures
    tasks: Tasks
    sign_in: SignIn | None = None
