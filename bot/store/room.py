"""What every room of the store shares: the one writer in front of the database."""

from bot.store.writer import Writer


class Room:
    """Some tables of the database and what is done with them."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
