"""`python -m tests.soak FOLDER`: a month in a process of its own; a line of JSON for each evening, and for the end."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.soak.month import Month

SEED = 1


def main(folder: Path) -> None:
    """Live through the month and tell of it."""
    month = Month(folder / "soak.git", SEED)
    for evening in month.live():
        _say(**asdict(evening))
    _say(faults=len(month.machine.faults.injected), calls=dict(month.life.world.calls), astray=month.end())


def _say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
