"""Provenance: an in-toto statement with SLSA's predicate, which says what a model's file was made from.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and https://slsa.dev/spec/v1.0/provenance
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runners.models.loading import digest_of
from runners.models.signature import FILE as SIGNATURE
from runners.train.evidence.documents import environment, write_json
from runners.train.trained import Trained

FILE = "provenance.json"
STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:setpoint:train:1"
INPUT = "input_"
"""How the daemon's provenance names the runs that an input comes from."""


def write_provenance(trained: Trained) -> None:
    """Write `provenance.json`."""
    write_json(trained.trial.folder / FILE, statement(trained, datetime.now(UTC)))


def statement(trained: Trained, finished: datetime) -> dict[str, Any]:
    """Return the statement; its subjects are the model's files and its signature."""
    signature, request = trained.model.signature, trained.trial.request
    subjects = {**signature.files, SIGNATURE: digest_of(signature.to_json().encode())}.items()
    packages = environment()["packages"]
    return {
        "_type": STATEMENT,
        "subject": [_subject(name, digest) for name, digest in subjects],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"params": trained.trial.told.model_dump(mode="json"), "seed": request.seed},
                "internalParameters": {"runner": request.runner, "provenance": dict(request.provenance)},
                "resolvedDependencies": dependencies(request.provenance, request.inputs),
            },
            "runDetails": {
                "builder": {"id": f"urn:setpoint:runner:{request.runner}", "version": packages},
                "metadata": {
                    "invocationId": request.run,
                    "startedOn": _moment(trained.began),
                    "finishedOn": _moment(finished),
                },
            },
        },
    }


def _subject(name: str, digest: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}


def dependencies(provenance: Mapping[str, Any], inputs: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what a model was made from: the commit of the specs, and each input's run."""
    found = []
    commit = provenance.get("commit")
    if commit:
        kind = "gitCommit" if len(str(commit)) in (40, 64) else "commit"
        found.append({"name": "specs", "uri": str(provenance.get("spec", "specs")), "digest": {kind: str(commit)}})
    for role in sorted(inputs):
        run = provenance.get(INPUT + role)
        found.append({"name": role, "uri": f"urn:setpoint:run:{run}" if run else inputs[role]})
    return found


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
