"""What the replicas of an endpoint print: whose is meant, their lines side by side, and following them."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.growth import growth
from reconciler.model.errors import Refused, Unavailable
from runners.contract.secrets import scrubbed

if TYPE_CHECKING:
    from reconciler.model.ids import Digest
    from reconciler.model.observed import Endpoint
    from reconciler.ports.serving import ServingEngine

POLL = 1.0
"""Seconds between two looks at logs that are followed."""
NEARLY = 0.95
"""What share of the most that is told counts as all of it: a line that is cut is left out."""


class Gone(Refused):
    """There is no such endpoint, or no such revision of it."""


Printed = Mapping["Digest", Mapping[str, str]]
"""What was printed, by revision and replica."""


def is_deployment(name: str) -> bool:
    """Tell whether a name is a deployment's, and not that of one of its runs."""
    return name.startswith("deployments/") and name.count("/") == 1


def read(serving: "ServingEngine", address: str, asked: str = "") -> Printed:
    """Read what the replicas have printed of the revision that is asked for, else of those that serve.

    Raises:
        Gone: there is no such endpoint, or not one revision of it that begins so.
        Unavailable: the engine can't be read.
    """
    from reconciler.model.ids import Address

    endpoint = serving.list().get(Address(address))
    if endpoint is None:
        raise Gone(f"{address} has no endpoint", f"`setpoint get {address}` says why; a run's log is under its name")
    if endpoint.unread:
        raise Unavailable(f"{address} can't be read: {endpoint.unread}")
    found = {revision: _logs(serving, endpoint, revision) for revision in revisions(endpoint, asked)}
    return {revision: texts for revision, texts in found.items() if texts is not None}


def _logs(serving: "ServingEngine", endpoint: "Endpoint", revision: "Digest") -> Mapping[str, str] | None:
    """Return what a revision's replicas have printed, without secrets; None where it has just ended."""
    try:
        texts = serving.logs(endpoint.deployment, revision)
    except FileNotFoundError:
        return None
    return {replica: scrubbed(text) for replica, text in sorted(texts.items())}


def revisions(endpoint: "Endpoint", asked: str) -> tuple["Digest", ...]:
    """Return the revisions that are meant: the one that begins as asked, else those with traffic, else all.

    Raises:
        Gone: none or several begin so.
    """
    known = tuple(endpoint.revisions)
    if not asked:
        return tuple(name for name in known if endpoint.traffic.get(name)) or known
    found = tuple(name for name in known if name.startswith(asked))
    if len(found) == 1:
        return found
    which = f"several revisions that begin with {asked}" if found else f"no replicas of a revision {asked}"
    raise Gone(f"{endpoint.deployment} has {which}", f"there are those of {', '.join(known) or 'none'}")


def left_out(serving: "ServingEngine", address: str, printed: Printed, lines: int) -> Iterator[str]:
    """Say of each replica whose log's beginning isn't shown, where that was asked for; all are read up to a limit.

    Args:
        serving: the engine.
        address: the endpoint.
        printed: what was read.
        lines: how many lines of each replica were asked for; 0 is all.
    """
    from reconciler.ports.serving import LOG_LIMIT

    for revision, texts in printed.items():
        share = LOG_LIMIT // max(1, len(texts))
        files = _files(serving, address, revision)
        for name, text in texts.items():
            if not 0 < lines <= text.count("\n"):
                yield from _cut(name, text, share, None if files is None else files.get(name, ()))


def _files(serving: "ServingEngine", address: str, revision: "Digest") -> Mapping[str, Sequence[Path]] | None:
    """Return where all lies that replicas have printed; None where that isn't on this machine."""
    from reconciler.model.ids import Address
    from reconciler.ports.serving import KeepsReplicaLogs

    if not isinstance(serving, KeepsReplicaLogs):
        return None
    with contextlib.suppress(FileNotFoundError):
        return serving.log_files(Address(address), revision)
    return {}


def _cut(name: str, text: str, share: int, files: Sequence[Path] | None) -> Iterator[str]:
    """Say that the beginning of a replica's log is left out, and where all of it is, if it is."""
    if files is None:
        if len(text.encode(errors="replace")) > share * NEARLY:
            yield f"the beginning of {name}'s log may be left out: the engine tells its last {share:,} bytes"
        return
    there = [path for path in files if path.exists()]
    size = sum(path.stat().st_size for path in there)
    if size > share:
        what = f"the beginning of {name}'s log is left out: it has {size:,} bytes, and its last {share:,} are read"
        yield f"{what}; all of it is in {' and '.join(map(str, there))}"


def shown(printed: Printed, lines: int) -> str:
    """Return what was printed, one replica after the other; of several, each line says whose it is.

    Args:
        printed: what was printed.
        lines: how many of the last lines of each replica; 0 is all.
    """
    texts = by_replica(printed)
    return "".join(_marked(name, last(text, lines), len(texts) > 1) for name, text in texts.items())


def last(text: str, lines: int) -> str:
    """Return a text's last lines, 0 for all of them, each with an end."""
    return "".join(f"{line}\n" for line in text.splitlines()[-lines:])


def by_replica(printed: Printed) -> dict[str, str]:
    """Return what was printed by the names of the replicas alone, which no two revisions share."""
    return {name: text for texts in printed.values() for name, text in texts.items()}


def _marked(name: str, text: str, is_one_of_several: bool) -> str:
    return "".join(f"{name} | {line}\n" for line in text.splitlines()) if is_one_of_several else text


def followed(printed: Printed, look: Callable[[], Printed | None], poll: float = POLL) -> Iterator[str]:
    """Return what logs grow by, in whole lines, also those of replicas that come; until `look` returns None."""
    known = {name: _whole(text) for name, text in by_replica(printed).items()}
    while True:
        time.sleep(poll)
        newest = look()
        if newest is None:
            return
        for name, text in by_replica(newest).items():
            more = growth(known.get(name, ""), _whole(text))
            known[name] = _whole(text)
            if more:
                yield _marked(name, more, len(known) > 1)


def _whole(text: str) -> str:
    return text[: text.rfind("\n") + 1]
