"""`python -m tests.soak FOLDER [SEED [DAYS]]`: a month, or so many days, told in JSON line by line."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.soak.month import DAYS, Month


def main(folder: Path, seed: int = 1, days: int = DAYS) -> None:
    """Live through the month and tell of it."""
    month = Month(folder / "soak.git", seed, days)
    for evening in month.live():
        _say(**asdict(evening))
    _say(faults=len(month.machine.faults.injected), calls=dict(month.life.world.calls), astray=month.end())


def _say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
