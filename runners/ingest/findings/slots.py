"""A replication slot that is about to be lost, by what the refresh tells of it: of the source, not of its rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from runners.ingest.findings.finding import Finding

_MEGABYTE = 2**20


def of_slot(refresh: Mapping[str, Any]) -> Iterator[Finding]:
    """Tell that changes may be lost before the next refresh.

    Args:
        refresh: what the result tells of how the version came about; nothing of a slot, where none was read.
    """
    if not refresh.get("slot_is_near_its_end"):
        return
    status, left, bound = refresh["slot_status"], refresh.get("slot_left"), refresh.get("slot_bound")
    evidence = {"status": status} | {name: n for name, n in (("left", left), ("bound", bound)) if n is not None}
    much = f": {_megabytes(left)} MB of {_megabytes(bound)} are left" if left is not None and bound else ""
    yield Finding(
        "slot_at_risk",
        "warning",
        (),
        f"when the refresh began the server was about to give the slot {refresh['slot']} up ({status}){much}",
        "refresh more often than the server writes as much, or raise its max_slot_wal_keep_size; a slot that is lost "
        "costs a new snapshot",
        evidence,
    )


def _megabytes(count: int) -> str:
    return f"{max(count, 0) / _MEGABYTE:,.0f}"
