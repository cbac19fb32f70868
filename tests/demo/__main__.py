"""`python -m tests.demo cluster`: the sample repository on real engines of this machine, shown to a person."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from reconciler.cli.demo.ground import DemoFailed
from reconciler.cli.demo.telling import Telling
from tests.demo.play import playing


def main() -> int:
    """Play every act; return 0 only if each did what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo")
    parser.add_argument("environment", choices=["cluster", "ray"])
    parser.add_argument("--keep", action="store_true", help="leave everything running until Enter is pressed")
    told = parser.parse_args()
    folder, telling = Path(tempfile.mkdtemp(prefix="setpoint-")), Telling()
    telling.head(f"Setpoint's sample in the environment {told.environment}, in {folder}")
    telling.say("the engines are being started")
    try:
        with playing(told.environment, folder, telling) as acts:
            for number, (title, act) in enumerate(acts, 1):
                telling.head(f"{number}. {title}")
                began = time.monotonic()
                act()
                telling.say(f"[dim]took {time.monotonic() - began:.1f} s[/dim]")
            telling.stop()
            if told.keep:
                input(f"everything runs; look around in {folder}, then press Enter")
    except DemoFailed as failure:
        telling.failed(str(failure))
        return 1
    finally:
        telling.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
