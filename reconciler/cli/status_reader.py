"""Reading the status branch, as most verbs do."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.lease.heartbeat import Heartbeat
    from reconciler.status.branch import StatusBranch
    from reconciler.status.read import Recorded, RecordedFiles

MOST_NAMED = 12
"""Names that a message lists at the most."""


def open_status(settings: Settings) -> "StatusBranch":
    """Open the environment's status branch."""
    from reconciler.status.branch import StatusBranch
    from reconciler.wiring import open_source

    return StatusBranch(open_source(settings).repository, settings.environment)


def read_status(settings: Settings, parser: "RecordedFiles | None" = None) -> "Recorded":
    """Read the environment's last status commit."""
    from reconciler.status.read import RecordedFiles

    return (parser or RecordedFiles()).read(open_status(settings).read())


def read_both(settings: Settings, parser: "RecordedFiles | None" = None) -> "tuple[Recorded, Heartbeat]":
    """Read the environment's last status commit, and when its daemon was last alive."""
    from reconciler.lease.heartbeat import read_heartbeat
    from reconciler.status.read import RecordedFiles

    status = open_status(settings)
    recorded = (parser or RecordedFiles()).read(status.read())
    return recorded, read_heartbeat(status.repository, settings.environment)


def heartbeat_of(settings: Settings) -> "Heartbeat":
    """Read when the environment's daemon was last alive."""
    from reconciler.lease.heartbeat import read_heartbeat

    return read_heartbeat(open_status(settings).repository, settings.environment)


def now() -> datetime:
    """Return the time, by which a heartbeat is judged."""
    return datetime.now(UTC)


def document_of(recorded: "Recorded", address: str, environment: str) -> Mapping[str, Any]:
    """Return the status of one resource.

    Raises:
        Refused: the status knows no such resource; names the nearest.
    """
    found = {str(known): document for known, document in recorded.statuses.items()}.get(address)
    if found is None:
        raise unknown(address, map(str, recorded.statuses), environment)
    return found


def unknown(address: str, known: Iterable[str], environment: str) -> Refused:
    """Return the refusal of an address that an environment's status doesn't know; it names the nearest."""
    names = sorted(known)
    near = get_close_matches(address, names, 1)
    return Refused(
        f"{environment} has no resource {address}",
        f"did you mean {near[0]}?"
        if near
        else listed("it has", names) or "nothing is known yet: is the daemon running?",
    )


def listed(what: str, names: Iterable[str]) -> str:
    """Write some names after a few words, the first of them where there are many; nothing where there are none."""
    every = list(names)
    more = f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else ""
    return f"{what}: {', '.join(every[:MOST_NAMED])}{more}" if every else ""


def known_environment(settings: Settings) -> None:
    """Refuse an environment that neither the watched branch nor a status branch knows.

    Raises:
        Refused: there is none of that name; names the nearest.
    """
    from reconciler.cli.scope import environments, other_branch

    known = environments(settings.repository, settings.branch)
    if settings.environment in known or open_status(settings).read().commit:
        return
    near = get_close_matches(settings.environment, known, 1)
    told = listed("it has", known) or other_branch(settings.repository, settings.branch)
    hint = f"did you mean {near[0]}?" if near else told
    raise Refused(f"{settings.place} has no environment {settings.environment}", hint)
