"""The seam of sources that grow: each is read from a cursor on, and says where the next reading begins.

What a reading told of itself is kept with its rows, in the manifest of the version: so it is accepted with them, or not
at all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from runners.contract import Violation
from runners.sources.parameters import Growing
from runners.sources.reading import Reading
from runners.tables.types import Type

OPEN = "setpoint_open"
"""A column that a source may have: 1 where the next reading brings the row again. Without it, none is brought again."""


def _no_keys() -> Iterator[Any]:
    return iter(())


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Growth:
    """What a reading brings. What is told of it may be asked for once its rows were taken.

    `growing` says how rows take each other's place, and `types` what the columns are where the source knows that
    itself. With `is_anew` nothing is left of the rows that were read before. A source that `is_log` can't be read
    again: rows that are needed once more are taken from the version before, and of rows with one key those that come
    later count.

    `read` tells how far it went, as JSON: the next one makes its cursor of that. `keys` yields the keys of all rows of
    the source, where it is asked to compare them. `notes` are for what the result says of the refresh, `told` for what
    it says of the source, and `violations` for the verdict.
    """

    reading: Reading
    growing: Growing
    read: Callable[[], Mapping[str, Any]]
    keys: Callable[[], Iterator[Any]] = _no_keys
    types: Mapping[str, Type] = field(default_factory=dict)
    is_anew: bool = False
    is_log: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)
    told: Callable[[], Mapping[str, Any]] = _nothing
    violations: Callable[[], tuple[Violation, ...]] = tuple
