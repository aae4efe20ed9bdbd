"""Everything of the core that a listener may call, in one hand."""

from dataclasses import dataclass

from bot.core.audit import Audit
from bot.core.batches import Batches
from bot.core.brands import Brands
from bot.core.brands.onboarding import Onboarding
from bot.core.changes import Changes
from bot.core.connections import Connections
from bot.core.departures import Departures
from bot.core.generations import Generations
from bot.core.managers import Managers
from bot.core.policy import Policy
from bot.core.preferences import WorkspacePreferences
from bot.core.references import References
from bot.core.results import Results
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
    onboarding: Onboarding
    preferences: WorkspacePreferences
    policy: Policy
    usage: Usage
    audit: Audit
    generations: Generations
    results: Results
    references: References
    batches: Batches
    managers: Managers
    departures: Departures
    changes: Changes
    tasks: Tasks
    sign_in: SignIn | None = None
