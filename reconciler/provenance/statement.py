"""The statement about a model: in-toto's, with SLSA's provenance, as the daemon knows it that ordered the run.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and https://slsa.dev/spec/v1.1/provenance. What
the run's job told of itself (its metrics, its packages) is named as that.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reconciler.model.change import Origin, StartRun
from reconciler.model.ids import CommitId, RunName

FILE = "model.intoto.jsonl"
"""Where a statement lies: in the run's folder, beside the model."""
LOCK = "environment.json"
"""Where a run tells which packages it ran with."""
STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:setpoint:run:1"
"""What the parameters of a statement mean: those of a run, in the first form."""
BY_JOB = "the run's job"
"""Who told what the daemon hasn't seen itself."""
_MOST_PACKAGES = 2000
_MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Left:
    """What a run has left, as its statement tells it.

    `digest` is that of its `result.json`, `inputs` has those of the runs that it read, by role; `packages` are versions
    by name.
    """

    result: Mapping[str, Any]
    digest: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)


def model_of(result: Mapping[str, Any]) -> str:
    """Return the digest of the model that a run has left; empty where it has left none."""
    model = (result.get("facts") or {}).get("model")
    found = model.get("digest") if isinstance(model, Mapping) else None
    return found if isinstance(found, str) else ""


def packages_in(lock: Any) -> dict[str, str]:
    """Return the packages that a run's `environment.json` tells; those that it doesn't tell as texts are left out."""
    told = lock.get("packages") if isinstance(lock, Mapping) else None
    found = told.items() if isinstance(told, Mapping) else ()
    return {str(name): version for name, version in list(found)[:_MOST_PACKAGES] if isinstance(version, str)}


def statement(origin: Origin, commit: CommitId, left: Left, version: str) -> bytes:
    """Return the statement about a run's model, the same bytes for the same run.

    Args:
        origin: how the run came about.
        commit: the commit whose pass takes the run's output, and whose specs ask for it.
        left: what the run has left.
        version: the version of this program.
    """
    order = origin.order
    told = {
        "_type": STATEMENT,
        "subject": list(_subjects(order.run, left.result)),
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": _external(order),
                "internalParameters": _internal(order),
                "resolvedDependencies": list(_dependencies(origin, commit, left)),
            },
            "runDetails": {
                "builder": {
                    "id": f"urn:setpoint:environment:{order.provenance.get('environment', '')}",
                    "version": {"setpoint": version},
                },
                "metadata": {"invocationId": order.run, **_times(origin)},
                "byproducts": [_result(left)],
            },
        },
    }
    return json.dumps(told, separators=(",", ":"), sort_keys=True, default=_plain).encode()


def _plain(value: Any) -> Any:
    """Return what JSON knows for what it doesn't know, such as a frozen mapping or a day."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def _subjects(run: RunName, result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the model, by the digest that deployments pin, then the files that the run has left.

    Of too many for a statement the last ones are left out: that of `result.json`, which lists all, stands for them.
    """
    yield {"name": run, "digest": _sha256(model_of(result))}
    for path, digest in sorted((result.get("files") or {}).items())[:_MOST_FILES]:
        if isinstance(digest, str):
            yield {"name": f"{run}/{path}", "digest": _sha256(digest)}


def _external(order: StartRun) -> dict[str, Any]:
    return {
        "environment": order.provenance.get("environment", ""),
        "resource": order.address,
        "spec": order.provenance.get("spec", ""),
        "runner": order.runner,
        "params": order.params,
        "seed": order.seed,
        "inputs": dict(order.inputs),
    }


def _internal(order: StartRun) -> dict[str, Any]:
    return {
        "runner_version": order.provenance.get("runner_version"),
        "pool": order.pool,
        "team": order.team,
        "resources": order.resources.model_dump(mode="json"),
        "timeout": order.timeout,
    }


def _dependencies(origin: Origin, commit: CommitId, left: Left) -> Iterator[dict[str, Any]]:
    """Yield what the model was made from: specs, code, data, image, packages."""
    order = origin.order
    yield {"name": "specs", "uri": str(order.provenance.get("spec", "")), "digest": {"gitCommit": commit}}
    if order.code:
        folder, tree = order.code
        yield {"name": "code", "uri": folder, "digest": {"gitTree": tree}}
    for role, run in sorted(order.inputs.items()):
        digests = {"dataCommit": str(origin.commits.get(role, ""))} | _sha256(left.inputs.get(role, ""))
        content = order.made_from.get(role)
        yield {
            "name": role,
            "uri": f"urn:setpoint:run:{run}",
            "digest": {key: digest for key, digest in digests.items() if digest},
            "annotations": {"content": content} if content else {},
        }
    if order.image:
        yield {"name": "image", "uri": order.image}
    for name, version in sorted(left.packages.items()):
        yield {"name": name, "uri": f"pkg:pypi/{name}@{version}", "annotations": {"told_by": BY_JOB}}


def _times(origin: Origin) -> dict[str, str]:
    job = origin.job
    times = {"startedOn": job.started, "finishedOn": job.ended} if job else {}
    return {name: _moment(moment) for name, moment in times.items() if moment}


def _result(left: Left) -> dict[str, Any]:
    facts = left.result.get("facts") or {}
    validation = facts.get("validation") or {}
    told = {"metrics": left.result.get("metrics") or {}, "validation": validation.get("metrics") or {}}
    annotations = {"told_by": BY_JOB, "content": left.result.get("content", ""), **told}
    return {"name": "result.json", "digest": _sha256(left.digest), "annotations": annotations}


def _sha256(digest: str) -> dict[str, str]:
    return {"sha256": digest.removeprefix("sha256:")} if digest else {}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
