"""The replay: the requests are read, the candidate answers them, and what came of it is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError, Request, Result
from runners.evaluate.seen import Seen, read_seen
from runners.models import Model, ModelRefused, Signature, load
from runners.monitor.payloads import read_log
from runners.replay.answering import MOST_KINDS, Answered, answered
from runners.replay.differing import are_other, by_class, shift
from runners.replay.logged import Logged, drawn, names_in_log, obstacle, unlike, unreadable
from runners.replay.outcomes import Said, compared, known_of
from runners.replay.parameters import ReplayParams
from runners.replay.slices import worst
from runners.replay.timing import REQUESTS, WARM, timed
from runners.replay.unseen import without_seen
from runners.replica.figures import share
from runners.staging import local

Array = NDArray[Any]
DOCUMENT = "replay.json"
MOST_SCORES = 20
"""Classes of whose probabilities the shift is told."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What is replayed: the two models, the rows, and what is asked of them."""

    candidate: Model
    live: Model
    logged: Logged
    params: ReplayParams
    seed: int
    seen: Mapping[str, Seen | None] = field(default_factory=dict)
    """The rows that each was trained or chosen on, as far as that is known."""

    @property
    def hidden(self) -> frozenset[str]:
        """Return the columns whose values are shown nowhere."""
        schemas = (one.signature.schema for one in (self.candidate, self.live))
        return frozenset(name for schema in schemas if schema for name in schema.sensitive)


def replayed(request: Request, folder: Path) -> Result:
    """Replay the requests of a log.

    Raises:
        InputError: an input is no trial, they answer different questions, or the outcomes' source is wrong.
    """
    params = request.params_as(ReplayParams)
    candidate, live = (_model(request, role) for role in ("candidate", "live"))
    _check_same_question(candidate.signature, live.signature)
    names = names_in_log(candidate.signature, live.signature)
    log = read_log(_url(request, "logs"), params.window, params.trial, seed=request.seed, names=names)
    logged = drawn(log, params.rows, request.seed)
    unread = set(unreadable(logged, live.signature))
    kept = logged.at([row for row in range(len(logged)) if row not in unread]) if unread else logged
    seen = {role: read_seen(local(_url(request, role))) for role in ("candidate", "live")}
    replay = Replay(candidate, live, kept, params, request.seed, seen)
    metrics, told = _told(replay)
    told |= {"logged": log.rows, "unread": len(unread), "counts": dict(log.counts), "confidence": params.confidence}
    told["window"] = params.window.model_dump(mode="json")
    (folder / DOCUMENT).write_text(json.dumps(told, indent=2, allow_nan=False) + "\n", "utf-8")
    return Result(metrics=metrics, facts=told)


def _url(request: Request, role: str) -> str:
    if role not in request.inputs:
        raise InputError(f"a replay needs `{role}` among its inputs", f"inputs.{role}", "give its URL")
    return request.inputs[role]


def _model(request: Request, role: str) -> Model:
    try:
        return load(local(_url(request, role)))
    except ModelRefused as error:
        raise InputError(error.what, error.where, error.fix) from error


def _check_same_question(candidate: Signature, live: Signature) -> None:
    if (candidate.target, candidate.task) == (live.target, live.task):
        return
    what = f"the live model predicts {live.target} ({live.task}), the candidate {candidate.target} ({candidate.task})"
    raise InputError(what, "live", "replay trials of one experiment")


def _told(replay: Replay) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the metrics, and what is told; of nothing that can be replayed, why."""
    signatures = (replay.candidate.signature, replay.live.signature)
    if why := obstacle(*signatures, replay.params.left_out) if len(replay.logged) else "":
        return {}, {"rows": 0, "obstacle": why, "figures": {}}
    count = len(replay.logged)
    if not count:
        return {}, {"rows": 0, "obstacle": "", "figures": {}}
    if strange := list(unlike(*signatures, replay.logged)):
        refused = share(count, count, replay.params.confidence).as_dict()
        kinds = [{"kind": f"{name}: {how}", "rows": count} for name, how in strange[:MOST_KINDS]]
        return {}, {"rows": count, "obstacle": "", "figures": {"refused": refused}, "refused": kinds}
    return _answered(replay, answered(replay.candidate, replay.logged.columns, count))


def _answered(replay: Replay, own: Answered) -> tuple[dict[str, float], dict[str, Any]]:
    """Tell of rows that were put to the candidate."""
    sure, count = replay.params.confidence, len(replay.logged)
    rows = replay.logged.at(own.rows.tolist())
    differs = _differs(replay, rows.prediction, own.prediction)
    figures = {
        "differing": share(int(differs.sum()), len(rows), sure).as_dict(),
        "refused": share(len(own.refused), count, sure).as_dict(),
    }
    metrics, outcomes = _outcomes(replay, rows, own)
    told: dict[str, Any] = {"rows": count, "obstacle": "", "figures": figures, "refused": own.kinds()}
    told |= {"outcomes": outcomes, "bounds": outcomes.pop("bounds", []), **_beside(replay)}
    if len(rows):
        named = {name: rows.columns[name] for name in replay.live.signature.columns}
        told["where"] = worst(named, differs, sure, replay.hidden)
        told |= _shifts(replay, rows, own)
    return metrics, told


def _differs(replay: Replay, before: Sequence[Any], after: Array) -> Array:
    is_number = replay.live.signature.task == "regression"
    return are_other(before, after.tolist(), replay.params.tolerance if is_number else None)


def _shifts(replay: Replay, rows: Logged, own: Answered) -> dict[str, Any]:
    """Tell how the answers shift: numbers, or classes and their probabilities."""
    sure, signature = replay.params.confidence, replay.live.signature
    if signature.task == "regression":
        return {"numbers": shift(np.array(rows.prediction, np.float64), own.prediction, sure)}
    told: dict[str, Any] = {}
    if signature.target not in replay.hidden:
        told["classes"] = by_class(rows.prediction, own.prediction.tolist(), sure)
    before = logged_scores(rows.probability)
    if before is None or own.scores is None or before.shape != own.scores.shape:
        return told
    classes = [signature.positive] if before.shape[1] == 1 else list(signature.classes)
    named = enumerate(classes[:MOST_SCORES] if signature.target not in replay.hidden else [])
    shifts = [{"class": name, **shift(before[:, at], own.scores[:, at], sure)} for at, name in named]
    return told | {"scores": shifts}


def logged_scores(told: Sequence[Any]) -> Array | None:
    """Return logged probabilities [N, classes], or [N, 1] of the positive class; None where they aren't all there."""
    try:
        scores = np.array(told, np.float64)
    except (TypeError, ValueError):
        return None
    if not scores.size or not np.isfinite(scores).all():
        return None
    return scores.reshape(len(told), -1)


def _outcomes(replay: Replay, rows: Logged, own: Answered) -> tuple[dict[str, float], dict[str, Any]]:
    """Hold both models against the outcomes that are known."""
    signatures = (replay.live.signature, replay.candidate.signature)
    identifiers = rows.columns.get(signatures[0].identifier or "", [None] * len(rows))
    known = known_of(replay.params.outcomes, signatures[0], identifiers)
    known, seen = without_seen(known, identifiers, signatures[0].identifier, replay.seen)
    before = Said(np.array(rows.prediction), logged_scores(rows.probability))
    said = tuple(one.at(known.places) for one in (before, Said(own.prediction, own.scores)))
    metrics, told = compared(known.values, (said[0], said[1]), signatures, replay.params.bounds, replay.seed)
    return metrics, {"rows": len(known.values), "seen": seen, "notes": list(known.notes), **told}


def _beside(replay: Replay) -> dict[str, Any]:
    """Put rows to the live model again: whether it says what the log has, and how long both take."""
    spread = np.unique(np.linspace(0, len(replay.logged) - 1, REQUESTS + WARM).astype(np.int64)).tolist()
    some = replay.logged.at(spread)
    again, own = (answered(one, some.columns, len(some)) for one in (replay.live, replay.candidate))
    logged = some.at(again.rows.tolist())
    same = ~_differs(replay, logged.prediction, again.prediction)
    both = sorted(set(again.rows.tolist()) & set(own.rows.tolist()))
    times: Mapping[str, Any] = {}
    if both:
        models = {"candidate": replay.candidate, "live": replay.live}
        times = timed(models, some.columns, both, replay.params.confidence)
    repeated = share(int(same.sum()), len(some), replay.params.confidence).as_dict()
    return {"times": times, "repeated": repeated}
