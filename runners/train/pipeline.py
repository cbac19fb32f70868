"""The way of every trial: read → split → fit → accept → rank → evaluate → leave."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runners.contract import Request, Result
from runners.models import Model
from runners.train.acceptance import accept, ask, differences
from runners.train.annotations import learned_from
from runners.train.background import leave_background
from runners.train.coverage import calibrated, measured
from runners.train.evidence import leave
from runners.train.examples import Examples
from runners.train.findings import evaluate, violations_of
from runners.train.fitted import Fit
from runners.train.ranking import rank, unranked
from runners.train.split import split
from runners.train.trained import Trained
from runners.train.trial import Trial, log, timed, trial_of

Read = Callable[[Trial], Examples]
SHOWN_IMPORTANCE, SHOWN_NOTES, SHOWN_LABELS = 10, 10, 20


def train(request: Request, folder: Path, read: Read, fit: Fit) -> Result:
    """Run a trial.

    Args:
        request: what to train, and on what.
        folder: where the model and its evidence are left.
        read: reads the dataset.
        fit: fits a model to the training rows; the only step in which runners differ.

    Raises:
        InputError: the data, the parameters or the user's code don't do.
    """
    began, trial = datetime.now(UTC), trial_of(request, folder)
    with timed("read"):
        examples = read(trial)
    parts = learned_from(trial, split(examples, trial.told.split, trial.seed))
    counted = (len(parts.train), len(parts.validation), len(parts.test), len(examples.features))
    log.info("%d rows to train on, %d to validate, %d to test, %d features", *counted)
    fitted = fit(trial, parts)
    has_background = leave_background(trial, fitted, parts.train)
    accepted = accept(trial, fitted, examples, has_background=has_background)
    model = calibrated(trial, accepted, parts)
    with timed("evaluate"):
        ranking = rank(trial, model, parts.validation, fitted.reported)
        prediction = ask(model, parts.test)
        findings = evaluate(trial, model, parts.test, prediction, fitted.reported)
        coverage = measured(trial, model, prediction, parts.test)
    violations = (
        *differences(prediction, fitted),
        *violations_of(findings),
        *unranked(ranking, trial.told.metric.name),
    )
    trained = Trained(trial, parts, fitted, model, prediction, ranking, findings, violations, began, coverage)
    with timed("leave the evidence"):
        leave(trained)
    for name, value in findings.metrics.items():
        log.info("%s %.4f", name, value)
    return result_of(trained)


def result_of(trained: Trained) -> Result:
    """Return what the daemon is told of a trial."""
    findings, parts = trained.findings, trained.parts
    shown = list(findings.labels.items())[:SHOWN_LABELS]
    return Result(
        accepted=not trained.violations,
        violations=trained.violations,
        metrics=findings.finite,
        facts={
            "model": model_facts(trained.trial, trained.model),
            "signature": signature_facts(trained.model),
            "params": dict(trained.trial.params),
            "slices": findings.slices,
            "cut_slices": list(findings.cut),
            "validation": trained.ranking.as_dict(),
            "rows": parts.counts,
            "interval": {name: interval.as_dict() for name, interval in findings.intervals.items()},
            "importance": dict(list(findings.importance.items())[:SHOWN_IMPORTANCE]),
            **({"labels": {name: dict(told) for name, told in shown}} if shown else {}),
            **({"coverage": trained.coverage.as_dict()} if trained.coverage else {}),
            "notes": [*parts.train.notes, *trained.fitted.notes][:SHOWN_NOTES],
        },
        content=content_of(trained.model),
    )


def model_facts(trial: Trial, model: Model) -> dict[str, Any]:
    """Return the model's file, format, digest and size."""
    signature = model.signature
    size = (trial.folder / signature.file).stat().st_size
    return {"file": signature.file, "format": signature.format, "digest": signature.digest, "bytes": size}


def signature_facts(model: Model) -> dict[str, Any]:
    """Return the signature on a few lines: datatypes by column."""
    signature = model.signature
    return {
        "task": signature.task,
        "target": signature.target,
        "classes": list(signature.classes[:50]),
        "inputs": {column.name: column.datatype for column in signature.asked[:100]},
        "outputs": {column.name: column.datatype for column in signature.outputs},
    }


def content_of(model: Model) -> str:
    """Digest what a model means to those downstream: its signature, which holds the digest of its file."""
    return hashlib.sha256(model.signature.to_json().encode()).hexdigest()
