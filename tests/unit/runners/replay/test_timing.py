"""Two models are timed beside each other: on the same rows, in turn, without the first few."""

from pathlib import Path

from runners.models import Model, load
from runners.replay.timing import REQUESTS, WARM, timed
from tests.unit.runners.replay.traffic import rows_of, trial


class Clock:
    """Tells how long models are said to take, by the order in which they are asked."""

    def __init__(self, seconds: list[float]) -> None:
        self._moments = [0.0]
        for one in seconds:
            self._moments += [self._moments[-1] + one, self._moments[-1] + one]
        self._count = 0

    def __call__(self) -> float:
        self._count += 1
        return self._moments[min(self._count - 1, len(self._moments) - 1)]


def models(folder: Path) -> dict[str, Model]:
    return {name: load(trial(folder / name)) for name in ("candidate", "live")}


def test_who_is_asked_first_takes_turns_and_the_first_rows_warm_up(tmp_path: Path) -> None:
    rows = rows_of(REQUESTS + WARM + 50)
    steady = [0.003, 0.001, 0.001, 0.003] * ((REQUESTS + WARM) // 2)
    cold = [9.0] * (2 * WARM) + steady[2 * WARM :]
    found = timed(models(tmp_path), rows, list(range(len(rows["age"]))), 0.95, Clock(cold))
    told = {name: round(one["p50"]["value"], 6) for name, one in found.items()}
    assert told == {"live": 3.0, "candidate": 1.0}
    assert {one["p50"]["count"] for one in found.values()} == {REQUESTS}


def test_few_rows_are_timed_too(tmp_path: Path) -> None:
    found = timed(models(tmp_path), rows_of(3), [0, 2], 0.95)
    assert found["candidate"]["p99"]["count"] == 1
    assert found["candidate"]["p99"]["high"] is None
