"""The door of replicas: what goes out by it holds no secret."""

import os
import subprocess
import sys

from runners.contract.exits import USAGE
from tests.house.yardstick import ROOT


def test_what_quotes_a_credential_of_the_data_store_is_scrubbed() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SETPOINT_CREDENTIALS": "TOKEN", "TOKEN": "token-of-a-user"}
    line = [sys.executable, "-m", "runners.serve", "token-of-a-user"]
    told = subprocess.run(line, capture_output=True, text=True, check=False, env=environ, cwd=ROOT)
    assert told.returncode == USAGE
    assert told.stderr.startswith("${secret:TOKEN} can't be used")
