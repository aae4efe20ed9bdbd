"""The front desk for batches in memory: every prompt makes a good row, but for those that say they are bad."""

from dataclasses import replace

from bot.core.batches import Batches
from bot.core.errors import NotAllowed
from bot.core.models import BadRow, Batch, BatchRequest, BatchRow, BatchState, Outlook, Parameters
from tests.fakes.clock import EPOCH


class FakeBatches(Batches):
    """Keeps drafts, and who did what to which."""

    def __init__(self) -> None:
        self.asked: list[BatchRequest] = []
        self.kept: dict[str, Batch] = {}
        self.acts: list[tuple[str, str, str]] = []
        self.trouble: Exception | None = None
        """What comes of the next draft, start, or retry."""

    async def draft(self, request: BatchRequest) -> Batch:
        self._fail()
        self.asked.append(request)
        lines = (request.table or b"").decode().splitlines() or request.lines.splitlines()
        prompts = [(number, line) for number, line in enumerate(lines, 1) if line]
        batch = Batch(
            f"batch-{len(self.asked)}",
            request.workspace_id,
            request.user_id,
            request.channel_id,
            EPOCH,
            tuple(_row(number, prompt) for number, prompt in prompts if not prompt.startswith("bad")),
            bad_rows=tuple(BadRow(number=n, prompt=p, reasons=("It says so.",)) for n, p in prompts if p[:3] == "bad"),
        )
        if batch.rows:
            self.kept[batch.id] = batch
        return batch

    async def outlook(self, batch: Batch) -> Outlook:
        return Outlook(seconds=60, credits_left=100)

    async def get(self, batch_id: str) -> Batch | None:
        return self.kept.get(batch_id)

    async def start(self, batch_id: str, user_id: str) -> Batch:
        self._fail()
        return self._act("start", batch_id, user_id, BatchState.RUNNING)

    async def discard(self, batch_id: str, user_id: str) -> None:
        if self.kept[batch_id].state is BatchState.DRAFT:
            self._act("discard", batch_id, user_id, BatchState.FINISHED)
            del self.kept[batch_id]

    async def pause(self, batch_id: str, user_id: str) -> Batch:
        return self._act("pause", batch_id, user_id, BatchState.PAUSED)

    async def resume(self, batch_id: str, user_id: str) -> Batch:
        return self._act("resume", batch_id, user_id, BatchState.RUNNING)

    async def cancel(self, batch_id: str, user_id: str) -> Batch:
        return self._act("cancel", batch_id, user_id, BatchState.STOPPING)

    async def retry(self, batch_id: str, user_id: str) -> Batch:
        self._fail()
        return self._act("retry", batch_id, user_id, BatchState.RUNNING)

    def _act(self, act: str, batch_id: str, user_id: str, state: BatchState) -> Batch:
        batch = self.kept.get(batch_id)
        if batch is None or batch.user_id != user_id:
            raise NotAllowed(f"{user_id} may not {act} it")
        self.acts.append((act, batch_id, user_id))
        if batch.state is not state:
            self.kept[batch_id] = replace(batch, state=state, revision=batch.revision + 1)
        return self.kept[batch_id]

    def _fail(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def _row(number: int, prompt: str) -> BatchRow:
    return BatchRow(number=number, parameters=Parameters(prompt=prompt, brand_id="b1"), brand_name="Acme")
