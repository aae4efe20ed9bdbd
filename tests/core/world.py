"""The core on a real database, between a Bloom and a messenger in memory, in a time of its own."""

import asyncio
import itertools
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from bot.core.audit import Audit
from bot.core.batches import Drafting, Redrawing, batches_of
from bot.core.brands import Brands
from bot.core.brands.onboarding import Onboarding
from bot.core.changes import Changes
from bot.core.connections import Connections
from bot.core.departures import Departures
from bot.core.engine import Engine, Faults, Lease, Rounds, Supervisor, Terms, Worker
from bot.core.engine.engine import LIMIT
from bot.core.errors import StoreError
from bot.core.generations import Generations
from bot.core.journey import Endings, Journey
from bot.core.managers import Managers
from bot.core.models import (
    Account,
    Connection,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    Parameters,
    Preferences,
)
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
from bot.store import SqliteStore, Vault
from tests.fakes.attachments import FakeAttachments
from tests.fakes.batch_messenger import FakePacking
from tests.fakes.bloom import ADA, FakeBloom, FakeBlooms
from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.eventually import eventually
from tests.fakes.messenger import FakeMessenger
from tests.fakes.script import Call
from tests.fakes.sign_in_server import FakeSignInServer

T = TypeVar("T")

TEAM, KEY, BOSS = "T1", "bloom_sk_ada", "U0"
"""A workspace, its API key, and an admin of it."""
CALLBACK, LANDING = "https://bot.test/bloom/oauth/callback", "https://bot.test/bloom/connect"
S = GenerationState
STATE = "SELECT state FROM generations"


BOB = Account("bob@acme.com", "Bob")


def a_request(key: str = "V1", **changes: Any) -> GenerationRequest:
    """Return a request; changes are of its parameters."""
    parameters = Parameters(prompt="A red door", brand_id="b1").but(**changes)
    return GenerationRequest(key, TEAM, "C1", "U1", parameters, "Acme")


class World:
    """Everything around one database file; `restart` is what a new process would find."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.clock = ManualClock()
        self.bloom = FakeBloom(self.clock)
        self.messenger = FakeMessenger()
        self.attachments = FakeAttachments()
        self.packing = FakePacking(path.parent)
        self.directory = FakeDirectory(BOSS)
        self.accounts = {KEY: self.bloom}
        """Bloom's API by what is shown for it."""
        self.server = FakeSignInServer(self.clock, self.accounts)
        self._numbers = itertools.count(1)
        self.diary: list[tuple[str, GenerationState]] = []
        """Every call of Bloom and the messenger with the state that was on disk at that moment; see `keep_diary`."""

    async def start(self) -> None:
        """Build the parts, as the composition root does."""
        self.store = await SqliteStore.open(self._path, Vault.beside(self._path))
        self.tasks = Tasks()
        self.notices = Notices(self.messenger, self.clock, self.tasks)
        self.changes, self.audit = Changes(), Audit(self.store, self.clock)
        self.managers = Managers(
            self.store,
            self.directory,
            self.notices,
            audit=self.audit,
            changes=self.changes,
            clock=self.clock,
            tasks=self.tasks,
        )
        self.renewals = Renewals(self.store, self.server, self.managers, self.clock, self.tasks)
        self.connections = Connections(
            self.store,
            FakeBlooms(self.accounts),
            self.renewals,
            self.managers,
            audit=self.audit,
            clock=self.clock,
            tasks=self.tasks,
        )
        self.sign_in = SignIn(
            self.store,
            self.server,
            self.connections,
            self.managers,
            self.notices,
            clock=self.clock,
            tasks=self.tasks,
            redirect_uri=CALLBACK,
            landing_url=LANDING,
        )
        self.departures = Departures(self.store, self.connections, self.clock, keep_history=False)
        self.usage = Usage(self.store, self.connections, self.clock, self.tasks)
        self.connections.when_changed(self.changes.tell)
        self.brands = Brands(self.store, self.connections, self.changes, clock=self.clock, tasks=self.tasks)
        self.preferences = WorkspacePreferences(self.store, self.managers, self.audit, self.changes, clock=self.clock)
        self.onboarding = Onboarding(
            self.store,
            self.connections,
            self.brands,
            self.managers,
            preferences=self.preferences,
            notices=self.notices,
            audit=self.audit,
            changes=self.changes,
            clock=self.clock,
            tasks=self.tasks,
        )
        self.policy = Policy(self.store, self.managers, self.directory, self.clock, self.tasks)
        self.endings = Endings(self.store, self.messenger, self.changes, clock=self.clock, tasks=self.tasks)
        self.journey = Journey(
            self.store,
            self.connections,
            self.messenger,
            self.usage,
            self.endings,
            attachments=self.attachments,
            clock=self.clock,
        )
        self.lease = Lease(self.store, self.clock, await self.store.worker_id(), Terms())
        self.hire()

    def hire(self, limit: int = LIMIT) -> None:
        """Build a worker that has not begun, whose pauses are the shortest."""
        lease, clock, tasks = self.lease, self.clock, self.tasks
        faults = Faults(self.store, lease.worker_id, clock)
        supervisor = Supervisor(self.store, self.journey, self.endings, faults, clock, chance=lambda: 0.0)
        self.engine = Engine(supervisor, lease, tasks, limit=limit)
        self.rounds = Rounds(self.store, self.engine, faults, lease.worker_id, clock=clock, tasks=tasks)
        self.worker = Worker(lease, self.engine, self.rounds, self.endings, clock=clock, tasks=tasks)
        self.generations = Generations(
            self.store,
            self.engine,
            self.endings,
            self.connections,
            self.managers,
            policy=self.policy,
            changes=self.changes,
            clock=clock,
        )
        self.references = References(self.store, self.connections, clock=clock, tasks=tasks)
        redrawing = Redrawing(self.store, self.messenger)
        self.results = Results(
            self.store,
            self.generations,
            self.connections,
            self.managers,
            self.messenger,
            redrawing=redrawing,
            audit=self.audit,
            changes=self.changes,
        )
        drafting = Drafting(
            self.store, self.connections, self.brands, self.policy, self.usage, row_limit=200, clock=self.clock
        )
        self.batches = batches_of(
            self.store,
            drafting,
            self.generations,
            self.managers,
            redrawing,
            messenger=self.messenger,
            packing=self.packing,
            clock=self.clock,
            tasks=self.tasks,
        )

    @property
    def core(self) -> Core:
        """Return the services in one hand."""
        return Core(
            connections=self.connections,
            brands=self.brands,
            onboarding=self.onboarding,
            preferences=self.preferences,
            policy=self.policy,
            usage=self.usage,
            audit=self.audit,
            generations=self.generations,
            results=self.results,
            references=self.references,
            batches=self.batches,
            managers=self.managers,
            departures=self.departures,
            changes=self.changes,
            tasks=self.tasks,
            sign_in=self.sign_in,
        )

    async def stop(self) -> None:
        """End everything, wherever it is."""
        await self.worker.stop()
        await self.die()

    async def die(self) -> None:
        """End everything as a kill does: nothing is handed back."""
        await self.store.close()
        await self.tasks.stop()

    async def restart(self) -> None:
        """Go on in a new process, as it were."""
        await self.stop()
        await self._begin_again()

    async def crash(self) -> None:
        """Go on in a new process after a kill, as it were: nothing was handed back."""
        await self.die()
        await self._begin_again()

    async def _begin_again(self) -> None:
        await self.start()
        await self.worker.start()
        await self.batches.go_on()

    async def connect(self, credential: str = KEY) -> Connection:
        """Give the workspace an account at Bloom, in place of the one it has."""
        number, account = f"connection-{next(self._numbers)}", self.accounts[credential].who
        connection = Connection(number, TEAM, credential, account, "U1", self.clock.now())
        await self.store.save_connection(connection)
        return connection

    async def connect_as_bob(self) -> Connection:
        """Let somebody else connect their account by a key."""
        self.accounts["bloom_sk_bob"] = FakeBloom(self.clock, BOB)
        return await self.connections.connect(TEAM, "bloom_sk_bob", "U2")

    async def sign_in_as(self, account: FakeBloom | None = None, user_id: str = BOSS) -> Connection:
        """Let somebody sign in at Bloom, all the way."""
        state = (await self.sign_in.begin(TEAM, user_id)).partition("state=")[2]
        self.server.codes[f"code of {state}"] = account or self.bloom
        return await self.sign_in.finish(state, f"code of {state}")

    async def add(self, request: GenerationRequest | None = None, generation_id: str = "g1") -> Generation:
        """Write a queued generation that nobody works on yet."""
        return await self.store.add_generation(
            generation_id, request or a_request(), self.clock.now(), worker_id=self.lease.worker_id
        )

    async def save(self, generation: Generation, *, was: GenerationState) -> bool:
        """Write a generation in the name of this world's worker."""
        return await self.store.save_generation(generation, was=was, worker_id=self.lease.worker_id)

    async def put(
        self, state: GenerationState, request: GenerationRequest | None = None, generation_id: str = "g1", **fields: Any
    ) -> Generation:
        """Write a generation as a process that died in this state would have left it."""
        generation = await self.add(request, generation_id)
        place = await self.messenger.announce(generation)
        left = generation.but(state=state, place=place, submitted_at=self.clock.now(), **fields)
        assert await self.save(left, was=S.QUEUED)
        self.messenger.script.calls.clear()
        return left

    async def decide(self, **decisions: Any) -> None:
        """Let this alone hold in the workspace, of all that its managers decide."""
        before = await self.store.preferences(TEAM)
        assert await self.store.save_preferences(TEAM, Preferences(revision=before.revision + 1, **decisions))

    async def row(self, generation_id: str = "g1") -> Generation:
        """Return the generation as it is on disk."""
        generation = await self.store.generation(generation_id)
        assert generation is not None
        return generation

    async def passing(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work while time passes for everybody who waits for it to."""
        task = asyncio.create_task(work)
        while not task.done():
            await (self.pass_time(1) if self.clock.sleepers else asyncio.sleep(0.0005))
        return await task

    async def pass_time(self, seconds: float) -> None:
        """Let time pass so slowly that everybody keeps up, the database too, however busy the machine is."""
        for _ in range(int(seconds)):
            await self.clock.advance(1)
            await self.kept_up()

    async def kept_up(self) -> None:
        """Wait until the database has answered all that it was asked, and that was heard."""
        with suppress(StoreError):  # closed already
            await self.store._writer.run(lambda _: None)
        await asyncio.sleep(0)

    async def travel(self, generation: Generation) -> Generation:
        """Take step after step to the end, without the engine's patience."""
        while not generation.state.is_final:
            generation = await self.journey.step(generation)
        return generation

    async def ended(self, generation_id: str = "g1") -> Generation:
        """Let time pass until the generation has ended and nobody works on it, or tells of it, any more."""

        async def watch() -> None:
            while not (await self.row(generation_id)).state.is_final:
                await asyncio.sleep(0.0005)

        await self.passing(watch())
        await self.passing(self.idle())
        return await self.row(generation_id)

    async def idle(self) -> None:
        """Wait until no task is left."""
        await eventually(lambda: not len(self.tasks))

    async def paused(self) -> None:
        """Wait until somebody waits for time to pass."""
        await eventually(lambda: self.clock.sleepers)

    def keep_diary(self) -> None:
        """Note from now on what is on disk when Bloom or the messenger is called."""

        async def note(call: Call) -> None:
            (row,) = await self.store._writer.run(lambda db: list(db.execute(STATE)))
            self.diary.append((call.name, S(row[0])))

        self.bloom.script.watch = self.messenger.script.watch = note


def secrets_of(connection: Connection) -> tuple[str, str]:
    """Return the refresh token and the access token of a sign-in."""
    assert connection.grant is not None
    assert connection.grant.refresh_token is not None
    return connection.grant.refresh_token, connection.credential


def an_image(image_id: str, **fields: Any) -> Image:
    """Return an image that says nothing but what is given."""
    return Image(id=image_id, **fields)


__all__ = ["ADA", "BOB", "BOSS", "KEY", "TEAM", "S", "World", "a_request", "an_image", "secrets_of"]
