"""`python -m tests.demo cluster`: the sample repository on real engines, or on a real forge, shown to a person.

Of the forge, `--pictures docs/images` takes the pictures that the documentation shows.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.cli.demo.display import Display
from reconciler.cli.demo.workspace import DemoFailed
from reconciler.cli.output import styled
from tests.demo.browser import installed
from tests.demo.forge import OnForge
from tests.demo.play import Acts, playing, releasing

FORGE = "gitea"


def main() -> int:
    """Play every act; return 0 only if each did what it says."""
    told = _told()
    folder, display = Path(tempfile.mkdtemp(prefix="setpoint-")), Display()
    what = "a release on Gitea" if told.environment == FORGE else f"Setpoint's sample in {told.environment}"
    display.head(f"{what}, in {folder}")
    display.say("the servers are being started")
    try:
        with _begun(told, folder, display) as (acts, where):
            for number, (title, act) in enumerate(acts, 1):
                display.head(f"{number}. {title}")
                began = time.monotonic()
                act()
                display.say(styled(f"took {time.monotonic() - began:.1f} s", "dim"))
            display.stop()
            if told.keep:
                input(f"everything runs; look around in {where}, then press Enter")
    except DemoFailed as failure:
        display.failed(str(failure))
        return 1
    finally:
        display.stop()
    return 0


def _told() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo")
    parser.add_argument("environment", choices=["cluster", "ray", FORGE])
    parser.add_argument("--keep", action="store_true", help="leave everything running until Enter is pressed")
    parser.add_argument("--pictures", type=Path, help="take pictures of the forge's pages into this folder")
    told = parser.parse_args()
    if told.pictures and not installed():
        parser.error("--pictures needs Chromium: install it, or give its path in BROWSER_PROGRAM")
    return told


@contextmanager
def _begun(told: argparse.Namespace, folder: Path, display: Display) -> Iterator[tuple[Acts, str]]:
    """Start what is played on; give the acts, and where to look around."""
    if told.environment == FORGE:
        with releasing(folder, display, told.pictures) as (workspace, acts):
            yield acts, _places(workspace)
        return
    with playing(told.environment, folder, display) as acts:
        yield acts, str(folder)


def _places(workspace: OnForge) -> str:
    reviewer = workspace.project.reviewer
    return f"{workspace.url}, as {reviewer.name} with the password {reviewer.password}, or in {workspace.folder}"


if __name__ == "__main__":
    sys.exit(main())
