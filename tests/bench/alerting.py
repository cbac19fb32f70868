"""alert_to_serving_s: from a report's alert to the retrained model that has all the traffic, in the demo.

Between them stand fresh data, training, the judgement of gates, a proposal, its merge by a person who is there, a smoke
test and a rollout in steps; on one machine, with two environments and the demo's own clients beside it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.times import ROOT


def measure(quick: bool) -> Iterator[Figure]:
    """Play the demo once."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "reconciler", "demo", "--json", "--folder", str(Path(folder) / "demo")]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=900)
    told = json.loads(done.stdout)
    whole = sum(step["seconds"] for step in told["steps"])
    beside = f"the whole demo {whole:.0f} s"
    yield Figure("alert_to_serving_s", told["seconds"]["alert_to_serving"], "s", "<= 30", beside)
