"""How things stand: a world and its repository as one comparable document, without what may differ after a crash.

May differ: ids of commits, which tell how many there were; times of conditions, of what came into force and of the
pools' use, by the instant that a pass took place and by which job had a slot first; the history of the status branches.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from reconciler.providers.memory import World
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.forge import ForgeRoom
from reconciler.providers.memory.pool import PoolRoom
from reconciler.providers.memory.serving import ServingRoom
from reconciler.providers.memory.source import SourceRoom
from reconciler.status.read import parse
from tests.crashes.story import ENVIRONMENTS, Tally

_COMMIT = re.compile(r"\b[0-9a-f]{40}\b")
_SHORT = re.compile(r"commit `[0-9a-f]{12}`")
_SINCE = re.compile(r"\bsince \d{4}-\d\d-\d\d \d\d:\d\d UTC")


def ending(world: World) -> dict[str, Any]:
    """Return all that must be the same at the end, whatever happened on the way; one short line for each fact."""
    proposals = world.room(ForgeRoom).proposals.items()
    found = {f"proposal {name}": (timeless(held.order.body.encode()), bool(held.merged)) for name, held in proposals}
    return facts(world) | found | repository(world.room(SourceRoom))


def facts(world: World) -> dict[str, Any]:
    """Return what the engines have, and what was started."""
    return dict(_facts(world))


def _facts(world: World) -> Iterator[tuple[str, Any]]:
    data = world.room(DataRoom)
    yield "open branches", sorted(data.lines)
    for run, tag in data.tags.items():
        yield f"version {run}", (sorted(tag.kept_by), {path: timeless(text) for path, text in tag.files.items()})
    for run, held in world.room(PoolRoom).jobs.items():
        yield f"job {run}", (held.state, held.order.attempt, held.reason)
    for place, served in world.room(ServingRoom).endpoints.items():
        yield f"endpoint {place}", ({k: (v.state, v.scale) for k, v in served.revisions.items()}, served.traffic)
    yield "started", dict(world.room(Tally).started)


def repository(room: SourceRoom) -> dict[str, Any]:
    """Return the branches of a repository in memory: the watched one's history, and what the status branches say."""
    found: dict[str, Any] = {"branches": sorted(room.branches)}
    messages, commit = [], room.branches["main"]
    while True:
        messages.append(room.commits[commit].message)
        if not room.commits[commit].parents:
            break
        commit = room.commits[commit].parents[0]
    found["history"] = Counter(messages)
    found["specs"] = dict(room.commits[room.branches["main"]].files)
    for name in ENVIRONMENTS:
        files = room.commits[room.branches[f"setpoint/{name}"]].files
        found |= told(name, files, lambda blob: room.blobs[blob])
    return found


_TIMES = {
    "meter": "who used how much, and when",
    "jobs": "which jobs there were, and when",
    "acting_since": "since a pass saw what its alerts are to do",
}
"""Facts that tell of when the daemon was there."""


def told(environment: str, files: Mapping[str, str], read: Callable[[str], bytes]) -> dict[str, Any]:
    """Return what a status branch says, file by file."""
    return {f"{environment}: {path}": timeless(read(blob), path) for path, blob in files.items()}


def timeless(content: bytes, path: str = "") -> Any:
    """Return a file without ids of commits, a status document also without the times of its conditions."""
    if path.endswith(".svg"):
        return "who used how much, and when"
    text = _SINCE.sub("since …", _SHORT.sub("commit `…`", _COMMIT.sub("…", content.decode())))
    document = parse(text.encode()) if path.startswith("status/") else None
    if document is None:
        return text
    facts = document.get("facts", {})
    facts = facts | {name: what for name, what in _TIMES.items() if facts.get(name)}
    facts |= {name: without_since(facts[name]) for name in ("served", "in_force") if name in facts}
    return {**document, "facts": facts, "conditions": without_since(document.get("conditions") or ())}


def without_since(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the moment from which each held."""
    return [{k: v for k, v in row.items() if k != "since"} for row in rows]


def differences(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    """Tell every fact that isn't as in a life without a crash."""
    return [
        f"{fact}: {got.get(fact)!r}, not {wanted.get(fact)!r}"
        for fact in sorted(wanted.keys() | got.keys())
        if wanted.get(fact) != got.get(fact)
    ]
