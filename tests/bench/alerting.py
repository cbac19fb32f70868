"""alert_to_serving_s: from a report's alert to the retrained model that has all the traffic, in the demo.

Between them stand fresh data, training, the judgement of gates, a proposal, its merge by a person who is there, a smoke
test and a rollout in steps that hold for five seconds each; on one machine, with two environments, and clients that ask
while the steps hold.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.timeline import span
from tests.times import ROOT


def measure(quick: bool) -> Iterator[Figure]:
    """Play the demo once."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        demo = [sys.executable, "-m", "reconciler", "demo", "--folder", str(folder)]
        try:
            done = _run(*demo, "--json", "--keep")
            seconds = json.loads(done.stdout)["seconds"]["alert_to_serving"]
            beside = str(span(folder, seconds))
        finally:
            _run(*demo, "--stop")
    yield Figure("alert_to_serving_s", seconds, "s", "<= 30", beside)


def _run(*line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=900)
