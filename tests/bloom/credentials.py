"""A credential that can be renewed, and does as a test tells it to."""

from collections import deque


class Renewable:
    """Has secrets one after the other, and goes on to the next when the present one is refused."""

    def __init__(self, *secrets: str, id: str = "c1") -> None:  # noqa: A002 - the port's name for it
        self.id = id
        self.secrets = deque(secrets)
        self.asked = 0
        self.refused: list[str] = []
        self.troubles: list[Exception] = []
        """What is raised, one after the other, when it is asked for what to show."""
        self.renewal_trouble: Exception | None = None

    async def secret(self) -> str:
        self.asked += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return self.secrets[0]

    async def renewed(self, refused: str) -> bool:
        self.refused.append(refused)
        if self.renewal_trouble:
            raise self.renewal_trouble
        if self.secrets[0] == refused and len(self.secrets) > 1:
            self.secrets.popleft()
        return self.secrets[0] != refused
