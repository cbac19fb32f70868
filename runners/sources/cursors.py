"""The seam of sources that grow: each is read from a cursor on, and says where the next reading begins.

What a reading told of itself is kept with its rows, in the manifest of the version: so it is accepted with them, or not
at all. A source keeps no position elsewhere, and none of its servers is told of one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from runners.contract import Violation
from runners.sources.reading import Reading

OPEN = "setpoint_open"
"""A column that a source may have: 1 where the next reading brings the row again. Without it, none is brought again."""


def _no_keys() -> Iterator[Any]:
    return iter(())


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Growth:
    """What a reading brings. All but the rows themselves may be asked for once these were taken.

    `read` tells how far it went, as JSON: the next one makes its cursor of that. `keys` yields the keys of all rows of
    the source, where it is asked to compare them. `told` is for the result, and `violations` for the verdict.
    """

    reading: Reading
    read: Callable[[], Mapping[str, Any]]
    keys: Callable[[], Iterator[Any]] = _no_keys
    told: Callable[[], Mapping[str, Any]] = _nothing
    violations: Callable[[], tuple[Violation, ...]] = tuple


class GrowingSource(Protocol):
    """A source that is read on from where a former reading ended.

    One that `remembers` can be read from its beginning at any time. Of one that doesn't, such as a log of messages that
    are dropped after a while, rows that were read are taken from the version before where they are needed again; and
    of its rows with one key those that come later count.
    """

    @property
    def remembers(self) -> bool:
        """Tell whether all of its rows can be read again."""

    def cursor(self, read: Mapping[str, Any]) -> Any | None:
        """Return where to go on, by what a former reading told; None where nobody can.

        Raises:
            ValueError: it can't be understood.
        """

    def open(self, since: Any | None) -> AbstractContextManager[Growth]:
        """Open the rows from a cursor on, or all.

        Raises:
            InputError: the source is wrong, at once or while rows are read.
            SourceUnavailable: it is out of reach, at once or while rows are read.
        """
