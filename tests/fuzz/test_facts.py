"""Every fact that a job may leave, in turn left as anything else: no controller raises, and no message grows.

Random worlds reach the odd value of a given fact once in thousands of inputs. Here worlds are played until each kind of
run has ended well, and then every place of every result is each odd value once.
"""

import json
import traceback
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reconciler.controllers import CONTROLLERS
from reconciler.controllers.deployments import revision_of
from reconciler.model.change import OpenProposal, StartRun
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.label_changes import PullAnswers
from reconciler.model.label_projects import Asked, LabelProject, slot_name
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired, Resource
from reconciler.plan import decide
from reconciler.status.results import document_of
from runners.contract.text import dotted
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers import replaying
from tests.unit.reconciler.controllers import test_ab_tests as ab_test
from tests.unit.reconciler.controllers import test_campaigns as campaign

LIVE = stage.trial_name("9")
ITEMS = [f"{n:012x}" for n in range(4)]
TASKS = {slot_name(item, 1): Asked(1) for item in ITEMS}
LONG = "x" * 50_000
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**62, 0.5, 1e308, "", LONG, "2026-13-45", "\x1b[31m", "datasets/loans",
    [], [None], [LONG], [1, 2], [[1, 2]], [{"a": 1}], {}, {"": None}, {"a": {"b": LONG}},
)  # fmt: skip
LONGEST, LARGEST = 6_000, 60_000
"""Characters of a message at the most, and of a proposal's text, whatever a job told."""
BOUND = {"metric": "roc_auc", "confidence": 0.95, "slice": None, "value": None, "low": -0.02, "high": 0.01}
SHARE = replaying.share(0.1, 0.12)
CAUSE = {
    "sentence": "age drifts",
    "fix": "look",
    "action": "retrain",
    "columns": ["age"],
    "alerts": ["drift"],
    "cost": 0.1,
}
SLICES = {"sex": {"1": {"roc_auc": 0.5, "rows": 5}}}
SEGMENT = {"name": "sex = 1", "rows": 5, "alerts": ["drift"], "drifted": ["age"], "gap": "few", "reference": 0.5}
LABELS: Mapping[str, Any] = {
    "alpha": 0.8, "interval": [0.7, 0.9], "answered": 9, "disputes": 1, "unsure": ITEMS[:1],
    "gold": {"questions": 1, "wanted": 3}, "items": ITEMS, "part": 500, "parts": ["tasks/00000.json"],
    "gain": {"answers": 10, "interval": [0.0, 0.1], "changed": 1, "examples": 9}, "people": {"ann": {"answers": 3}},
}  # fmt: skip
OUTCOMES: Mapping[str, Any] = {
    "rows": 1000, "notes": ["late"], "seen": {"candidate": 1, "live": 2}, "candidate_alone": 2, "live_alone": 1,
    "intervals": {"roc_auc": {"low": -0.1, "high": 0.1}},
}  # fmt: skip
FACTS: Mapping[str, Any] = {
    **LABELS, "rows": 1000, "params": {"a": 1}, "confidence": 0.95, "logged": 5000, "unread": 3, "outcomes": OUTCOMES,
    "slices": SLICES, "candidate": {"slices": SLICES}, "live": {"slices": SLICES}, "cut_slices": ["age"],
    "bounds": [BOUND, BOUND | {"slice": "sex", "value": "1"}], "judged": {"rows": 900, "tested": 1000},
    "types": {"age": "integer"}, "found": {"error": 1, "warning": 2}, "content": "rows-1", "schema": {},
    "proposed_columns": {"id": {"type": "integer"}}, "machine": {"cores": 2, "name": "a"},
    "verdict": "alert", "window": {"start": None, "end": stage.NOW.isoformat()}, "causes": [CAUSE],
    "alerts": [{"what": "drift", "where": "age", "value": 4.0, "threshold": 3.0}],
    "segments": {"metric": "roc_auc", "count": 1, "found": [SEGMENT]},
    "figures": dict.fromkeys(("differing", "refused", "size", "answers", "latency.p99", "load.rate"), SHARE),
    "scores": [{"class": "1", "mean": SHARE}], "numbers": {"mean": SHARE}, "refused": [{"kind": "range", "rows": 3}],
    "times": {"candidate": {"p50": SHARE}, "live": {"p50": SHARE}}, "where": [{"what": "age", "differing": SHARE}],
    "classes": [{"class": "1", "differing": SHARE, "becomes": [["0", 4]]}], "repeated": SHARE,
}  # fmt: skip
REPLICA = {"size": "50Mi", "answers": {"minimum": 0.05}, "load": {"rate": 0.01}}
PLAIN = stage.trained({"roc_auc": 0.9, "candidate.roc_auc": 0.9, "live.roc_auc": 0.8})
WHOLE: Mapping[str, Any] = PLAIN | {
    "facts": {**PLAIN["facts"], **FACTS},
    "files": {"report.md": "sha256:1", "drift.png": "sha256:2", "roc.png": "sha256:3"},
    "violations": [{"where": "a", "what": "b", "fix": "c"}],
    "provenance": {"finished_at": stage.NOW.isoformat(), "input_reference": LIVE, "spec": "a"},
}
GATES = [
    {"metric": "roc_auc", "minimum": 0.5},
    {"metric": "roc_auc", "worse_than_live": 0.1, "confidence": 0.95},
    {"metric": "roc_auc", "worse_than_live": 0.1, "confidence": 0.95, "slice": "sex"},
    replaying.RECENT,
]


@dataclass(frozen=True)
class Played:
    """What is desired, what is seen beside runs, the runs that there are, and what was recorded of resources."""

    desired: Desired
    things: tuple[Any, ...]
    runs: frozenset[RunName]
    known: Mapping[str, Any] = field(default_factory=dict)
    recorded: Mapping[Address, Mapping[str, Any]] = field(default_factory=dict)

    def told(self, result: Mapping[str, Any]) -> Plan:
        """Plan where every run has left this."""
        text = json.dumps(result).encode()
        results = {run: document_of(run, "result.json", text) for run in self.runs}
        versions = map(stage.version, sorted(self.runs))
        seen = stage.actual(*versions, *self.things, results=results, facts=self.recorded, **self.known)
        return decide(self.desired, seen, CONTROLLERS)


def played(*resources: Resource, things: tuple[Any, ...] = (), whole: Mapping[str, Any], **known: Any) -> Played:
    """Play until no further run begins."""
    now = Played(stage.desired(*resources), things, frozenset({LIVE, ab_test.TRIAL, ab_test.BEFORE}), known)
    for _ in range(12):
        plan = now.told(whole)
        started = {change.run for change in plan.changes if isinstance(change, StartRun | PullAnswers)}
        recorded = {address: decision.facts for address, decision in plan.decisions.items()}
        if started <= now.runs and recorded == now.recorded:
            return now
        now = replace(now, runs=now.runs | started, recorded=recorded)
    raise AssertionError("it goes on and on")


def release() -> Played:
    """A model is served and watched, and another one is compared, replayed and measured beside it."""
    model = {"trial": LIVE, "digest": stage.MODEL}
    api = stage.resource(stage.API, model=model)
    assert isinstance(api.spec, Deployment)
    assert api.spec.model
    name = revision_of(api.spec, api.spec.model)
    endpoint = stage.endpoint(
        stage.revision(name, trial=LIVE, started=stage.ago(days=9)), traffic={name: 100}, since=stage.ago(days=8)
    )
    return played(
        stage.resource(stage.SHARED), stage.resource(stage.LOANS), stage.resource(stage.MARKS),
        stage.resource(stage.SCORE), api,
        stage.resource(stage.GO, gates=GATES, replay=replaying.REPLAY | {"maximum_refused": 0.5}, replica=REPLICA),
        stage.resource(stage.WATCH, outcomes=replaying.OUTCOMES, alert={"action": "retrain"}),
        things=(endpoint,), whole=WHOLE,
    )  # fmt: skip


def shared() -> Played:
    """Two models share the traffic, and a look at their test is made."""
    whole = {**WHOLE, "facts": {**WHOLE["facts"], **ab_test.KNOWN}}
    watch = stage.resource(stage.WATCH, outcomes=replaying.OUTCOMES)
    return played(ab_test.deployment(), watch, things=(ab_test.serving(),), whole=whole)


def asked() -> Played:
    """People were asked, and answered."""
    project = LabelProject("1", "https://labels.example.org", config=campaign.CONFIG, state="1", tasks=TASKS)
    campaign_ = {"show": "text", "stop": {"alpha": 0.95, "gain": {"answers": 10, "below": 0.05}, "disputed": 0.01}}
    marks = stage.resource(stage.MARKS, exports=None, choices=campaign.CHOICES, campaign=campaign_)
    return played(stage.resource(stage.LOANS), marks, whole=WHOLE, projects={stage.MARKS: project})


WORLDS = {"release": (release, FACTS), "shared": (shared, ab_test.KNOWN), "asked": (asked, LABELS)}


def places(told: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Return each place of a document, as the keys that lead to it."""
    if path:
        yield path
    items = told.items() if isinstance(told, Mapping) else enumerate(told) if isinstance(told, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def changed(told: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a document with another value at a place."""
    if not path:
        return value
    copy = dict(told) if isinstance(told, Mapping) else list(told)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)  # type: ignore[index]
    return copy


def broken_by(world: Played, whole: Mapping[str, Any], names: Collection[str]) -> Iterator[str]:
    """Return which odd values of these facts break a plan or make a text too long."""
    for path in [path for path in places(whole) if path[0] != "facts" or path[1:2] == () or path[1] in names]:
        for value in ODD:
            try:
                plan = world.told(changed(whole, path, value))
            except Exception as error:  # noqa: BLE001 - it is what is looked for
                where = traceback.extract_tb(error.__traceback__)[-1]
                told = f"{type(error).__name__} {error} at {where.filename}:{where.lineno}"
                yield f"{dotted(path)} = {value!r:.40}: {told}"
                continue
            yield from (f"{dotted(path)} = {value!r:.40}: {told}" for told in _too_long(plan))


def _too_long(plan: Plan) -> Iterator[str]:
    for address, decision in plan.decisions.items():
        if len(decision.message) > LONGEST:
            yield f"{address} says {len(decision.message):,} characters"
    for change in plan.changes:
        if isinstance(change, OpenProposal) and len(change.body) > LARGEST:
            yield f"{change.address} proposes by {len(change.body):,} characters"


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_no_fact_is_relied_on(name: str) -> None:
    play, told = WORLDS[name]
    world, whole = play(), {**WHOLE, "facts": {**WHOLE["facts"], **told}}
    found = list(broken_by(world, whole, told))
    assert not found, "\n".join(found[:10])
