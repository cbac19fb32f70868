"""A bounded mapping that forgets what was used longest ago."""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lru(Generic[K, V]):
    """Holds at most `size` entries."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._entries: dict[K, V] = {}

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """Return an entry, which now is the one used last."""
        value = self._entries.pop(key, None)
        if value is not None:
            self._entries[key] = value
        return value

    def put(self, key: K, value: V) -> None:
        """Keep an entry, and forget the oldest ones above the limit."""
        self._entries.pop(key, None)
        self._entries[key] = value
        self.trim(self.size)

    def trim(self, size: int) -> None:
        """Forget the oldest entries until at most `size` are left, and hold that limit from now on."""
        self.size = size
        while len(self._entries) > size:
            del self._entries[next(iter(self._entries))]
