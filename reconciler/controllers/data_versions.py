"""The versions of the data that came since a model was trained: among them a report looks for what moved."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from reconciler.controllers.run_lifecycle import finished_at
from reconciler.model.decision import View
from reconciler.model.ids import RunName, owner_of
from runners.contract.request import version_role

MOST = 16
"""Versions that a report is handed, the newest: halving them takes five profiles at the most."""


def data_versions(trial: RunName, view: View) -> dict[str, RunName]:
    """Return the version that a trial was trained on and those that came since, by their roles as inputs.

    Of neighbours with the same content the first is told. Nothing where the version isn't here any more.
    """
    told = view.actual.results.get(trial, {}).get("provenance")
    trained = RunName(str(told.get("input_dataset", ""))) if isinstance(told, Mapping) else RunName("")
    if not trained or trained not in view.actual.results:
        return {}
    owner = owner_of(trained)
    known = view.versions_by_owner.get(view.desired.moved.get(owner, owner), ())
    results = {one.run: view.actual.results[one.run] for one in known if one.here and one.run in view.actual.results}
    if trained not in results:
        return {}
    since = _moment(trained, results)
    ordered = sorted((run for run in results if _moment(run, results) >= since), key=lambda run: _moment(run, results))
    distinct = [next(iter(runs)) for _, runs in groupby(ordered, key=lambda run: _content(run, results))]
    kept = [trained, *[run for run in distinct if run != trained][-(MOST - 1) :]]
    return {version_role(place, run): run for place, run in enumerate(kept)}


def _moment(run: RunName, results: Mapping[RunName, Mapping[str, Any]]) -> tuple[str, str]:
    return finished_at(results[run]), run


def _content(run: RunName, results: Mapping[RunName, Mapping[str, Any]]) -> str:
    return str(results[run].get("content") or run)
