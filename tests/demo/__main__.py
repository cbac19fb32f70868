"""`python -m tests.demo cluster`: the sample repository on real engines of this machine, shown to a person."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from reconciler.cli.demo.display import Display
from reconciler.cli.demo.workspace import DemoFailed
from tests.demo.play import playing


def main() -> int:
    """Play every act; return 0 only if each did what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo")
    parser.add_argument("environment", choices=["cluster", "ray"])
    parser.add_argument("--keep", action="store_true", help="leave everything running until Enter is pressed")
    told = parser.parse_args()
    folder, display = Path(tempfile.mkdtemp(prefix="setpoint-")), Display()
    display.head(f"Setpoint's sample in the environment {told.environment}, in {folder}")
    display.say("the engines are being started")
    try:
        with playing(told.environment, folder, display) as acts:
            for number, (title, act) in enumerate(acts, 1):
                display.head(f"{number}. {title}")
                began = time.monotonic()
                act()
                display.say(f"[dim]took {time.monotonic() - began:.1f} s[/dim]")
            display.stop()
            if told.keep:
                input(f"everything runs; look around in {folder}, then press Enter")
    except DemoFailed as failure:
        display.failed(str(failure))
        return 1
    finally:
        display.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
