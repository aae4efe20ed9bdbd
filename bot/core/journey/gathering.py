"""Pictures that people gave at Slack, handed to Bloom before anybody stands in line: they are references by then."""

import asyncio

from bot.core.connections import Connections
from bot.core.errors import BloomRateLimited, BloomRefused, BloomUnauthorized, SlackRefused, SlackUnavailable
from bot.core.journey.account import through_account
from bot.core.journey.endings import Endings
from bot.core.journey.fence import write
from bot.core.models import Attachment, Connection, Failure, FailureCode, Generation
from bot.core.ports import Attachments, Store

AT_ONCE = 4
"""Pictures in memory at once, of up to 10 MB each."""


class Gathering:
    """Hands the attachments of generations to Bloom, each before the next."""

    def __init__(self, store: Store, connections: Connections, attachments: Attachments, endings: Endings) -> None:
        self._store = store
        self._connections = connections
        self._attachments = attachments
        self._endings = endings
        self._room = asyncio.Semaphore(AT_ONCE)

    async def gather(self, generation: Generation) -> Generation:
        """Hand over the next attachment, and write down what it is at Bloom; one that is no good ends it all.

        Interrupted, it is handed over again: the very same picture is the same image at Bloom.
        """
        attachment = generation.request.parameters.attachments[len(generation.gathered_ids)]

        async def hand_over(connection: Connection) -> Generation:
            try:
                image_id = await self._handed_over(generation, attachment, connection)
            except (SlackUnavailable, BloomUnauthorized, BloomRateLimited):
                raise
            except BloomRefused as refusal:
                failure = Failure(refusal.code, attachment.name, refusal.action_url)
            except SlackRefused:
                failure = Failure(FailureCode.REFERENCE_UNREADABLE, attachment.name)
            else:
                gathered = generation.but(gathered_ids=(*generation.gathered_ids, image_id))
                return await write(self._store, gathered, was=generation.state)
            return await self._endings.finish(generation, failure=failure)

        return await through_account(self._connections, generation, hand_over)

    async def _handed_over(self, generation: Generation, attachment: Attachment, connection: Connection) -> str:
        workspace_id, brand_id = generation.request.workspace_id, generation.request.parameters.brand_id
        bloom = await self._connections.bloom_of(connection.id, workspace_id)
        async with self._room:
            picture = await self._attachments.read(workspace_id, attachment)
            image = await bloom.upload_image_file(brand_id, attachment.name, picture.content, picture.mime_type)
        return image.id
