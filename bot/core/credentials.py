"""What workspaces show to Bloom."""

import hashlib


class ApiKey:
    """A key that a person pasted, or that stands in the settings: it holds until Bloom says otherwise."""

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def id(self) -> str:
        """Return what tells two keys apart without telling what they are."""
        return hashlib.sha256(self._key.encode(errors="replace")).hexdigest()[:16]

    async def secret(self) -> str:
        """Return the key."""
        return self._key

    async def renewed(self, refused: str) -> bool:
        """Return False: there is no other."""
        return False
