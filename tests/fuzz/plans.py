"""Plans: random worlds, results and statuses; no controller may raise, and no status may differ from itself."""

import json
from dataclasses import replace
from random import Random
from typing import Any

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import StartRun
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Actual, JobState
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired
from reconciler.plan import decide
from reconciler.providers.memory import MemoryStatus, World
from reconciler.status.read import Recorded, RecordedFiles
from reconciler.status.results import document_of
from reconciler.status.write import edits
from tests.fuzz.mutation import structure
from tests.unit.reconciler import stage

MODEL = {"trial": stage.trial_name("1"), "digest": stage.MODEL}
ALL = (stage.SHARED, stage.LOANS, stage.MARKS, stage.SCORE, stage.API, stage.GO, stage.WATCH)
STATES = ("starting", "ready", "failed", "stopping")


def planning(random: Random) -> None:
    """Make some passes over a random world, as the cycle does; every second world is one where most goes well."""
    calm = random.random() < 0.5
    world, known = World(), set[RunName]({stage.trial_name("1")})
    status, files, recorded = MemoryStatus(world), RecordedFiles(), Recorded()
    for _ in range(6 if calm else 3):
        desired = _desired(random, 0.02 if calm else 0.15)
        seen = _actual(random, known, recorded, calm=calm)
        plan = decide(desired, seen, CONTROLLERS)
        assert plan.digest
        known |= {change.run for change in plan.changes if isinstance(change, StartRun)}
        changed = _edits(desired, plan, recorded)
        status.write({path: _broken(random, text) for path, text in changed.items()}, "a pass")
        recorded = files.read(status.read())
        assert all(recorded.flaws.values()), "a flaw without a word"
    _see_stable(desired, plan, status)


def _see_stable(desired: Desired, plan: Plan, status: MemoryStatus) -> None:
    """See that a status that was written is read back as it was: else every pass would write a commit."""
    status.write(_edits(desired, plan, RecordedFiles().read(status.read())), "a pass")
    again = RecordedFiles().read(status.read())
    assert not again.flaws, again.flaws
    assert _edits(desired, plan, again) == {}, "a status differs from itself"


def _edits(desired: Desired, plan: Plan, recorded: Recorded) -> dict[str, bytes | None]:
    return edits(desired, plan, (), recorded=recorded, read=lambda run, path: b"x", now=stage.NOW)


def _broken(random: Random, text: bytes | None) -> bytes | None:
    if text is None or random.random() > 0.05:
        return text
    return text[: random.randint(0, len(text))] + random.choice((b"", b"\xff", b"[", b"\nfacts: 5\n", b": :"))


def _desired(random: Random, missing: float) -> Desired:
    chosen = [address for address in ALL if random.random() > missing]
    specs: dict[Address, dict[str, Any]] = {
        stage.API: {"model": MODEL} if random.random() < 0.7 else {},
        stage.SCORE: {"retries": random.randint(0, 2)},
        stage.LOANS: {"refresh": random.choice((None, "0 3 * * *")), "keep": random.choice((None, 1))},
        stage.GO: {"approval": random.choice(("auto", "review"))},
        stage.WATCH: {"alert": {"action": random.choice(("report", "retrain", "rollback"))}},
    }
    return stage.desired(*(stage.resource(address, **specs.get(address, {})) for address in chosen))


def _actual(random: Random, known: set[RunName], recorded: Recorded, *, calm: bool) -> Actual:
    things: list[Any] = []
    for run in sorted(known):
        things += [stage.version(run)] if calm and random.random() < 0.9 else _of_run(random, run)
    if random.random() < 0.7:
        things.append(_endpoint(random))
    left = [run for run in sorted(known) if random.random() < (0.95 if calm else 0.7)]
    documents = {run: document_of(run, "result.json", _result(random, 0.15 if calm else 0.7)) for run in left}
    errors = {run: document_of(run, "error.json", _error(random)) for run in sorted(known) if random.random() < 0.3}
    unread = (
        {random.choice(("data", "pool", "serving", "forge")): "away"}
        if random.random() < (0.02 if calm else 0.1)
        else {}
    )
    seen = stage.actual(*things, results=documents, errors=errors, unread=unread, controls=recorded.controls)
    return replace(seen, recorded=recorded.statuses)


def _of_run(random: Random, run: RunName) -> list[Any]:
    found: list[Any] = []
    if random.random() < 0.4:
        found.append(stage.version(run, here=random.random() < 0.8))
    if random.random() < 0.5:
        found.append(stage.branch(run, sealed=random.random() < 0.4, ours=random.random() < 0.8))
    if random.random() < 0.5:
        state, ended = random.choice(list(JobState)), random.choice((None, stage.NOW, stage.ago(hours=2)))
        code = random.choice((None, 0, 1, 65, 75, -9))
        found.append(stage.job(run, state, exit_code=code, ended=ended, attempt=random.randint(1, 3)))
    return found


def _endpoint(random: Random) -> Any:
    names = [digit * 12 for digit in random.sample("1234", random.randint(0, 3))]
    started = random.choice((None, stage.ago(hours=1)))
    revisions = [stage.revision(name, random.choice(STATES), started=started) for name in names]
    traffic = {name: random.randint(0, 100) for name in names if random.random() < 0.6}
    return stage.endpoint(*revisions, traffic=traffic, since=random.choice((None, stage.ago(minutes=5))))


def _result(random: Random, odd: float) -> bytes:
    told = stage.trained({"roc_auc": 0.9, "candidate.roc_auc": 0.9, "live.roc_auc": 0.8})
    told["facts"] |= {"params": {"a": 1}, "slices": {"sex": {"1": {"roc_auc": 0.5}}}, "rows": 10, "verdict": "alert"}
    told["facts"] |= {"proposed_columns": {"id": {"type": "integer"}}, "candidate": {"slices": {}}, "live": None}
    told["facts"] |= {"window": {"start": None, "end": stage.NOW.isoformat()}, "figures": {"rows": 5}}
    told["facts"]["alerts"] = [{"what": "drift", "where": "age", "value": 4.0, "threshold": 3.0}]
    told |= {"files": {"roc.png": "sha256:1"}, "violations": [{"where": "a", "what": "b", "fix": "c"}]}
    told |= {"provenance": {"finished_at": stage.NOW.isoformat(), "input_reference": stage.trial_name("1")}}
    changed = structure(random, told) if random.random() < odd else told
    return json.dumps(changed).encode()


def _error(random: Random) -> bytes:
    return json.dumps(structure(random, {"what": "no column", "where": "target", "fix": "name one"})).encode()
