"""How a life on the embedded providers ended, as one comparable document, and which processes it has left running.

Left out is what may differ from life to life: times, commit ids, ports, figures of the service, and the name of the
report, which holds the moment at which it was asked for.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from reconciler.providers.pools.local.store import read_record
from reconciler.providers.serving.local import LocalServing
from reconciler.wiring import SystemClock
from tests.crashes.embedded import MONITOR, Life
from tests.unit.reconciler.git.people import git

_REPORT = re.compile(rf"({MONITOR})/[0-9a-f]{{12}}")
_TIMED = re.compile(r"/(result\.json|provenance\.json|model-card\.md|model\.intoto\.jsonl)$")
_FOLDERS = ("work", "trash", "leaving")


def ending(life: Life) -> dict[str, Any]:
    """Return all that must be the same at the end, whatever happened on the way; one short line for each fact."""
    return {nameless(fact): told for fact, told in _facts(life)}


def _facts(life: Life) -> Iterator[tuple[str, Any]]:
    home = life.settings.home
    yield from _versions(home / "data" / "objects.git")
    yield from _jobs(home / "pool" / "jobs")
    yield from _endpoints(life)
    yield from told_in(life)


def left_files(life: Life) -> list[str]:
    """Return the files that nobody needs once the next run has been opened, which clears away what a crash left."""
    data, spare = GitData(life.settings.home / "data", "dev"), RunName("datasets/spare/0")
    data.open(spare)
    data.drop(spare)
    data.close()
    found = (path for folder in _FOLDERS for path in life.settings.home.rglob(f"{folder}/**/*"))
    return sorted(str(path.relative_to(life.settings.home)) for path in found if path.is_file())


def _versions(store: Path) -> Iterator[tuple[str, Any]]:
    yield "data refs", sorted(map(nameless, git(store, "for-each-ref", "--format=%(refname)").split()))
    yield "accepted", Counter(map(nameless, git(store, "log", "--format=%s", "dev").splitlines()))
    for line in git(store, "ls-tree", "-r", "dev").splitlines():
        entry, _, path = line.partition("\t")
        yield f"data {path}", "" if _TIMED.search(path) or MONITOR in path else entry


def _jobs(folder: Path) -> Iterator[tuple[str, Any]]:
    for job in folder.iterdir():
        record = read_record(job)
        assert record
        assert record.exit
        starts = len(list(job.glob("*.claim.json")))
        yield f"job {record.run}", (record.exit.code, {"attempts": record.order.attempt, "starts": starts})


def _endpoints(life: Life) -> Iterator[tuple[str, Any]]:
    serving = LocalServing(life.settings.home / "serving" / "dev", SystemClock())
    for name, served in serving.list().items():
        revisions = {key: (held.state, held.ready, held.trial) for key, held in served.revisions.items()}
        yield f"endpoint {name}", (revisions, dict(served.traffic))
    yield "logged requests", life.logged


def told_in(life: Life) -> Iterator[tuple[str, Any]]:
    """Return what the repository tells, on whatever engines a life was lived."""
    yield from _commits(Path(life.settings.repository))
    yield from _status(life)


def _commits(repository: Path) -> Iterator[tuple[str, Any]]:
    yield "branches", git(repository, "for-each-ref", "--format=%(refname)").split()
    yield "history", Counter(git(repository, "log", "--format=%B%x00", "main").split("\0"))
    yield "specs", git(repository, "rev-parse", "main:specs")


def _status(life: Life) -> Iterator[tuple[str, Any]]:
    branch = f"setpoint/{life.settings.environment}"
    files = git(Path(life.settings.repository), "ls-tree", "-r", "--name-only", branch)
    yield "files of the status", sorted(map(nameless, files.split()))
    for address, told in life.status.items():
        conditions = [(known["type"], known["status"], known["reason"]) for known in told["conditions"]]
        yield f"status of {address}", (told["state"], conditions)
    facts = life.status[MONITOR]["facts"]
    yield "reports", len(facts["reports"])
    yield "report", [facts["figures"].get(key) for key in ("rows", "verdict", "columns_drifted", "estimated")]


def is_calm(life: Life) -> bool:
    """Tell whether everything is ready and reported, and nothing is under way."""
    if not life.is_reported():
        return False
    refs = git(life.settings.home / "data" / "objects.git", "for-each-ref", "refs/heads/open", "refs/heads/sealed")
    return not refs and not git(Path(life.settings.repository), "for-each-ref", "refs/heads/proposals")


def nameless(text: str) -> str:
    """Return a name without that of the report."""
    return _REPORT.sub(r"\1/…", text)


def processes(life: Life) -> Counter[str]:
    """Return the processes that run for a life, by what they are."""
    found: Counter[str] = Counter()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(str(life.folder) in word for word in words):
            found[" ".join(Path(word).name for word in words[:3])] += 1
    return found
