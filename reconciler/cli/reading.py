"""Reading the status branch, as most verbs do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from reconciler.gitstore.heartbeat import Heartbeat, read_heartbeat
from reconciler.gitstore.status import StatusBranch
from reconciler.loop.recorded import Recorded, RecordedFiles
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.settings import Settings
from reconciler.wiring import open_source


def open_status(settings: Settings) -> StatusBranch:
    """Open the environment's status branch."""
    return StatusBranch(open_source(settings).repository, settings.environment)


def read_status(settings: Settings, parser: RecordedFiles | None = None) -> Recorded:
    """Read the environment's last status commit."""
    return (parser or RecordedFiles()).read(open_status(settings).read())


def read_both(settings: Settings, parser: RecordedFiles | None = None) -> tuple[Recorded, Heartbeat]:
    """Read the environment's last status commit, and when its daemon was last alive."""
    status = open_status(settings)
    recorded = (parser or RecordedFiles()).read(status.read())
    return recorded, read_heartbeat(status.repository, settings.environment)


def now() -> datetime:
    """Return the time, by which a heartbeat is judged."""
    return datetime.now(UTC)


def document_of(recorded: Recorded, address: str, environment: str) -> Mapping[str, Any]:
    """Return the status of one resource.

    Raises:
        Refused: the status knows no such resource; names the nearest.
    """
    document = recorded.statuses.get(Address(address))
    if document is None:
        near = get_close_matches(address, recorded.statuses, 1)
        known = ", ".join(sorted(recorded.statuses)) or "none yet: is the daemon running?"
        raise Refused(
            f"{environment} has no resource {address}", f"did you mean {near[0]}?" if near else f"it has: {known}"
        )
    return document
