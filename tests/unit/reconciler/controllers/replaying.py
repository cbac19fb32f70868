"""A promotion that asks for a replay, its jobs done, and what a replay tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.model.change import StartRun
from reconciler.model.decision import Decision
from reconciler.model.observed import Controls
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, MODEL, NOW

BEST, LIVE = stage.trial("1", roc_auc=0.9), stage.live("9")
REPLAY: dict[str, Any] = {"rows": 1000, "maximum_differing": 0.2, "maximum_refused": 0}
RECENT: dict[str, Any] = {"metric": "roc_auc", "worse_than_live": 0.01, "rows": "recent"}
OUTCOMES: dict[str, Any] = {"files": {"url": "file:///outcomes", "format": "csv"}}
METRICS = {"candidate.roc_auc": 0.9, "live.roc_auc": 0.85}


def share(value: float, high: float | None = None, count: int = 1000) -> dict[str, Any]:
    """Return a share as a replay tells it."""
    return {"value": value, "low": value, "high": value if high is None else high, "count": count}


def told(metrics: Mapping[str, float] = METRICS, **facts: Any) -> dict[str, Any]:
    """Return the result of a replay of a thousand rows, all of whose outcomes are known."""
    figures = {"differing": share(0.1, 0.12), "refused": share(0.0, 0.003)}
    known = {"rows": 1000, "logged": 5000, "figures": figures, "confidence": 0.95, "obstacle": "", **facts}
    return stage.result(metrics=dict(metrics), facts={"outcomes": {"rows": 1000}, **known})


def decide(
    *things: Any,
    results: Mapping[Any, Any] | None = None,
    replay: Mapping[str, Any] | None = REPLAY,
    live: Any = LIVE,
    now: datetime = NOW,
    facts: Mapping[str, Any] | None = None,
    deployment: Mapping[str, Any] | None = None,
    watched: bool = True,
    controls: Controls | None = None,
    unread: Mapping[str, str] | None = None,
    **spec: Any,
) -> Decision:
    """Decide on a promotion, beside a model that is pinned and answers."""
    thing = stage.resource(GO, **{"replay": replay} if replay else {}, **spec)
    api = stage.resource(API, model={"trial": LIVE.trial, "digest": MODEL}, **deployment or {})
    monitor = [stage.resource(stage.WATCH, outcomes=OUTCOMES)] if watched else []
    recorded = {GO: facts} if facts else None
    seen = stage.actual(
        stage.version(LIVE.trial),
        *things,
        results=results,
        now=now,
        facts=recorded,
        controls=controls,
        unread=unread,
    )
    return stage.decide(thing, seen, api, *monitor, upstream=[stage.board(BEST), stage.upstream(API, live)])


def started(decision: Decision) -> dict[str, StartRun]:
    """Return the runs that a decision starts, by their runner."""
    return {change.runner: change for change in stage.of(decision, StartRun)}


def judged(result: Mapping[str, Any], *things: Any, facts: Mapping[str, Any] | None = None, **parts: Any) -> Decision:
    """Decide when both jobs are done, and the replay has left a result."""
    begun = decide(facts=facts, **parts)
    runs = {runner: change.run for runner, change in started(begun).items()}
    results = {runs["evaluate"]: stage.result(metrics=dict(METRICS))} | {runs["replay"]: result}
    versions = [stage.version(run) for run in runs.values()]
    return decide(*versions, *things, results=results, facts=facts or begun.facts, **parts)
