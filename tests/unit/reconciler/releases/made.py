"""Histories that are made for tests: each commit at an hour of its own, so that every figure has a known answer."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.yaml.dump import dump
from tests.unit.reconciler.git.people import git

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ENVIRONMENT = "dev"


def hour(number: float) -> datetime:
    """Return the moment so many hours after all began."""
    return BEGIN + timedelta(hours=number)


class Made:
    """A repository whose commits are made here, at given hours.

    Args:
        folder: where it is, or is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.exists():
            folder.mkdir(parents=True)
            git(folder, "init", "--quiet", "--bare", "-b", "main")

    def commit(
        self,
        at: float,
        files: Mapping[str, str | None],
        message: str = "Change",
        *,
        branch: str = "main",
        written: float | None = None,
        base: str = "",
        merge: str = "",
        by: str = "Ada",
    ) -> str:
        """Commit files to a branch at an hour; return the commit. `base` is where the branch is to begin."""
        ref = f"refs/heads/{branch}"
        parent = base or git(self.folder, "for-each-ref", "--format=%(objectname)", ref)
        stream = [f"commit {ref}", f"author {_who(by, at if written is None else written)}"]
        stream += [f"committer {_who(by, at)}", _data(message)]
        stream += [f"from {parent}"] if parent else []
        stream += [f"merge {merge}"] if merge else []
        stream += list(_edits(files))
        git(self.folder, "fast-import", "--quiet", "--force", stdin="\n".join(stream) + "\n")
        return git(self.folder, "rev-parse", ref)

    def pin(
        self,
        at: float,
        trial: str,
        name: str = "x",
        *,
        proposed: float | None = None,
        by: str = "Ada",
        title: str = "Promote",
    ) -> str:
        """Pin a trial: at once, or by the merge of a proposal that was made at an earlier hour."""
        files = {patch(name): f"model: {{trial: {trial}, digest: 'sha256:0'}}\n"}
        if proposed is None:
            return self.commit(at, files, f"Pin {trial}", by=by)
        told = f"\n\nProposal: promotions/x/{trial}\nEnvironment: {ENVIRONMENT}"
        base = git(self.folder, "rev-parse", "refs/heads/main")
        side = self.commit(proposed, files, f"{title} {trial}{told}", branch=f"proposals/{trial}", base=base)
        return self.commit(at, files, f"Merge pull request\n\nof {trial}", merge=side, by=by)

    def see(self, at: float, commit: str, documents: Mapping[str, Mapping[str, Any] | None]) -> str:
        """Commit what a daemon told at an hour of some deployments, having seen a commit; None: nothing any more."""
        files = {
            f"status/deployments/{name}.yaml": None if told is None else dump(_observed(told, commit)).decode()
            for name, told in documents.items()
        }
        return self.commit(at, files, f"{ENVIRONMENT}: deployments", branch=f"setpoint/{ENVIRONMENT}", by="Setpoint")


def patch(name: str) -> str:
    return f"environments/{ENVIRONMENT}/deployments/{name}.yaml"


def starts(trial: str) -> dict[str, Any]:
    """Return the status of a deployment whose newest model starts."""
    return _told("reconciling", "False", "Starting", trial, {"old": 100})


def serves(trial: str, since: float) -> dict[str, Any]:
    """Return the status of a deployment whose model serves since an hour."""
    return _told("ready", "True", "Serving", trial, {trial: 100}, hour(since).isoformat())


def taken_back(trial: str, *, is_routed: bool = True) -> dict[str, Any]:
    """Return the status of a deployment whose model was taken back by the gates."""
    told = _told("stalled", "False", "RolledBack", trial, {"old": 100} if is_routed else {"old": 90, trial: 10})
    told["facts"]["rolled_back"] = [trial]
    return told


def _told(
    state: str, status: str, reason: str, trial: str, traffic: dict[str, int], since: str | None = None
) -> dict[str, Any]:
    condition = {"type": "Ready", "status": status, "reason": reason, "message": "", "since": since or "long ago"}
    return {
        "state": state,
        "conditions": [condition],
        "facts": {"trial": trial, "revision": trial, "traffic": traffic},
    }


def _observed(document: Mapping[str, Any], commit: str) -> dict[str, Any]:
    return {**document, "conditions": [{**one, "observed_commit": commit} for one in document["conditions"]]}


def _who(name: str, at: float) -> str:
    return f"{name} <{name.lower()}@example.org> {int(hour(at).timestamp())} +0000"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}"


def _edits(files: Mapping[str, str | None]) -> Iterable[str]:
    for path, text in files.items():
        yield f"D {path}" if text is None else f"M 100644 inline {path}\n{_data(text)}"
