"""The pytest plugin of times: which tests take long, and whether they work or wait.

`--times FILE` leaves what each test took; `make durations` shows the longest of the last run and writes them to
`durations.md`. By that file the next run is ordered, and each share estimated (`tests/estimates.py`).
"""

import json
import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.servers.working import ServersWork
from tests.shares import head

ROOT = Path(__file__).parents[1]
LEFT = Path(".bench")
"""Where `make test` and `make check` leave what they took, each in a file of its name."""
TABLE = ROOT / "tests" / "durations.md"
LONGEST, SHOWN = 20, 52
"""How many groups the table has, and how many of its lines are shown."""
NOTED = 2.0
"""Seconds, of the clock or of work: a test that took as much is in the table by its name."""
OTHERS = "all others"
_ROW = re.compile(r"^\| +([\d.]+) \| ([\d.]+) \| (\d+) \| `(.+)` \|$", re.MULTILINE)
_times = pytest.StashKey[dict[str, "Taken"]]()
_began = pytest.StashKey[float]()
_spent = pytest.StashKey[float]()
_servers = pytest.StashKey[ServersWork]()


@dataclass(slots=True)
class Taken:
    """What one or some tests took: seconds by the clock, and of work in the worker, its servers and its children."""

    wall: float = 0.0
    cpu: float = 0.0
    tests: int = 0

    def add(self, wall: float, cpu: float, tests: int = 0) -> None:
        """Count more."""
        self.wall, self.cpu, self.tests = self.wall + wall, self.cpu + cpu, self.tests + tests


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the times be kept."""
    parser.addoption("--times", metavar="FILE", type=Path, help="keep what each test took, for `make durations`")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[_times], config.stash[_began], config.stash[_spent] = {}, time.monotonic(), work()
    config.stash[_servers] = ServersWork()


def work() -> float:
    """Return the seconds that this process worked, and those of its children that have ended."""
    told = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in told)


def known_tests(table: Path) -> dict[str, Taken]:
    """Return what one of each test of the table of durations took, and one of all others."""
    rows = _ROW.findall(table.read_text("utf-8").partition("\n## Tests")[2]) if table.exists() else []
    counted = {name: (float(wall), float(cpu), int(tests)) for wall, cpu, tests, name in rows}
    known = {name: Taken(wall / tests, cpu / tests, 1) for name, (wall, cpu, tests) in counted.items()}
    return {OTHERS: Taken(), **known}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in a report what its phase took of the processor; attributes of a report travel with it."""
    report = yield
    stash = item.config.stash
    spent = work() + stash[_servers].after(report.duration)
    # What was killed with children that nobody waited for has worked for nothing that is counted.
    report.cpu = max(0.0, spent - stash[_spent])
    stash[_spent] = spent
    return report


class Recorder:
    """Adds up what the tests took, in the process that hears of all of them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._taken = config.stash[_times]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a phase of a test."""
        taken = self._taken.setdefault(report.nodeid, Taken(tests=1))
        taken.add(report.duration, getattr(report, "cpu", 0.0))

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Leave the times, and what kind of a run they are of."""
        config = self._config
        leave(
            config.option.times,
            seconds=time.monotonic() - config.stash[_began],
            exit_status=int(exitstatus),
            paths=[str(told) for told in config.args],
            share=str(getattr(config.option, "share", "")),
            workers=config.getoption("numprocesses", 0) or 1,
            tests={name: [round(told.wall, 3), round(told.cpu, 3)] for name, told in self._taken.items()},
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Record in the process that runs the session, not in its workers."""
    if session.config.option.times and not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Recorder(session.config), "times-recorder")


def leave(file: Path, **facts: Any) -> None:
    """Write what a run took, with its commit and its moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    file.write_text(json.dumps({"commit": head(ROOT), "when": when, **facts}, indent=1) + "\n", "utf-8")


def without_parameters(name: str) -> str:
    """Return the test of a node id, without its parameters and its group."""
    return re.sub(r"(\[.*\])?(@[^\]]*)?$", "", name, flags=re.DOTALL)


def group_of(name: str) -> str:
    """Return the group of a node id; empty if it has none."""
    group = re.search(r"@([^\]/]*)$", name)
    return group[1] if group else ""


def unit_of(name: str) -> str:
    """Return what runs on one worker in one go: the group of a node id, or else its test, whose parameters may part."""
    return group_of(name) or without_parameters(name)


def entry_of(name: str) -> str:
    """Return under which name the table has a test: a suite takes longer on a real engine than on a fake."""
    return entry(name, group_of(name))


def entry(name: str, group: str) -> str:
    """Return under which name the table has a test of a group."""
    return without_parameters(name) + (f"@{group}" if group else "")


def summed(tests: Mapping[str, tuple[float, float]], by: Any) -> list[tuple[str, Taken]]:
    """Add the times of tests up by a name; the longest come first."""
    sums: defaultdict[str, Taken] = defaultdict(Taken)
    for name, (wall, cpu) in tests.items():
        sums[by(name)].add(wall, cpu, 1)
    return sorted(sums.items(), key=lambda pair: -pair[1].wall)


def kept(sums: Iterable[tuple[str, Taken]], former: Mapping[str, Taken]) -> list[tuple[str, Taken]]:
    """Return what the table keeps of tests: what takes long, what it had and other shares play, and the rest.

    Args:
        sums: what the tests of a run took.
        former: what one of each took before.
    """
    others, named = Taken(), {}
    for name, told in sums:
        if max(told.wall, told.cpu) >= NOTED:
            named[name] = told
        else:
            others.add(told.wall, told.cpu, told.tests)
    played = {name for name, _ in sums}
    had = {name: told for name, told in former.items() if name not in played and (ROOT / name.split("::")[0]).is_file()}
    return [*sorted({**named, **had}.items(), key=lambda pair: -pair[1].wall), (OTHERS, others)]


def written(run: Mapping[str, Any], former: Mapping[str, Taken]) -> str:
    """Write the table of a run; what it left to another share keeps the times that it had."""
    tests = run["tests"]
    wall = sum(one[0] for one in tests.values())
    cpu = sum(one[1] for one in tests.values())
    return "\n".join(
        [
            "# What takes long",
            "",
            f"`make durations` writes this from the last `make test`: {run['seconds'] / 60:.1f} minutes with "
            f"{run['workers']} workers, share {run['share']}, {len(tests):,} tests of {wall:,.0f} s, {cpu:,.0f} s of",
            "them work. CONTRIBUTING.md says how to read it. By it runs are ordered and shares estimated.",
            "",
            "## Groups",
            "",
            *_rows(summed(tests, unit_of)[:LONGEST]),
            "",
            "## Tests",
            "",
            *_rows(kept(summed(tests, entry_of), former)),
            "",
        ]
    )


def _rows(sums: Iterable[tuple[str, Taken]]) -> list[str]:
    head = ["| seconds | of them work | tests | what |", "|---:|---:|---:|---|"]
    rows = (f"| {told.wall:>7.1f} | {told.cpu:.1f} | {told.tests} | `{name}` |" for name, told in sums)
    return [*head, *rows]


def main(arguments: list[str]) -> int:
    """Show the last run, or note since when `make check` runs."""
    if arguments[:1] == ["check"]:
        leave(LEFT / "check.json", seconds=round(time.time() - float(arguments[1]), 1), exit_status=0)
        return 0
    left = LEFT / "test.json"
    if not left.exists():
        sys.stderr.write("there is no last run: `make test` leaves one\n")
        return 1
    text = written(json.loads(left.read_text("utf-8")), known_tests(TABLE))
    TABLE.write_text(text, "utf-8")
    sys.stdout.write("\n".join(text.splitlines()[:SHOWN]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
