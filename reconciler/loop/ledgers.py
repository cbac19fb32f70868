"""A ledger on the status branch: what has to be sent elsewhere stands there before it is sent."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from reconciler.status.read import StatusFiles, parse
from reconciler.yaml.dump import dump

LARGEST_FILE = 8 * 2**20

Entries = TypeVar("Entries")


class LedgerFile(Generic[Entries]):
    """Reads a ledger, once for each of its texts, and says what of it is to be written.

    Args:
        path: where it stands on the branch.
        empty: what one that isn't there is taken for.
        of_document: reads it, and raises `ValueError` where it is odd.
        as_document: writes it.
        complain: told of one that can't be read, which is begun anew.
    """

    def __init__(
        self,
        path: str,
        empty: Entries,
        of_document: Callable[[Mapping[str, Any]], Entries],
        as_document: Callable[[Entries], Mapping[str, Any]],
        complain: Callable[[str], None],
    ) -> None:
        self._path = path
        self._empty = self._known = self.next = empty
        self._of_document, self._as_document = of_document, as_document
        self._complain = complain
        self._blob = ""

    def read(self, status: StatusFiles) -> Entries:
        """Return the ledger on the status branch; an odd one is told and begun anew."""
        blob = status.files.get(self._path, "")
        if blob != self._blob:
            self._blob, self._known = blob, self._read(status) if blob else self._empty
        return self._known

    def advanced(self, before: Entries, after: Entries, left: Entries, *, others: bool) -> dict[str, bytes | None]:
        """Take what is left to be sent for the ledger, and return the edits that say so; none where nothing has to be.

        Args:
            before: the ledger as it was read.
            after: what a pass makes of it.
            left: what of that wasn't sent yet.
            others: whether the pass writes something else anyway; only then it is written what was sent.
        """
        if after == before and not (others and left != before):
            self.next = before
            return {}
        self.next = left
        return {self._path: dump(self._as_document(left))}

    def dropped(self, status: StatusFiles) -> dict[str, bytes | None]:
        """Keep no ledger any more, and return the edits that say so."""
        self.next = self._empty
        return {self._path: None} if self._path in status.files else {}

    def _read(self, status: StatusFiles) -> Entries:
        try:
            if status.size(self._path) > LARGEST_FILE:
                raise ValueError("it is too large")
            return self._of_document(parse(status.read(self._path)))
        except ValueError as error:
            self._complain(f"{self._path} on the status branch can't be read, and is begun anew: {error}")
            return self._empty
