"""Experiments: one run a trial, and a leaderboard when all have ended."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.controllers.coverage_doubt import coverage_doubt
from reconciler.controllers.leaderboard import paged
from reconciler.controllers.preparing import proposed_preparations
from reconciler.controllers.proposals import proposed_names, replaced, waiting
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, lifecycle_of, surplus, tidy
from reconciler.controllers.run_orders import order, parts
from reconciler.controllers.status_pictures import TRIALS, model_pages, pictures, trial_documents
from reconciler.controllers.waiting import data_of, waits_for
from reconciler.model.change import StartRun
from reconciler.model.decision import DataVersion, Decision, Leaderboard, Phase, Scores, Trial, View
from reconciler.model.facts import ExperimentFacts, PromotionFacts
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.text import counted


def decide(resource: Resource, view: View) -> Decision:
    """Bring every trial of the sweep to its end on the newest version of the data."""
    spec = resource.spec
    assert isinstance(spec, Experiment)
    inputs: dict[str, DataVersion] = {}
    for role, address in (("dataset", spec.dataset), ("labels", spec.labels)):
        if not address:
            continue
        if (data := data_of(address, view)) is None:
            return waits_for(resource.address, address, view)
        inputs[role] = data
    if refusal := _over_budget(resource, spec, view):
        return refusal
    orders = trial_orders(resource, inputs, view)
    lifecycles = [lifecycle_of(wanted, spec.retries, view) for wanted in orders]
    memory: dict[str, Any] = {"made_from": parts(orders[0])} if orders else {}
    return _proposing(_told(resource, lifecycles, inputs["dataset"], view, memory), resource, inputs["dataset"], view)


def _proposing(decision: Decision, resource: Resource, data: DataVersion, view: View) -> Decision:
    """Add the preparations that are proposed, and what must be remembered of that."""
    changes = proposed_preparations(resource, data, view)
    gone = replaced(changes, view)
    names = [name for name in proposed_names(resource.address, view) if name not in gone]
    branch = waiting(resource.address, changes, view)
    facts = ({"proposed": names} if names else {}) | ({"proposal": branch} if branch else {})
    aside = f"; its preparations wait for a review: {branch}" if branch else ""
    return replace(
        decision,
        changes=(*decision.changes, *changes),
        facts={**decision.facts, **facts},
        message=decision.message + aside,
    )


def trial_orders(resource: Resource, inputs: Mapping[str, DataVersion], view: View) -> list[StartRun]:
    """Order every trial of an experiment on versions of its data, by role."""
    spec = resource.spec
    assert isinstance(spec, Experiment)
    return [_trial(resource, spec, params, inputs, view) for params in resource.trials]


def _trial(
    resource: Resource, spec: Experiment, params: Mapping[str, Any], inputs: Mapping[str, DataVersion], view: View
) -> StartRun:
    runner = spec.runner if isinstance(spec.runner, str) else "command"
    told = {**spec.train_params, **_sides(spec, view), "params": dict(params)}
    if not isinstance(spec.runner, str):
        told["runner"] = spec.runner.model_dump(mode="json", exclude_none=True)
    code = spec.code()
    ordered = order(
        resource,
        view,
        runner=runner,
        params=told,
        seed=spec.seed,
        made_from={"code": resource.code} | {role: version.content for role, version in inputs.items()},
        inputs={role: version.run for role, version in inputs.items()},
        code=(code, resource.code) if code and resource.code else None,
        version=resource.runner_version,
    )
    return replace(ordered, image=spec.image())


def _sides(spec: Experiment, view: View) -> dict[str, Any]:
    """Return the split that the dataset states; none is told where it states none, as trials are named by it."""
    dataset = view.desired.resources.get(Address(spec.dataset))
    split = dataset.spec.split if dataset and isinstance(dataset.spec, Dataset) else None
    return {"sides": split.model_dump(mode="json", exclude_defaults=True)} if split else {}


def _over_budget(resource: Resource, spec: Experiment, view: View) -> Decision | None:
    hours = gpu_hours(resource)
    if hours <= spec.budget.gpu_hours or not spec.resources.gpus:
        return None
    return Decision(
        address=resource.address,
        phase=Phase.STALLED,
        reason=Reason.OVER_BUDGET,
        message=f"{counted(len(resource.trials), 'trial')} may cost {hours:g} GPU hours, and the budget is "
        f"{spec.budget.gpu_hours:g}: raise budget.gpu_hours, shorten timeout, or sweep less",
        facts=view.recorded_facts(resource.address),
    )


def gpu_hours(resource: Resource) -> float:
    """Return how many GPU hours an experiment may cost at the most: trials x GPUs x nodes x timeout."""
    spec = resource.spec
    assert isinstance(spec, Experiment)
    a_trial = spec.resources.gpus * spec.resources.nodes * spec.timeout.total_seconds() / 3600
    return a_trial * len(resource.trials)


def _told(
    resource: Resource, lifecycles: list[Lifecycle], data: DataVersion, view: View, memory: Mapping[str, Any]
) -> Decision:
    spec = resource.spec
    assert isinstance(spec, Experiment)
    names = frozenset(p.run for p in lifecycles)
    ended = [p for p in lifecycles if p.stage.is_final]
    good = ranked(spec, [p for p in ended if p.stage is Stage.ACCEPTED])
    best = _figure(spec, good[0]) if good else None
    done = len(ended) == len(lifecycles)
    changes = tuple(change for p in lifecycles for change in p.changes) + tidy(resource.address, names, view)
    if done and good and spec.keep is not None and not _may_serve_any(view):
        changes += surplus(resource.address, spec.keep, names | _in_use(view), view)
    phase, reason, message = _phase(spec, lifecycles, good)
    shown = pictures(good[0].run, good[0].result) if done and good else {}
    rows = [_row(spec, place, p) for place, p in enumerate(_board(good, lifecycles), 1)]
    board, pages = paged(resource.address, rows)
    facts: ExperimentFacts = {
        "dataset": data.run,
        "metric": spec.metric.model_dump(mode="json"),
        "leaderboard": list(board),
        "pictures": list(shown),
    }
    if pages:
        facts |= {"leaderboard_pages": list(pages), "trials": len(rows)}
    return Decision(
        address=resource.address,
        phase=phase,
        reason=reason,
        message=message,
        changes=changes,
        facts={**facts, **memory},
        files={
            **shown,
            **(model_pages(good[0].run, good[0].result) if shown else {}),
            **trial_documents(_documented(resource, good, view)),
        },
        pages=pages,
        output=_output(spec, good, data) if done and best is not None else None,
        wake=min((p.wake for p in lifecycles if p.wake), default=None),
    )


def _documented(resource: Resource, good: list[Lifecycle], view: View) -> list[tuple[RunName, Mapping[str, Any]]]:
    """Return the trials of which documents are shown: the best, and its own of any version that serve or may soon."""
    best = {p.run: p.result for p in good[:TRIALS]}
    own = sorted(run for run in _in_use(view) if owner_of(run) == resource.identity and run not in best)
    used = {run: view.actual.results[run] for run in own if run in view.actual.results}
    return [*best.items(), *used.items()]


def _output(spec: Experiment, good: list[Lifecycle], data: DataVersion) -> Leaderboard:
    return Leaderboard(tuple(as_trial(p.run, p.result) for p in good), data, spec.metric.name)


def ranked(spec: Experiment, lifecycles: list[Lifecycle]) -> list[Lifecycle]:
    """Sort accepted trials by the experiment's metric on the validation rows, the best first; ties by name.

    One without the metric is last.
    """
    sign = -1.0 if spec.metric.goal == "maximize" else 1.0

    def place(lifecycle: Lifecycle) -> tuple[bool, float, str]:
        value = _figure(spec, lifecycle)
        return (value is None, sign * value if value is not None else 0.0, lifecycle.run)

    return sorted(lifecycles, key=place)


def _in_use(view: View) -> frozenset[RunName]:
    """Return the trials that deployments pin or serve, or that promotions are about to pin.

    Dropping one would take an endpoint's model away.
    """
    pinned = {RunName(spec.model.trial) for spec in view.desired.of_kind(Deployment).values() if spec.model}
    served = {item.trial for endpoint in view.actual.endpoints.values() for item in endpoint.revisions.values()}
    chosen = {view.facts_of(name, PromotionFacts).get("candidate") for name in view.desired.of_kind(Promotion)}
    return frozenset(pinned | served | {RunName(run) for run in chosen if run})


def _may_serve_any(view: View) -> bool:
    """Tell whether an endpoint can't be read: nobody knows which trials it serves, so none is dropped meanwhile."""
    return any(endpoint.unread for endpoint in view.actual.endpoints.values())


def _board(good: list[Lifecycle], lifecycles: list[Lifecycle]) -> list[Lifecycle]:
    return good + [p for p in lifecycles if p.stage is not Stage.ACCEPTED]


def _phase(spec: Experiment, lifecycles: list[Lifecycle], good: list[Lifecycle]) -> tuple[Phase, Reason, str]:
    bad = [p for p in lifecycles if p.stage in (Stage.REJECTED, Stage.FAILED)]
    open_ones = [p for p in lifecycles if not p.stage.is_final]
    if open_ones:
        working = any(p.stage in (Stage.RUNNING, Stage.FINISHING) for p in open_ones)
        phase = Phase.RECONCILING if working else Phase.WAITING
        why = "" if working else f"; next: {open_ones[0].message}"
        return phase, Reason.TRAINING, f"{len(lifecycles) - len(open_ones)} of {len(lifecycles)} trials ended{why}"
    if not good:
        return Phase.STALLED, Reason.NO_TRIAL_SUCCEEDED, _all_failed(bad)
    best = _figure(spec, good[0])
    if best is None:
        told = ", ".join(sorted(validated(good[0].result).metrics)[:10]) or "none"
        message = f"no trial has the metric {spec.metric.name}, so none is the best: they have {told}"
        return Phase.STALLED, Reason.NO_METRIC, message
    failed = f", {len(bad)} failed" if bad else ""
    message = f"{counted(len(good), 'trial')}, best {spec.metric.name} {best:.4f} on the validation rows{failed}"
    return Phase.READY, Reason.TRAINED, message


def validated(result: Mapping[str, Any]) -> Scores:
    """Read a trial's scores on the validation rows; one that was left without them has none."""
    told = result.get("facts", {}).get("validation") or {}
    return Scores(told.get("metrics") or {}, told.get("slices") or {}, told.get("interval") or {})


def _figure(spec: Experiment, lifecycle: Lifecycle) -> float | None:
    """Return the figure that ranks a trial."""
    return validated(lifecycle.result).metrics.get(spec.metric.name)


def _row(spec: Experiment, place: int, lifecycle: Lifecycle) -> dict[str, Any]:
    """Write a trial's row: `ranking` is the figure that ranks it, on the validation rows; `metrics` are of the test.

    One that failed, or hasn't ended, has no rank, but what there is to say of it.
    """
    facts = lifecycle.result.get("facts", {})
    row: dict[str, Any] = {"run": lifecycle.run, "stage": lifecycle.stage.value}
    if lifecycle.stage is Stage.ACCEPTED:
        row |= {"rank": place, "params": facts.get("params", {}), "metrics": lifecycle.result.get("metrics", {})}
        row["model"] = facts.get("model", {})
        known = validated(lifecycle.result).interval.get(spec.metric.name, {})
        row["ranking"] = {"value": _figure(spec, lifecycle), "low": known.get("low"), "high": known.get("high")}
    else:
        row["message"] = lifecycle.message
    return row


def as_trial(run: RunName, result: Mapping[str, Any]) -> Trial:
    """Read a trial from what its run has left."""
    facts = result.get("facts", {})
    doubt = coverage_doubt(facts)
    return Trial(
        run=run,
        params=facts.get("params", {}),
        validation=validated(result),
        test=Scores(result.get("metrics", {}), facts.get("slices", {})),
        model_digest=str(facts.get("model", {}).get("digest", "")),
        doubts=(doubt,) if doubt else (),
    )


def _all_failed(bad: list[Lifecycle]) -> str:
    if len(bad) == 1:
        return f"its only trial failed: {bad[0].message}"
    return f"all {len(bad)} trials failed; the first: {bad[0].message}"
