"""A job for the pools' suite that does what its request says: print, end with a code, never end, leave a child behind.

It runs without site packages, as many of it are started.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main(path: str) -> int:
    request = json.loads(Path(path).read_bytes())
    sys.stdout.write(request.get("prints", ""))
    sys.stdout.flush()
    for name in request.get("tells", ()):
        sys.stdout.write(f"{name}={os.environ.get(name)}\n")
    if "appends_to" in request:
        with Path(request["appends_to"]).open("a", encoding="utf-8") as file:
            file.write(f"{os.environ['SETPOINT_RUN']}#{os.environ['SETPOINT_ATTEMPT']}\n")
    if request.get("ignores_sigterm"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if request.get("leaves_child"):
        child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
        sys.stdout.write(f"child={child.pid}\n")
    sys.stdout.flush()
    while request.get("never_ends"):
        time.sleep(60)
    return int(request.get("code", 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
