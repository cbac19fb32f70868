"""What `watching` measures, each in a process of its own that imports what a job of a monitor imports."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from runners.contract import Request
from runners.monitor import REPORT, run
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import read_log
from tests.bench.figure import peak

TRIAL = "experiments/bench/0123456789ab"
THRESHOLDS = {"drifted_columns": 1, "distance": 0.6, "outlier_share": 0.05, "missing_share": 0.05} | {
    "unseen_share": 0.05,
    "estimated_drop": 0.03,
}


def _whole(place: Path) -> dict[str, Any]:
    inputs = {"logs": (place / "logs").as_uri(), "reference": (place / "trial").as_uri()}
    params, out = {"trial": TRIAL, "thresholds": THRESHOLDS}, place / "report"
    out.mkdir()
    run(Request(run="monitors/bench/0", runner="monitor", params=params, inputs=inputs, output=out.as_uri()), out)
    used, report = resource.getrusage(resource.RUSAGE_SELF), json.loads((out / REPORT).read_text("utf-8"))
    told = {"rows": report["rows"]["logged"], "thinned": report["rows"]["thinned"], "verdict": report["verdict"]}
    return told | {"cpu": used.ru_utime + used.ru_stime, "mib": peak()}


def _figures(place: Path) -> dict[str, Any]:
    from runners.monitor.analysis import study
    from runners.monitor.reference import read_reference

    params = Parameters.model_validate({"trial": TRIAL, "thresholds": THRESHOLDS})
    reference = read_reference((place / "trial").as_uri())
    log = read_log((place / "logs").as_uri(), params.window, names=[column.name for column in reference.columns])
    began = time.process_time()
    study(reference, log.predictions, params, seed=0)
    return {"cpu": time.process_time() - began}


if __name__ == "__main__":
    _measured = {"whole": _whole, "figures": _figures}[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(_measured))
