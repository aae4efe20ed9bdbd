"""The core's services, joined to each other and to what is outside."""

from bot.app.adapters import Adapters
from bot.config import Settings
from bot.core.audit import Audit
from bot.core.batches import Drafting, Redrawing, batches_of
from bot.core.brands import Brands
from bot.core.brands.onboarding import Onboarding
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.departures import Departures
from bot.core.engine import Engine, Faults, Lease, Rounds, Supervisor, Worker
from bot.core.generations import Generations
from bot.core.journey import Endings, Journey
from bot.core.managers import Managers
from bot.core.notices import Notices
from bot.core.policy import Policy
from bot.core.preferences import WorkspacePreferences
from bot.core.references import References
from bot.core.renewals import Renewals
from bot.core.results import Results
from bot.core.services import Core
from bot.core.sign_in import SignIn
from bot.core.tasks import Tasks
from bot.core.usage import Usage
from bot.pages import SIGN_IN_PATH, SIGNED_IN_PATH


def build(settings: Settings, outside: Adapters, lease: Lease, *, clock: Clock, tasks: Tasks) -> tuple[Core, Worker]:
    """Return what listeners call, and the worker that brings generations to their end."""
    store, messenger = outside.store, outside.messenger
    notices = Notices(messenger, clock, tasks)
    changes, audit = Changes(), Audit(store, clock)
    managers = Managers(store, outside.directory, notices, audit=audit, changes=changes, clock=clock, tasks=tasks)
    renewals = Renewals(store, outside.sign_in_server, managers, clock, tasks)
    connections = Connections(
        store, outside.bloom.with_credential, renewals, managers, audit=audit, clock=clock, tasks=tasks
    )
    usage = Usage(store, connections, clock, tasks)
    connections.when_changed(changes.tell)
    brands = Brands(store, connections, changes, clock=clock, tasks=tasks)
    preferences = WorkspacePreferences(store, managers, audit, changes, clock=clock)
    onboarding = Onboarding(
        store,
        connections,
        brands,
        managers,
        preferences=preferences,
        notices=notices,
        audit=audit,
        changes=changes,
        clock=clock,
        tasks=tasks,
    )
    policy = Policy(store, managers, outside.directory, clock, tasks)

    endings = Endings(store, messenger, changes, clock=clock, tasks=tasks)
    journey = Journey(store, connections, messenger, usage, endings, attachments=outside.attachments, clock=clock)
    faults = Faults(store, lease.worker_id, clock)
    engine = Engine(Supervisor(store, journey, endings, faults, clock), lease, tasks)
    rounds = Rounds(store, engine, faults, lease.worker_id, clock=clock, tasks=tasks)

    generations = Generations(
        store, engine, endings, connections, managers, policy=policy, changes=changes, clock=clock
    )
    drafting = Drafting(store, connections, brands, policy, usage, row_limit=settings.batch_row_limit, clock=clock)
    redrawing = Redrawing(store, outside.batch_messenger)
    batches = batches_of(
        store,
        drafting,
        generations,
        managers,
        redrawing,
        messenger=outside.batch_messenger,
        packing=outside.packing,
        clock=clock,
        tasks=tasks,
    )
    core = Core(
        connections=connections,
        brands=brands,
        onboarding=onboarding,
        preferences=preferences,
        policy=policy,
        usage=usage,
        audit=audit,
        generations=generations,
        batches=batches,
        results=Results(
            store, generations, connections, managers, messenger, redrawing=redrawing, audit=audit, changes=changes
        ),
        references=References(store, connections, clock=clock, tasks=tasks),
        managers=managers,
        departures=Departures(store, connections, clock, keep_history=settings.keeps_history),
        changes=changes,
        tasks=tasks,
        sign_in=_sign_in(settings, outside, connections, managers, notices, clock=clock, tasks=tasks),
    )
    return core, Worker(lease, engine, rounds, endings, clock=clock, tasks=tasks)


def _sign_in(
    settings: Settings,
    outside: Adapters,
    connections: Connections,
    managers: Managers,
    notices: Notices,
    *,
    clock: Clock,
    tasks: Tasks,
) -> SignIn | None:
    if settings.public_url is None:
        return None
    return SignIn(
        outside.store,
        outside.sign_in_server,
        connections,
        managers,
        notices,
        clock=clock,
        tasks=tasks,
        redirect_uri=f"{settings.public_url}{SIGNED_IN_PATH}",
        landing_url=f"{settings.public_url}{SIGN_IN_PATH}",
    )
