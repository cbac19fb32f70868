"""Which runs an environment tells of: those of others in a pool that they share aren't for who reads this one."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.moves import names_told
from reconciler.status.timeline import Past
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.trials import MOST_PAST, RUN, board_of

MOST = 1000
"""Runs of a resource that are looked at."""


def known_runs(one: Snapshot, address: Address, past: Iterable[Past] = ()) -> list[str]:
    """Return the runs of a resource that its environment tells of now, and has told of.

    Args:
        one: the environment.
        address: the resource's address.
        past: its former statuses, the newest first.

    Raises:
        Unavailable: the repository can't be read.
    """
    names = frozenset(names_told(address, one.facts(address)))
    return list(islice(dict.fromkeys(run for run in _told(one, address, past) if _is_of(run, names)), MOST))


def _told(one: Snapshot, address: Address, past: Iterable[Past]) -> Iterator[str]:
    facts = one.facts(address)
    yield from _texts(facts)
    yield from _texts(board_of(one, facts))
    yield from (path.removeprefix("reports/").rpartition("/")[0] for path in one.tree.files if path[:8] == "reports/")
    for former in islice(past, MOST_PAST):
        yield from _texts(former.document)


def _is_of(text: str, names: frozenset[Address]) -> bool:
    return RUN.fullmatch(text) is not None and owner_of(RunName(text)) in names


def _texts(told: Any) -> Iterator[str]:
    """Yield the texts in a document, however deep they lie in it."""
    left = [told]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*reversed(one.values())]
        elif isinstance(one, list | tuple):
            left += [*reversed(one)]
