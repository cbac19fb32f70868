"""The repository of the soak: two hundred resources that keep each other busy, in a bare Git repository."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from reconciler.git.commits import format_commit, parse_commit
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository, open_repository
from reconciler.git.trees import FILE, Draft, Entry, edited
from reconciler.lease.lease import Lease
from reconciler.model.ids import CommitId
from reconciler.ports.source import SourceTree
from reconciler.providers.forge.git import GitForge
from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from reconciler.wiring import SystemClock

ENVIRONMENT = "prod"
CHAINS = 40
"""Chains of a dataset, an experiment, a promotion and a deployment."""
MONITORS = 32
LABELS = 7
RESOURCES = 1 + 4 * CHAINS + MONITORS + LABELS
_HEADS = "refs/heads/main"


def kept(days: int) -> int:
    """Return how many commits of the status branch stay: so few that some are let go within these days."""
    return 250 * days // 30


def specs() -> dict[str, bytes]:
    """Return all files: every dataset is pulled anew each night, every endpoint has reports twice a day."""
    files: dict[str, Mapping[str, object]] = {
        f"environments/{ENVIRONMENT}/environment.yaml": {"variables": {"team": "risk"}},
        "specs/pools/shared.yaml": {"capacity": {"cpus": 1000, "memory": "4Ti"}},
    }
    for number in range(CHAINS):
        name = f"n{number:02}"
        files |= {
            f"specs/datasets/{name}.yaml": {
                "source": {"sql": {"url": "${secret:WAREHOUSE}", "query": f"SELECT {number}"}},
                "columns": {"id": {"type": "integer"}, "paid": {"type": "boolean"}}, "refresh": "0 3 * * *", "keep": 2,
            },
            f"specs/experiments/{name}.yaml": {
                "dataset": f"datasets/{name}", "target": "paid", "runner": "tabular", "keep": 2,
                "params": {"model": "choice(logistic, gbm)"}, "metric": {"name": "roc_auc"},
            },
            f"specs/promotions/{name}.yaml": {
                "experiment": f"experiments/{name}", "deployment": f"deployments/{name}",
                "approval": "review" if number % 4 == 0 else "auto", "keep": 2,
            },
            f"specs/deployments/{name}.yaml": {"rollout": {"steps": [50, 100], "hold": "5m"}, "keep": 2},
        }  # fmt: skip
    for number in range(MONITORS):
        action = ("report", "retrain", "retrain", "rollback")[number % 4]
        files[f"specs/monitors/n{number:02}.yaml"] = {
            "deployment": f"deployments/n{number:02}", "schedule": "0 */12 * * *",
            "alert": {"action": action}, "keep": 4,
        }  # fmt: skip
    for number in range(LABELS):
        files[f"specs/labels/n{number:02}.yaml"] = {
            "dataset": f"datasets/n{number:02}", "exports": {"url": "s3://answers", "question": "kind"},
            "refresh": "30 4 * * mon", "keep": 2,
        }  # fmt: skip
    return {path: yaml.safe_dump(dict(spec), sort_keys=False).encode() for path, spec in files.items()}


class InGit:
    """A bare repository: the watched branch, which people push to, the status branch under a lease, and proposals.

    Args:
        folder: where it is made.
        keep: commits of the status branch that stay.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(folder)], check=True)
        self.git_dir = folder
        self.repository: Repository = open_repository(folder, folder)
        lease = Lease(self.repository, ENVIRONMENT, "the soak's", SystemClock(), ticks=lambda: 0.0)
        lease.acquire()
        self._status = StatusBranch(self.repository, ENVIRONMENT, lease, keep=keep)

    def source(self) -> Source:
        """Return the watched branch."""
        return Source(self.repository, "main")

    def status(self, _environment: str) -> StatusBranch:
        """Return the status branch, written under the lease."""
        return self._status

    def forge(self, environment: str) -> GitForge:
        """Return the proposals."""
        return GitForge(self.repository, environment, "main")

    def tree(self, commit: CommitId) -> SourceTree:
        """Return the files of a commit."""
        return self.source().tree(commit)

    def commit(self, changes: Mapping[str, bytes | None], message: str) -> None:
        """Commit to the watched branch, as a person does; None removes a file."""
        draft, head = Draft(self.repository.objects), self.repository.ref(_HEADS)
        root = parse_commit(draft.store.read(head)).tree if head else None
        entries = {p: Entry(FILE, draft.add("blob", text)) if text is not None else None for p, text in changes.items()}
        tree = edited(draft, root, entries)
        assert tree is not None
        commit = draft.add("commit", format_commit(tree, [head] if head else [], message))
        draft.save()
        self.repository.swap([RefUpdate(_HEADS, commit, head)])

    def git(self, *arguments: str) -> str:
        """Run git in the repository; return what it prints."""
        line = ["git", "-C", str(self.git_dir), *arguments]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()
