"""What runs left in the data store, for the few pages that show rows: the rest reads the status branch alone."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.containment import Success, contain
from reconciler.model.environment import Environment
from reconciler.model.ids import RunName
from reconciler.ports.data import DataReader
from reconciler.untrusted import parse
from reconciler.web.pages.rights import Seen

Stores = Callable[[str, Environment], DataReader]
"""Opens the data store of an environment by its key. It raises a `SetpointError` where that can't be reached here."""
_NOWHERE = "this page reads Git alone: start `setpoint web` where the data store can be reached"


class NotRead(Exception):
    """A file of a run can't be read; its text says why."""


class Outputs:
    """Reads files that runs left.

    Args:
        stores: opens data stores; None where none is in reach.
    """

    def __init__(self, stores: Stores | None = None) -> None:
        self._stores = stores

    def read(self, chosen: Seen, run: str, path: str) -> bytes:
        """Return a file of a run, for who may see data.

        Raises:
            NotRead: it can't be read here, it isn't there, or who asks may not see data.
        """
        one, stores = chosen.snapshot, self._stores
        if not one.is_whole:
            raise NotRead(f"it tells of rows, which `access.data` of {one.environment} lets people see")
        if stores is None:
            raise NotRead(_NOWHERE)
        if one.desired is None:
            raise NotRead(f"which data store {one.environment} has isn't known here, as its specs can't be composed")
        environment = one.desired.environment
        found = contain(lambda: _read(stores(one.key, environment), RunName(run), path))
        if not isinstance(found, Success):
            raise NotRead("; ".join(filter(None, (found.message, found.hint))))
        if found.value is None:
            raise NotRead(f"the data store has no {path} of {run}")
        return found.value

    def document(self, chosen: Seen, run: str, path: str) -> Mapping[str, Any]:
        """Return the JSON object that a run left; of a list, one that holds it under an empty name.

        Raises:
            NotRead: as `read`, or it is no such thing.
        """
        try:
            told = parse(self.read(chosen, run, path), parse_constant=lambda _: None)
        except ValueError:
            raise NotRead(f"{path} of {run} is no JSON that can be read") from None
        return told if isinstance(told, dict) else {"": told}


def _read(reader: DataReader, run: RunName, path: str) -> bytes | None:
    try:
        return reader.read(run, path)
    except FileNotFoundError:
        return None
