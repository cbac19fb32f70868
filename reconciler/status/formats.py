"""The formats of what lies on the status branch, and what a daemon does about newer ones: it leaves them alone.

`pass.yaml` is written with everything else, so its format tells the branch's. An older daemon that overwrote what it
can't read would take away what a newer one remembers: it makes no pass, and doesn't ask for the lease.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model.errors import Refused
from reconciler.yaml.parse import Unreadable
from runners.contract.formats import UnknownFormat, format_of

STATUS = 1
"""The newest format of `pass.yaml` and of a resource's status that is known here."""
CONTROL = 1
"""The newest format of a resource's controls, and of an approval."""
_WRITER = "the daemon writes this file, and nobody else"


class Newer(Unreadable):
    """A file that a newer version of Setpoint wrote."""


class NewerStatus(Refused):
    """A newer version of Setpoint ran this environment, and this one can't read what that remembers."""


def check(path: str, document: Mapping[str, Any]) -> None:
    """See that a file of the status branch is of a format that is known here.

    Raises:
        Newer: a newer version wrote it.
        Unreadable: its format is none.
    """
    is_control = path.startswith("controls/")
    try:
        format_of(document, CONTROL if is_control else STATUS)
    except UnknownFormat as error:
        hint = "see docs/operating.md, Formats" if is_control else _WRITER
        raise (Newer(str(error), "upgrade Setpoint here") if error.is_newer else Unreadable(str(error), hint)) from None


def demand_none(newer: Iterable[str]) -> None:
    """See that no file that the daemon itself writes is of a newer format.

    Raises:
        NewerStatus: some are.
    """
    if found := sorted(newer):
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        what = f"a newer version of Setpoint wrote the status of this environment: {found[0]}{more}"
        raise NewerStatus(what, "upgrade this one; nothing is changed and nothing overwritten until then")
