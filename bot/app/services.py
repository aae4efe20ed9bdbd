"""The core's services, joined to each other and to what is outside."""

from dataclasses import dataclass

from bot.app.adapters import Adapters
from bot.config import Settings
from bot.core.audit import Audit
from bot.core.batches import Batches, Drafting, Redrawing, batches_of
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


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the other services stand on: who is connected, who decides, and how anybody hears of it."""

    outside: Adapters
    clock: Clock
    tasks: Tasks
    notices: Notices
    changes: Changes
    audit: Audit
    managers: Managers
    connections: Connections
    usage: Usage


def build(settings: Settings, outside: Adapters, lease: Lease, *, clock: Clock, tasks: Tasks) -> tuple[Core, Worker]:
    """Return what listeners call, and the worker that brings generations to their end."""
    store, basis = outside.store, _basis(outside, clock, tasks)
    connections, managers, changes, audit = basis.connections, basis.managers, basis.changes, basis.audit
    brands = Brands(store, connections, changes, clock=clock, tasks=tasks)
    preferences = WorkspacePreferences(store, managers, audit, changes, clock=clock)
    policy = Policy(store, managers, outside.directory, clock, tasks)
    engine, endings, worker = _engine(basis, lease)
    generations = Generations(
        store, engine, endings, connections, managers, policy=policy, changes=changes, clock=clock
    )
    drafting = Drafting(
        store, connections, brands, policy, basis.usage, row_limit=settings.batch_row_limit, clock=clock
    )
    redrawing = Redrawing(store, outside.batch_messenger)
    core = Core(
        connections=connections,
        brands=brands,
        onboarding=_onboarding(basis, brands, preferences),
        preferences=preferences,
        policy=policy,
        usage=basis.usage,
        audit=audit,
        generations=generations,
        batches=_batches(basis, drafting, generations, redrawing),
        results=Results(
            store,
            generations,
            connections,
            managers,
            outside.messenger,
            redrawing=redrawing,
            audit=audit,
            changes=changes,
        ),
        references=References(store, connections, clock=clock, tasks=tasks),
        managers=managers,
        departures=Departures(store, connections, clock, keep_history=settings.keeps_history),
        changes=changes,
        tasks=tasks,
        sign_in=_sign_in(settings, basis),
    )
    return core, worker


def _basis(outside: Adapters, clock: Clock, tasks: Tasks) -> _Basis:
    store, notices = outside.store, Notices(outside.messenger, clock, tasks)
    changes, audit = Changes(), Audit(store, clock)
    managers = Managers(store, outside.directory, notices, audit=audit, changes=changes, clock=clock, tasks=tasks)
    renewals = Renewals(store, outside.sign_in_server, managers, clock, tasks)
    connections = Connections(
        store, outside.bloom.with_credential, renewals, managers, audit=audit, clock=clock, tasks=tasks
    )
    usage = Usage(store, connections, clock, tasks)
    connections.when_changed(changes.tell)
    return _Basis(outside, clock, tasks, notices, changes, audit, managers, connections, usage)


def _engine(basis: _Basis, lease: Lease) -> tuple[Engine, Endings, Worker]:
    outside, clock, tasks = basis.outside, basis.clock, basis.tasks
    store, messenger = outside.store, outside.messenger
    endings = Endings(store, messenger, basis.changes, clock=clock, tasks=tasks)
    journey = Journey(
        store, basis.connections, messenger, basis.usage, endings, attachments=outside.attachments, clock=clock
    )
    faults = Faults(store, lease.worker_id, clock)
    engine = Engine(Supervisor(store, journey, endings, faults, clock), lease, tasks)
    rounds = Rounds(store, engine, faults, lease.worker_id, clock=clock, tasks=tasks)
    return engine, endings, Worker(lease, engine, rounds, endings, clock=clock, tasks=tasks)


def _onboarding(basis: _Basis, brands: Brands, preferences: WorkspacePreferences) -> Onboarding:
    return Onboarding(
        basis.outside.store,
        basis.connections,
        brands,
        basis.managers,
        preferences=preferences,
        notices=basis.notices,
        audit=basis.audit,
        changes=basis.changes,
        clock=basis.clock,
        tasks=basis.tasks,
    )


def _batches(basis: _Basis, drafting: Drafting, generations: Generations, redrawing: Redrawing) -> Batches:
    return batches_of(
        basis.outside.store,
        drafting,
        generations,
        basis.managers,
        redrawing,
        messenger=basis.outside.batch_messenger,
        packing=basis.outside.packing,
        clock=basis.clock,
        tasks=basis.tasks,
    )


def _sign_in(settings: Settings, basis: _Basis) -> SignIn | None:
    if settings.public_url is None:
        return None
    return SignIn(
        basis.outside.store,
        basis.outside.sign_in_server,
        basis.connections,
        basis.managers,
        basis.notices,
        clock=basis.clock,
        tasks=basis.tasks,
        redirect_uri=f"{settings.public_url}{SIGNED_IN_PATH}",
        landing_url=f"{settings.public_url}{SIGN_IN_PATH}",
    )
