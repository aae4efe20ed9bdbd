"""Everything of the core that a listener may call, in one hand."""

from dataclasses import dataclass

from bot.core.brands import Brands
from bot.core.connections import Connections
from bot.core.generations import Generations
from bot.core.tasks import Tasks
from bot.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Core:
    """The services of the bot; `tasks` owns what a listener leaves running after its answer."""

    connections: Connections
    brands: Brands
    usage: Usage
    generations: Generations
    tasks: Tasks
