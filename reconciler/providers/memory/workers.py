"""Plausible results for every runner, drawn from a hash of what a job was asked: the same job leaves the same.

The documents have the shape of `runners.contract.Result`, and the facts that the controllers read.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.model.ids import RunName
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory.data import SCHEME
from runners.contract import formats
from runners.contract.files import RESULT

Read = Callable[[RunName, str], bytes]
"""Reads a file that another run has left."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ends: its exit code, what lies in its folder then, what it printed, and why it failed."""

    exit_code: int = 0
    files: Mapping[str, bytes] = field(default_factory=dict)
    log: str = ""
    reason: str = ""


Worker = Callable[[JobOrder, Read], Outcome]
"""Does the work of a job, which takes no time but the virtual one."""

_SECONDS: Mapping[str, float] = MappingProxyType(
    {
        "ingest": 60.0,
        "label": 30.0,
        "evaluate": 20.0,
        "replica": 15.0,
        "replay": 15.0,
        "ab-test": 10.0,
        "smoke": 5.0,
        "monitor": 40.0,
    }
)
_METRICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "binary": ("roc_auc", "accuracy", "f1", "log_loss"),
        "multiclass": ("accuracy", "f1", "log_loss"),
        "multilabel": ("f1_micro", "subset_accuracy", "hamming_loss"),
        "regression": ("rmse", "mae", "r2"),
    }
)
_DRIFTED = ["age", "income", "region", "year"]
_ALERT = {
    "what": "columns drift",
    "value": 4.0,
    "threshold": 3.0,
    "where": ", ".join(_DRIFTED),
    "severity": "warning",
}
_LOSSES = frozenset({"log_loss", "brier", "rmse", "mae", "mse", "mape"})


def usual_duration(order: JobOrder) -> float:
    """Return how many seconds a job usually takes: a training two to six minutes, others less."""
    runner = str(order.request.get("runner", ""))
    return _SECONDS.get(runner, 120.0 + 240.0 * chance(order.run))


def chance(*parts: object) -> float:
    """Return a number from 0 up to 1 that looks like chance and is always the same for the same parts."""
    told = json.dumps([str(part) for part in parts]).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:7]) / 2**56


def plausible(order: JobOrder, read: Read) -> Outcome:
    """Leave what the order's runner would, were all well."""
    runner = str(order.request.get("runner", ""))
    document, files = _RUNNERS.get(runner, _train)(order, read)
    digests = {path: "sha256:" + hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
    content = hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()
    result = {
        "format": formats.RESULT,
        "accepted": True,
        "violations": [],
        "metrics": {},
        "facts": {},
        "files": digests,
        "content": content,
        "provenance": dict(order.request.get("provenance", {})),
        **document,
    }
    text = json.dumps(result, indent=2).encode()
    return Outcome(files={**files, RESULT: text}, log=f"{runner} {order.run}: done\n")


Work = tuple[Mapping[str, Any], Mapping[str, bytes]]
"""What a runner leaves: the parts of its result that aren't empty, and its files."""


def _ingest(order: JobOrder, _read: Read) -> Work:
    """Pull rows, or pictures and recordings, which need no schema."""
    params = _params(order)
    rows = 1000 + int(9000 * chance(order.run, "rows"))
    facts: dict[str, Any] = {"rows": rows, "columns": len(params.get("columns") or {"id": {}, "value": {}})}
    source = params.get("source") or {}
    is_table = (source.get("files") or {}).get("format") not in ("images", "audio")
    if is_table and not params.get("columns"):
        roles = [str(params[role]) for role in ("identifier", "target", "timestamp") if params.get(role)]
        facts["proposed_columns"] = {"id": {"type": "integer", "unique": True}} | {
            name: {"type": "number"} for name in ("value", *roles) if name != "id"
        }
    return {"metrics": {"rows": float(rows), "missing_share": 0.0}, "facts": facts}, {
        "data.parquet": f"rows of {order.run}".encode()
    }


def _label(order: JobOrder, _read: Read) -> Work:
    alpha = round(0.7 + 0.3 * chance(order.run, "alpha"), 3)
    metrics = {"alpha": alpha, "examples": 1000.0, "annotators": 3.0}
    facts = {"alpha": alpha, "disputes": int(200 * (1 - alpha)), "note": _params(order).get("note", "")}
    return {"metrics": metrics, "facts": facts}, {"labels.parquet": f"labels of {order.run}".encode()}


def _train(order: JobOrder, _read: Read) -> Work:
    params = _params(order)
    told = params.get("metric")
    wanted = told.get("name", "") if isinstance(told, Mapping) else ""
    names = sorted({*_METRICS.get(str(params.get("task", "binary")), ()), *([wanted] if wanted else [])})
    model = f"model of {order.run}".encode()
    columns = [str(column) for column in params.get("slices") or ()]
    facts = {
        "params": params.get("params", {}),
        "slices": _slices(order, names, columns),
        "validation": {
            "rows": 600,
            "metrics": _scores(order, names, "validation"),
            "interval": {},
            "slices": _slices(order, names, columns, "validation"),
        },
        "model": {"path": "model.onnx", "format": "onnx", "digest": "sha256:" + hashlib.sha256(model).hexdigest()},
    }
    return {"metrics": _scores(order, names), "facts": facts}, {"model.onnx": model}


def _slices(order: JobOrder, names: list[str], columns: list[str], *of: str) -> dict[str, Any]:
    return {c: {v: _scores(order, names, *of, c, v) | {"rows": 100.0} for v in ("1", "2")} for c in columns}


def _scores(order: JobOrder, names: list[str], *of: str) -> dict[str, float]:
    """Draw a model's metrics: good ones between 0.86 and 0.96, losses between 0.1 and 0.4."""
    drawn = {name: chance(order.run, name, *of) for name in names}
    return {n: round(0.1 + 0.3 * x if n in _LOSSES else 0.86 + 0.1 * x, 4) for n, x in drawn.items()}


def _evaluate(order: JobOrder, read: Read) -> Work:
    metrics: dict[str, float] = {}
    facts: dict[str, Any] = {"rows": 1000}
    trials = {role: url for role, url in _inputs(order).items() if role in ("candidate", "live")}
    for role, url in sorted(trials.items()):
        trained = json.loads(read(RunName(url.removeprefix(SCHEME)), RESULT))
        metrics |= {f"{role}.{name}": value for name, value in trained["metrics"].items()}
        facts[role] = {"slices": trained["facts"].get("slices", {})}
    facts["bounds"] = [
        bound for asked in _params(order).get("bounds") or () for bound in _bounds(asked, metrics, facts)
    ]
    return {"metrics": metrics, "facts": facts}, {
        "comparison.json": json.dumps(metrics).encode(),
        "comparison.png": f"picture of {order.run}".encode(),
    }


def _bounds(asked: Mapping[str, Any], metrics: Mapping[str, float], facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tell the bounds of a difference: half a hundredth to either side."""
    name, column = asked.get("metric"), asked.get("slice")
    sides = [(facts.get(role) or {}).get("slices", {}).get(column, {}) for role in ("candidate", "live")]
    pairs = {value: tuple(side.get(value, {}).get(name) for side in sides) for value in sides[0]}
    if column is None:
        pairs = {None: (metrics.get(f"candidate.{name}"), metrics.get(f"live.{name}"))}
    return [
        {**asked, "value": value, "low": own - live - 0.005, "high": own - live + 0.005}
        for value, (own, live) in pairs.items()
        if own is not None and live is not None
    ]


def _replica(order: JobOrder, _read: Read) -> Work:
    """Measure a model: all is answered, within 2 to 10 milliseconds."""
    params = _params(order)
    figures = {"size": _sure(1e5 + round(9e5 * chance(*_inputs(order).values(), "size")), 0.0, 1)}
    if rows := (params.get("answers") or {}).get("rows"):
        figures["answers"] = {"value": 1.0, "low": 0.05 ** (1 / rows), "high": 1.0, "count": rows}
    slow = 2 + 8 * chance(*_inputs(order).values(), "slow")
    if requests := (params.get("latency") or {}).get("requests"):
        figures |= {"latency.p50": _sure(slow / 2, 0.05, requests), "latency.p99": _sure(slow, 0.1, requests)}
    if clients := (params.get("load") or {}).get("clients"):
        figures |= {"load.rate": _sure(1000 / slow, 0.05, 1000), "load.p99": _sure(slow * clients, 0.1, 1000)}
    facts: dict[str, Any] = {
        "figures": figures,
        "confidence": params.get("confidence"),
        "machine": {"architecture": "virtual", "cores": 1.0, "system": "none"},
        "refused": [],
    }
    return {"metrics": {name: one["value"] for name, one in figures.items()}, "facts": facts}, {}


def _sure(value: float, share: float, count: int) -> dict[str, float]:
    return {"value": value, "low": value * (1 - share), "high": value * (1 + share), "count": count}


def _replay(order: JobOrder, read: Read) -> Work:
    """Answer a thousand recent requests again: one of ten answers differs, and every outcome is known."""
    params, rows = _params(order), min(1000, int(_params(order).get("rows", 1000)))
    compared, _ = _evaluate(order, read)
    told = compared["metrics"] if params.get("outcomes") else {}
    figures = {
        "differing": _sure(0.1, 0.2, rows),
        "refused": {"value": 0.0, "low": 0.0, "high": 3 / rows, "count": rows},
    }
    facts: dict[str, Any] = {
        "rows": rows,
        "logged": rows,
        "obstacle": "",
        "figures": figures,
        "confidence": params.get("confidence"),
        "outcomes": {"rows": rows if told else 0, "notes": []},
        "bounds": compared["facts"]["bounds"] if told else [],
    }
    return {"metrics": told, "facts": facts}, {}


def _ab_test(order: JobOrder, _read: Read) -> Work:
    """Look at a test: one of four ends at each look, one way or the other."""
    params, ends = _params(order), chance(order.run, "ends")
    gain, width = 0.2 * chance(order.run, "gain") - 0.1, 0.05
    low, high = (gain - width, gain + width) if ends < 1 / 4 else (-1.0, 1.0)
    verdict = "promote" if low > 0 else "reject" if high < float(params.get("effect", 0.0)) else ""
    facts: dict[str, Any] = {"means": [0.8, 0.8 + gain], "gain": gain, "low": low, "high": high, "verdict": verdict}
    facts |= {"units": [500, 500], "assigned": [500, 500], "waiting": 0, "crossed": 0, "notes": [], "why": ""}
    return {"facts": {**facts, "state": {"until": params.get("end")}}}, {}


def _smoke(order: JobOrder, _read: Read) -> Work:
    examples = int(_params(order).get("examples", 20))
    return {"metrics": {"examples": float(examples), "largest_difference": 0.0}, "facts": {"examples": examples}}, {}


def _monitor(order: JobOrder, _read: Read) -> Work:
    """Report on a window; one report of eight finds a drift."""
    window = dict(_params(order).get("window") or {})
    is_alert = chance(order.run, "drift") < 1 / 8
    facts = {
        "window": window,
        "rows": 1000 + int(4000 * chance(order.run, "rows")),
        "verdict": "alert" if is_alert else "ok",
        "alerts": [_ALERT] if is_alert else [],
        "columns_drifted": _DRIFTED if is_alert else [],
        "estimated": {"roc_auc": round(0.86 + 0.1 * chance(order.run, "roc_auc"), 4)},
        "realized": {},
    }
    report = f"# Report {order.run}\n\n{facts['verdict']}\n".encode()
    return {"facts": facts}, {"report.md": report, "report.json": json.dumps(facts).encode()}


def _params(order: JobOrder) -> Mapping[str, Any]:
    params = order.request.get("params", {})
    return params if isinstance(params, Mapping) else {}


def _inputs(order: JobOrder) -> Mapping[str, str]:
    inputs = order.request.get("inputs", {})
    return inputs if isinstance(inputs, Mapping) else {}


_RUNNERS: Mapping[str, Callable[[JobOrder, Read], Work]] = MappingProxyType(
    {
        "ingest": _ingest,
        "label": _label,
        "evaluate": _evaluate,
        "replica": _replica,
        "replay": _replay,
        "ab-test": _ab_test,
        "smoke": _smoke,
        "monitor": _monitor,
    }
)
"""What each runner leaves; all others train a model."""
