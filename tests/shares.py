"""The pytest plugin of the sweeps: a run of the suite takes one share of each, another one at the next commit.

A sweep tries the same at many points: a kill before each call, a fault for each answer, every promise once more with
daemons that die. Its tests are marked `sweep`, or ask for the fixture `share` and take their part of a list. Which part
that is, `--share` says: `3/20`, the one that the commit's id chooses (`commit`), or all of them, as `make deep` does.

Of whole plays that differ in their engines alone, and of the real engines themselves, each share has one: their tests
are marked `turns("what", "which")`. A sweep that takes turns is dealt among the shares whose turn it is. Each share is
as large as the next, and together they are the whole. A test that is named on the command line (`file::test`) is run
whatever the share: a failure names the command that shows it again.
"""

import re
import shlex
import subprocess
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest

SHARES = 20
"""So many commits, more or less, until everything was swept."""
Item = TypeVar("Item")
Covered = dict[str, tuple[int, int]]

COLLECTED = pytest.StashKey[tuple[pytest.Item, ...]]()
"""All tests that were collected, those of other shares too."""
_covered = pytest.StashKey[Covered]()
_share = pytest.StashKey["Share"]()
_told = pytest.StashKey[str]()


@dataclass(frozen=True, slots=True)
class Share:
    """One share of so many, the first of which is number 1; the only one is the whole."""

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f"{self} is no share: write 1/{self.of} to {self.of}/{self.of}")

    def __str__(self) -> str:
        return "all" if self.is_whole else f"{self.number}/{self.of}"

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left to another run."""
        return self.of == 1

    def deal(self, items: Iterable[Item], key: Callable[[Item], str] = str, salt: str = "") -> list[Item]:
        """Return what falls to this share, in its order.

        Args:
            items: what is dealt; every share has as many, or one more.
            key: names an item. Its digest, not its place, decides to which share it falls, so that no share is left
                with one side of a table alone.
            salt: another one gives the odd items to other shares.
        """
        dealt = list(items)
        order = sorted(range(len(dealt)), key=lambda place: (_number(salt, key(dealt[place])), place))
        mine = (self.number - 1 - _number(salt)) % self.of
        return [dealt[place] for place in sorted(order[mine :: self.of])]


def parse(text: str, commit: Callable[[], str]) -> Share:
    """Return the share that `--share` names.

    Args:
        text: `all`, `commit` or `3/20`.
        commit: gives the id by which a share is chosen.

    Raises:
        ValueError: it names none.
    """
    if text == "all":
        return Share()
    if text == "commit":
        return Share(1 + _number(commit()) % SHARES, SHARES)
    if not (found := re.fullmatch(r"(\d+)/(\d+)", text)):
        raise ValueError(f"{text!r} is no share: write all, commit, or 1/{SHARES} to {SHARES}/{SHARES}")
    return Share(int(found[1]), int(found[2]))


def head(folder: Path) -> str:
    """Return the id of the commit that is checked out; nothing where there is no repository."""
    line = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return done.stdout.strip() if not done.returncode else ""


def _number(*texts: str) -> int:
    return int.from_bytes(sha256("\0".join(texts).encode()).digest()[:8], "big")


class Hand:
    """What a run of the suite takes from lists that a test goes over by itself."""

    def __init__(self, share: Share, covered: Covered) -> None:
        self.share = share
        self._covered = covered

    def take(self, what: str, items: Iterable[Item], key: Callable[[Item], str] = str) -> list[Item]:
        """Return this run's share of a list, and note how much that is; never nothing of something.

        Args:
            what: names the list where the run tells what it covered.
            items: the list.
            key: names an item.
        """
        whole = list(items)
        taken = self.share.deal(whole, key, what) or whole[:1]
        self.note(what, len(taken), len(whole))
        return taken

    def note(self, what: str, taken: int, whole: int) -> None:
        """Note how much of something this run covers."""
        self._covered[what] = taken, whole


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> Hand:
    """Return the hand that takes this run's share of a sweep."""
    return Hand(pytestconfig.stash[_share], pytestconfig.stash[_covered])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a share be told."""
    told = f"the share of the sweeps: 1/{SHARES} to {SHARES}/{SHARES}, `commit` for the one that its id chooses, or all"
    parser.addoption("--share", metavar="SHARE", default="all", help=told)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the share, once for all workers: they are told what is written back into the option."""
    try:
        share = parse(config.option.share, lambda: head(config.rootpath))
    except ValueError as error:
        raise pytest.UsageError(f"--share: {error}") from None
    config.stash[_share], config.stash[_covered] = share, {}
    config.option.share = str(share)


def pytest_report_header(config: pytest.Config) -> str:
    """Tell which share it is, and how to have it again."""
    return f"sweeps: {_how(config)}"


def _how(config: pytest.Config) -> str:
    share = config.stash[_share]
    return "all of each" if share.is_whole else f"share {share} of each (make test SHARE={share} takes the same)"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what falls to another share."""
    config.stash[COLLECTED] = tuple(items)
    if any("::" in told for told in config.args):
        return
    left = left_out(items, config.stash[_share], config.stash[_covered])
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def left_out(items: Sequence[pytest.Item], share: Share, covered: Covered) -> set[pytest.Item]:
    """Return the tests that fall to other shares: whose turn it isn't, and of sweeps the rest.

    Each file's sweep is dealt by itself, among the shares whose turn it is.
    """
    turns = turns_of(items)
    covered.update({what: (len(those) if share.is_whole else 1, len(those)) for what, those in turns.items()})
    parts = {item: part_of(item, share, turns) for item in items}
    swept: dict[tuple[str, Share | None], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sweep"):
            swept.setdefault((item.nodeid.partition("::")[0], parts[item]), []).append(item)
    left = {item for item, part in parts.items() if part is None}
    for (file, part), those in swept.items():
        # Not by their node ids: workers write the group behind them.
        taken = part.deal(those, lambda item: item.name, file) if part else []
        had = covered.get(file, (0, 0))
        covered[file] = had[0] + len(taken), had[1] + len(those)
        left |= set(those) - set(taken)
    return left


def turns_of(items: Iterable[pytest.Item]) -> dict[str, list[str]]:
    """Return what takes turns, in the order of its turns."""
    turns: dict[str, set[str]] = {}
    for item in items:
        if mark := item.get_closest_marker("turns"):
            turns.setdefault(mark.args[0], set()).add(mark.args[1])
    return {what: sorted(which) for what, which in turns.items()}


def part_of(item: pytest.Item, share: Share, turns: Mapping[str, Sequence[str]]) -> Share | None:
    """Return which share this one is of those that play a test; nothing if it isn't the test's turn."""
    mark = item.get_closest_marker("turns")
    if mark is None or share.is_whole:
        return share
    what, which = mark.args
    mine = range(1 + turns[what].index(which), share.of + 1, len(turns[what]))
    return Share(1 + mine.index(share.number), len(mine)) if share.number in mine else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a failure that a share shows how to see it again."""
    report = yield
    is_swept = "share" in getattr(item, "fixturenames", ()) or item.get_closest_marker("sweep")
    if report.failed and is_swept:
        name = item.nodeid.rpartition("@")[0] or item.nodeid
        line = f"pytest {shlex.quote(name)} --share {item.config.stash[_share]}"
        report.sections.append(("to see it again", line))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker covered to the process that tells it."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["covered"] = session.config.stash[_covered]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Add up what the workers covered."""
    config, output = getattr(node, "config", None), getattr(node, "workeroutput", {})
    if isinstance(config, pytest.Config):
        config.stash[_covered].update({what: (had[0], had[1]) for what, had in output.get("covered", {}).items()})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what was swept, and how much of it."""
    if not (covered := config.stash[_covered]) or config.option.verbose < 0:
        return
    terminalreporter.section(f"sweeps: {_how(config)}")
    for what, (taken, whole) in sorted(covered.items()):
        terminalreporter.line(f"{taken:>6} of {whole:>6}  {what}")
