"""A problem as a repository: specs and data that `setpoint` can run."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.problems.albums import Album, write_album
from tests.problems.problem import METRIC, Problem
from tests.problems.sources import write_source

ENVIRONMENT = {
    "data": {"provider": "git"}, "pool": {"provider": "local"}, "serving": {"provider": "local"},
    "forge": {"provider": "git"},
}  # fmt: skip


def write_repository(problem: Problem | Album, folder: Path) -> str:
    """Write a problem's data and specs; return how they are run."""
    repository, data = folder / "repository", folder / "data"
    data.mkdir(parents=True)
    for path, told in specs(problem, data).items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), "utf-8")
    (folder / "problem.txt").write_text(f"{problem}\n", "utf-8")
    return (
        f"the problem, as a repository: cd {repository} && git init -qb main . && git add -A && git commit -qm problem"
        f" && setpoint apply -e dev --home {folder}/home --timeout 2m"
    )


def specs(problem: Problem | Album, data: Path) -> dict[str, Any]:
    """Return the specs by their paths."""
    return {
        "environments/dev/environment.yaml": ENVIRONMENT,
        "specs/pools/shared.yaml": {"capacity": {"cpus": 2, "memory": "8Gi"}},
        "specs/datasets/problem.yaml": _dataset(problem, data),
        "specs/experiments/problem.yaml": {
            "dataset": "datasets/problem",
            "target": problem.target,
            "task": problem.task,
            "runner": problem.runner,
            "retries": 0,
            "seed": problem.seed,
            "params": json.loads(json.dumps(problem.params)),
            "metric": dict(METRIC[problem.task]),
        },
    }


def _dataset(problem: Problem | Album, data: Path) -> dict[str, Any]:
    if isinstance(problem, Album):
        return {"source": write_album(problem.files, data, is_packed=problem.is_packed)}
    roles = {"target": problem.target} | ({"identifier": problem.identifier} if problem.identifier else {})
    return {"source": write_source(problem, data), **roles}
