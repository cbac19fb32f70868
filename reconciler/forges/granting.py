"""Who set a label on a pull request, and whether that person may write to the repository: asked once in a while."""

import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from reconciler.forges.hub import Hub
from reconciler.model.errors import Refused
from reconciler.model.reviews import PullRequest

TRUE_FOR = 60.0
"""Seconds for which it is taken for true that somebody may write to the repository, and who set a label."""


@runtime_checkable
class Labelled(Protocol):
    """A forge that tells who set a label, and what that person may do."""

    def granter(self, number: int, label: str) -> str:
        """Return who set a label on a pull request last; empty where nobody is known to have."""

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the repository."""

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a pull request, or take it off; it is that already, or is so then."""


class Grants:
    """What one forge says of labels and rights.

    Args:
        hub: the forge.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(self, hub: Hub, now: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._now = now
        self._set: dict[tuple[int, str, str], tuple[float, str]] = {}
        self._may: dict[str, tuple[float, bool]] = {}

    def granter(self, pull: PullRequest, label: str) -> str:
        """Return who set a label on a pull request last; empty where nobody is known to have.

        Raises:
            Refused: the forge doesn't tell that.
            Unavailable: it is out of reach.
        """
        key, now = (pull.number, label, pull.updated), self._now()
        known = self._set.get(key)
        if known is None or now - known[0] >= TRUE_FOR:
            self._set = {one: told for one, told in self._set.items() if one[0] != pull.number}
            self._set[key] = known = (now, self._labelled().granter(pull.number, label))
        return known[1]

    def may_write(self, person: str) -> bool:
        """Tell whether somebody may write to the repository; raises as `granter`."""
        now = self._now()
        known = self._may.get(person)
        if known is None or now - known[0] >= TRUE_FOR:
            self._may = {one: told for one, told in self._may.items() if now - told[0] < TRUE_FOR}
            self._may[person] = known = (now, self._labelled().may_write(person))
        return known[1]

    def label(self, number: int, label: str, *, on: bool) -> None:
        """Set a label on a pull request, or take it off; raises as `granter`."""
        self._labelled().label(number, label, on=on)

    def _labelled(self) -> Labelled:
        if isinstance(self._hub, Labelled):
            return self._hub
        raise Refused(f"{self._hub.place} doesn't tell who sets a label", "previews need Gitea, GitHub or GitLab")
