"""Engines with a will of their own: how a job ends, a revision starts and an endpoint answers, by what it was asked.

Each follows from what was asked alone, not from the time and not from how often it was asked: two lives of the same
repository see the same.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from reconciler.model.ids import Address, Digest, canonical, owner_of
from reconciler.model.observed import Figures
from reconciler.ports.pool import JobOrder
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory import World
from reconciler.providers.memory.serving import Load, ServingRoom, Start, usual_load, usual_start
from reconciler.providers.memory.workers import Outcome, Read, chance, plausible
from reconciler.simulation.machine import Behave, Habits
from reconciler.simulation.workers import steady

SHARE = 0.06
"""Of jobs, revisions and endpoints, that go wrong for good."""


def _spoilt(outcome: Outcome, which: float) -> Outcome:
    """Return another end of a job that would have ended well.

    None ends well and leaves nothing: its record is forgotten after a week, and then it is made again, as it should be.
    """
    refusal = {"what": "a column is missing", "where": "target", "fix": "name one that is there"}
    violation = {"where": "age", "what": "7 values are below 0", "fix": "correct them"}
    nothing = {"roc_auc": float("nan"), "log_loss": None}
    ends = (
        Outcome(65, {"error.json": json.dumps(refusal).encode()}, reason="exit code 65"),
        Outcome(1, reason="exit code 1"),
        Outcome(0, {"result.json": b"[half a docu"}),
        _telling(outcome, accepted=False, violations=[violation]),
        _telling(outcome, metrics=nothing, facts={**_facts(outcome), "validation": {"metrics": nothing}}),
        replace(outcome, files={**outcome.files, "loss.png": b"\x89PNG"}),
    )
    return ends[int(which * len(ends))]


def _facts(outcome: Outcome) -> dict[str, object]:
    return dict(json.loads(outcome.files["result.json"])["facts"])


def _telling(outcome: Outcome, **parts: object) -> Outcome:
    """Return an end whose result tells something else here and there."""
    document = {**json.loads(outcome.files["result.json"]), **parts}
    return replace(outcome, files={**outcome.files, "result.json": json.dumps(document).encode()})


def _asked(order: JobOrder) -> str:
    """Write what a job is asked, without what is named by the time of day."""
    request = order.request
    params = {key: value for key, value in dict(request.get("params", {})).items() if key != "window"}
    return canonical([owner_of(order.run), request.get("runner"), params, request.get("seed", 0)]).decode()


def troubled(*, alerts: bool) -> Behave:
    """Return habits under which some things go wrong for good, whoever asks and however often.

    Args:
        alerts: whether monitors see drifts. When they do so is told by the time of day.
    """

    def work(order: JobOrder, read: Read) -> Outcome:
        if order.request.get("runner") == "monitor":
            return (plausible if alerts else steady)(order, read)
        done = steady(order, read)
        return _spoilt(done, chance(_asked(order), "how")) if chance(_asked(order)) < SHARE else done

    return lambda world: Habits(work, _start, _load_in(world))


def _start(order: RevisionOrder) -> Start:
    if chance(order.trial, "start") < SHARE:
        return Start(failure="the model can't be loaded")
    return replace(usual_start(order), seconds=1 + 60 * chance(order.trial, "seconds"))


def _load_in(world: World) -> Callable[[Address, Mapping[Digest, int], float], Load]:
    """Return the load of a world's endpoints: some models answer with errors."""

    def load(deployment: Address, traffic: Mapping[Digest, int], seconds: float) -> Load:
        served = [room for (_, name), room in world.room(ServingRoom).endpoints.items() if name == deployment]
        trials = {digest: item.trial for room in served for digest, item in room.revisions.items()}
        usual = usual_load(deployment, traffic, seconds)
        return {digest: _spoilt_load(figures, trials.get(digest, "")) for digest, figures in usual.items()}

    return load


def _spoilt_load(figures: Figures, trial: str) -> Figures:
    return replace(figures, errors=figures.requests // 2) if chance(trial, "errors") < SHARE else figures
