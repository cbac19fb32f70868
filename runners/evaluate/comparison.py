"""The comparison of a candidate with the model that is live, on the very same rows.

The rows are those that the candidate was tested on, as it left them in `reference.parquet`, without those that the live
model was trained or chosen on (`judging`). What the candidate answered stands in them; the live model is asked now.
Where too few are left, nothing is compared, and why is told.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from runners.contract import InputError, Request, Result
from runners.evaluate.candidates import Candidate, read_candidate
from runners.evaluate.compared import Comparison, Side
from runners.evaluate.judging import judging
from runners.evaluate.metrics import Metric, measure, metrics_of
from runners.evaluate.predictions import Answers, answers_of
from runners.evaluate.report import write_report
from runners.evaluate.resampling import Intervals, bounds, differences, intervals
from runners.evaluate.slices import Slicing, cut_of, slice_metrics, slicings_of
from runners.models import ModelInputError, ModelRefused, Signature, load
from runners.staging import local

Array = NDArray[Any]
DOCUMENT = "comparison.json"


class AskedMetric(BaseModel):
    """The figure that ranks trials."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    goal: Literal["maximize", "minimize"] = "maximize"


class AskedBound(BaseModel):
    """A bound of the difference of a metric, over all rows or on every value of a column, by which a gate decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str
    confidence: float = Field(ge=0.5, lt=1)
    slice: str | None = None


class CompareParams(BaseModel):
    """What to compare; unset, what the candidate's experiment says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: AskedMetric | None = None
    slices: tuple[str, ...] = Field(default=())
    bounds: tuple[AskedBound, ...] = Field(default=())


def compare(request: Request, folder: Path) -> Result:
    """Compare the inputs `candidate` and, where there is one, `live`.

    Raises:
        InputError: an input is no trial, or the live model can't answer the candidate's rows.
    """
    params = request.params_as(CompareParams)
    candidate = read_candidate(_folder(request, "candidate"))
    found = judging(candidate, _folder(request, "live")) if "live" in request.inputs else None
    candidate = candidate.at(found.rows) if found else candidate
    slicings = slicings_of({name: candidate.column(name) for name in params.slices or candidate.slices})
    name = params.metric.name if params.metric else candidate.metric
    own = _side(candidate.run, candidate.answers, slicings)
    is_fair = found is not None and not found.obstacle
    live = _live(_folder(request, "live"), candidate, slicings) if is_fair else None
    comparison = replace(comparison_of(own, live, name, slicings, request.seed), judging=found)
    (folder / DOCUMENT).write_text(json.dumps(document(comparison), indent=2, allow_nan=False) + "\n", "utf-8")
    write_report(comparison, folder)
    told = facts(comparison)
    if live is not None:
        told["bounds"] = [one for asked in params.bounds for one in bounds_of(asked, own, live, slicings, request.seed)]
    return Result(metrics=flat_metrics(comparison), facts=told)


def _folder(request: Request, role: str) -> Path:
    url = request.inputs.get(role)
    if url is None:
        raise InputError(f"the request has no {role}", f"inputs.{role}", "give the URL of a trial's folder")
    return local(url)


def _side(run: str, answers: Answers, slicings: Mapping[str, Slicing]) -> Side:
    measured = {name: value for name, value in measure(answers).items() if np.isfinite(value)}
    return Side(run, answers, measured, slice_metrics(answers, slicings))


def _live(folder: Path, candidate: Candidate, slicings: Mapping[str, Slicing]) -> Side:
    """Have the live model answer the candidate's rows.

    Raises:
        InputError: it can't be loaded, predicts something else, or misses a column.
    """
    try:
        model = load(folder)
        _check_same_question(model.signature, candidate)
        prediction = model.predict({name: candidate.column(name) for name in model.signature.columns})
        answers = answers_of(candidate.task, candidate.truth, prediction, candidate.classes)
    except (ModelRefused, ModelInputError) as error:
        what = f"the live model can't answer the candidate's rows: {error.what}"
        raise InputError(
            what, error.where, getattr(error, "fix", "") or "promote without a comparison, by hand"
        ) from error
    return _side(_run_of(folder), answers, slicings)


def _check_same_question(signature: Signature, candidate: Candidate) -> None:
    if (signature.target, signature.task) != (candidate.target, candidate.task):
        what = f"the live model predicts {signature.target} ({signature.task}), the candidate {candidate.target}"
        raise InputError(what + f" ({candidate.task})", "live", "compare trials of one experiment")
    if signature.classes != candidate.classes:
        new = sorted(map(str, set(candidate.classes) ^ set(signature.classes)))
        what = f"the live model and the candidate tell different classes apart: {', '.join(new[:5])}"
        raise InputError(what, "live", "promote by hand: the figures can't be compared")


def _run_of(folder: Path) -> str:
    try:
        return str(json.loads((folder / "params.json").read_text("utf-8")).get("run", folder.name))
    except (OSError, ValueError):
        return folder.name


def comparison_of(own: Side, live: Side | None, name: str, slicings: Mapping[str, Slicing], seed: int) -> Comparison:
    """Hold two models' answers against each other."""
    metrics = tuple(m for m in metrics_of(own.answers) if m.name in own.metrics)
    if live is not None:
        metrics = tuple(m for m in metrics if m.name in live.metrics)
    main = next((metric for metric in metrics if metric.name == name), metrics[0])
    by_slice = {column: _by_value(own, live, main, slicing, seed) for column, slicing in slicings.items()}
    known = _intervals(own, live, metrics, seed)
    return Comparison(len(own.answers), main, metrics, own, live, known, by_slice, cut_of(slicings))


def _intervals(own: Side, live: Side | None, metrics: tuple[Metric, ...], seed: int) -> Intervals:
    if live is None:
        return intervals(metrics, own.answers, seed)
    return differences(metrics, live.answers, own.answers, seed)


def _by_value(own: Side, live: Side | None, main: Metric, slicing: Slicing, seed: int) -> dict[str, Intervals]:
    found = {}
    for value, mask in slicing.parts:
        rows = np.flatnonzero(mask)
        before = None if live is None else Side(live.run, live.answers.take(rows), {}, {})
        known = _intervals(Side(own.run, own.answers.take(rows), {}, {}), before, (main,), seed)
        if np.isfinite(known[main.name].value):
            found[value] = known
    return found


def bounds_of(
    asked: AskedBound, own: Side, live: Side, slicings: Mapping[str, Slicing], seed: int
) -> Iterator[dict[str, Any]]:
    """Yield a bound, or those of every slice, as gates look for them; none of what neither side has."""
    metric = next((m for m in metrics_of(own.answers) if m.name == asked.metric and m.name in live.metrics), None)
    if metric is None or (asked.slice is not None and asked.slice not in slicings):
        return
    everything = np.ones(len(own.answers), np.bool_)
    parts = slicings[asked.slice].parts if asked.slice is not None else [(None, everything)]
    for value, mask in parts:
        rows = np.flatnonzero(mask)
        low, high = bounds(metric, live.answers.take(rows), own.answers.take(rows), seed, asked.confidence)
        yield {**asked.model_dump(mode="json"), "value": value, "low": low, "high": high}


def flat_metrics(comparison: Comparison) -> dict[str, float]:
    """Return `candidate.<metric>`, and where a model is live `live.<metric>` and `difference.<metric>`."""
    flat = {f"candidate.{name}": value for name, value in comparison.candidate.metrics.items()}
    if comparison.live is None:
        return flat
    flat |= {f"live.{name}": value for name, value in comparison.live.metrics.items()}
    return flat | {f"difference.{name}": known.value for name, known in comparison.intervals.items()}


def facts(comparison: Comparison) -> dict[str, Any]:
    """Return what a status page shows."""
    live = comparison.live
    known = {name: interval.as_dict() for name, interval in comparison.intervals.items()}
    return {
        "rows": comparison.rows,
        "metric": comparison.main.name,
        "candidate": comparison.candidate.as_dict(),
        "live": live.as_dict() if live else None,
        "intervals": known,
        "cut_slices": list(comparison.cut),
        **({"judged": dict(found.told), "obstacle": found.obstacle} if (found := comparison.judging) else {}),
    }


def document(comparison: Comparison) -> dict[str, Any]:
    """Return all of a comparison as JSON: the facts, and the intervals by slice."""
    by_slice = {
        column: {value: known[comparison.main.name].as_dict() for value, known in values.items()}
        for column, values in comparison.by_slice.items()
    }
    return {**facts(comparison), "intervals_by_slice": by_slice}
