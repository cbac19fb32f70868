"""Three clones write to one remote at once: nothing is lost, nothing is forced, and nobody waits long.

`make test` plays sixty rounds of a thousand. Each clone reaches the remote by a URL of its own, as from machines of
their own: writers on one machine would queue for a turn.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reconciler.git import remote
from reconciler.git.process import Output
from reconciler.git.remote import RemoteRepository
from reconciler.model.ids import CommitId
from reconciler.model.observed import ProposalState
from reconciler.ports.forge import ProposalOrder
from reconciler.providers.forge.git import GitForge
from reconciler.status.branch import StatusBranch
from tests.shares import Hand
from tests.unit.reconciler.git.people import Clone, bare, git

ROUNDS, SOME = 1000, 60
APART = 0.05
LONGEST = 10.0
"""Seconds of the slowest write in a hundred: 2.5 on a quiet machine, 6 beside other work."""
OPEN = 60
STATUS = "refs/heads/setpoint/dev"
FILE = "specs/deployments/scoring.yaml"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return a remote that refuses whatever would be forced, with one spec."""
    made = bare(tmp_path / "origin.git")
    git(made, "config", "receive.denyNonFastForwards", "true")
    ada = Clone(tmp_path / "ada", made)
    ada.commit({FILE: "model: {trial: a}\n"})
    ada.push()
    return made


@dataclass
class Writer:
    """One clone: what it has written, and how long each write took."""

    number: int
    repository: RemoteRepository
    base: CommitId
    seconds: list[float] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def play(self, rounds: range, gate: threading.Barrier) -> None:
        status, forge = StatusBranch(self.repository, "dev"), GitForge(self.repository, "dev", "main")
        try:
            for number in rounds:
                gate.wait(60)
                time.sleep(self.number * APART)
                report, name = f"reports/{self.number}/{number}", f"experiments/c{self.number}/{number:012x}"
                self._timed(partial(status.write, {report: b"x"}, "A report"))
                self._timed(partial(forge.propose, order(name, self.base)))
        except BaseException as error:  # noqa: BLE001  raised by the test
            self.errors.append(error)
            gate.abort()

    def _timed(self, write: Callable[[], object]) -> None:
        began = time.monotonic()
        write()
        self.seconds.append(time.monotonic() - began)


def order(name: str, base: CommitId) -> ProposalOrder:
    return ProposalOrder(name, base, FILE, {"model.trial": name}, f"Promote {name}")


@pytest.fixture
def writers(origin: Path, tmp_path: Path) -> Iterator[list[Writer]]:
    base = CommitId(git(origin, "rev-parse", "main"))
    places = [origin.as_uri(), f"file://localhost{origin}", f"{origin.as_uri()}/"]
    found = [
        Writer(number, RemoteRepository(place, tmp_path / f"state{number}"), base)
        for number, place in enumerate(places)
    ]
    yield found
    for writer in found:
        writer.repository.close()


@pytest.mark.slow
@pytest.mark.timing
@pytest.mark.timeout(3600)
def test_three_clones_at_once_lose_nothing(writers: list[Writer], origin: Path, share: Hand) -> None:
    rounds = range(ROUNDS if share.share.is_whole else SOME)
    share.note("rounds of three clones at once", len(rounds), ROUNDS)
    gate = threading.Barrier(len(writers))
    threads = [threading.Thread(target=writer.play, args=(rounds, gate)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error for writer in writers for error in writer.errors] == []
    reports = git(origin, "ls-tree", "-r", "--name-only", STATUS).splitlines()
    assert len(reports) == int(git(origin, "rev-list", "--count", STATUS)) == len(writers) * len(rounds)
    assert len(git(origin, "for-each-ref", "refs/heads/proposals/dev").splitlines()) == len(writers) * len(rounds)
    seconds = sorted(second for writer in writers for second in writer.seconds)
    p99 = seconds[int(len(seconds) * 0.99)]
    share.note("milliseconds of the slowest write in a hundred", round(p99 * 1000), round(LONGEST * 1000))
    assert p99 <= LONGEST


@pytest.mark.slow
def test_sixty_open_proposals_are_seen_by_as_few_calls_as_one(
    writers: list[Writer], origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, fresh = (GitForge(writer.repository, "dev", "main") for writer in writers)
    base, calls, call = writers[0].base, list[str](), remote.call
    for number in range(OPEN):
        one.propose(order(f"experiments/many/{number:012x}", base))

    def counted(place: Path, *arguments: str, **options: Any) -> Output:
        calls.append(arguments[0])
        return call(place, *arguments, **options)

    monkeypatch.setattr(remote, "call", counted)
    found = other.list()
    assert (len(found), {proposal.state for proposal in found.values()}) == (OPEN, {ProposalState.OPEN})
    assert calls == ["ls-remote", "fetch"]
    for name in list(found)[:3]:
        other.propose(order(name, base))
    assert "push" not in calls, "they are there already"
    ada = Clone(tmp_path / "merger", origin)
    ada.git("fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*")
    ada.git("reset", "--quiet", "--hard", "origin/main")
    ada.git("merge", "--quiet", "--no-edit", "-s", "ours", *(f"origin/proposals/dev/{name}" for name in found))
    ada.push()
    calls.clear()
    assert {proposal.state for proposal in fresh.list().values()} == {ProposalState.MERGED}
    assert calls == ["ls-remote", "fetch"]
