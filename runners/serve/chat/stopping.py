"""Where a text ends: before the first of some stops, no part of which is told before it is known to be none."""

from collections.abc import Sequence


class Stopping:
    """Takes a text token by token, and returns what of it may be told.

    Args:
        stops: texts that end it, and aren't part of it.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.is_over = False

    def add(self, token: str) -> str:
        """Return what may be told once a token has come; `is_over` says whether a stop is there."""
        self._held += token
        places = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if places:
            self.is_over = True
            told, self._held = self._held[: min(places)], ""
            return told
        kept = max((_begun(self._held, stop) for stop in self._stops), default=0)
        told, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return told

    def rest(self) -> str:
        """Return what was held back, where no more comes."""
        told, self._held = self._held, ""
        return told


def _begun(text: str, stop: str) -> int:
    """Return how many letters at the end of a text may be the beginning of a stop."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
