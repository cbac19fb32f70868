"""A test's log: requests that were dealt to two revisions, and what became of their rows."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from runners.ab_test import run
from runners.ab_test.parameters import ABTestParams
from runners.contract import Request
from tests.unit.runners.replay.traffic import trial

LIVE, CHALLENGER = "0" * 12, "c" * 12
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
END = START + timedelta(hours=2)
STATED: Mapping[str, Any] = {
    "live": LIVE, "challenger": CHALLENGER, "share": 0.5, "metric": "accuracy", "effect": 0.1, "alpha": 0.05,
    "most": 10_000, "start": START.isoformat(), "end": END.isoformat(), "maturity": 60.0,
}  # fmt: skip
Line = Mapping[str, Any]


def params(**told: Any) -> ABTestParams:
    return ABTestParams.model_validate({**STATED, **told})


def event(number: int, arm: int, *, seconds: float | None = None, unit: str = "", **data: Any) -> Line:
    """Return a request's event: a row of its own number, answered `yes`, unless told otherwise."""
    moment = START + timedelta(seconds=number if seconds is None else seconds)
    told = {"rows": [{"id": number, "age": 1.0}], "prediction": ["yes"], "status": 200, "seconds": 0.01, **data}
    return {
        "type": "io.setpoint.inference", "id": f"e{number}", "time": moment.isoformat(),
        "subject": CHALLENGER if arm else LIVE, "data": {**told, **({"unit": unit} if unit else {})},
    }  # fmt: skip


def log(folder: Path, events: Iterable[Line]) -> Path:
    """Write events, those of both revisions in files of their own."""
    for line in events:
        place = folder / str(line["subject"])
        place.mkdir(parents=True, exist_ok=True)
        with (place / "2026-03-01-1.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
    return folder


def outcomes(path: Path, told: Mapping[int, str]) -> dict[str, Any]:
    """Write the outcomes of rows; return where they are."""
    path.write_text("id,ill\n" + "".join(f"{number},{word}\n" for number, word in told.items()))
    return {"files": {"url": path.as_uri(), "format": "csv"}}


def dealing(
    count: int, right: tuple[float, float], share: float = 0.5, seed: int = 1
) -> tuple[list[Line], dict[int, str]]:
    """Deal out requests, and return what became of them: each arm answers rightly with its probability."""
    random = np.random.default_rng(seed)
    arms = [int(chance < share) for chance in random.random(count)]
    told = {number: "yes" if random.random() < right[arm] else "no" for number, arm in enumerate(arms)}
    return [event(number, arm) for number, arm in enumerate(arms)], told


def look(folder: Path, **told: Any) -> dict[str, Any]:
    """Look at a test whose log lies in a folder; return what is told."""
    (folder / "out").mkdir(exist_ok=True)
    live = trial(folder / "live") if not (folder / "live").exists() else folder / "live"
    inputs = {"logs": (folder / "logs").as_uri(), "live": live.as_uri()}
    asked = Request(run="r", runner="ab-test", params={**STATED, **told}, inputs=inputs, output="x")
    return run(asked, folder / "out").facts
