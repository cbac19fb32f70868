"""`setpoint apply`: what doesn't converge in time is told as that, and holds nothing afterwards."""

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciler.cli import apply
from reconciler.cli.apply import converge, take, tell
from reconciler.cli.exits import Exit
from reconciler.model.decision import Phase
from reconciler.model.errors import Refused, Unavailable
from reconciler.wiring import Wired
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.ground import person_of
from tests.unit.reconciler.signers import ssh_key


def decision(phase: Phase, reason: str = "Training", **facts: Any) -> SimpleNamespace:
    return SimpleNamespace(address="a/b", phase=phase, reason=reason, message="[/red] why", facts=facts)


def outcome(target: str, error: str = "") -> SimpleNamespace:
    return SimpleNamespace(change=SimpleNamespace(sign="+", verb="submit", target=target, why="it is new"), error=error)


def made(*decisions: SimpleNamespace, outcomes: tuple[SimpleNamespace, ...] = (), did: bool = True) -> Any:
    plan = SimpleNamespace(
        decisions=dict(enumerate(decisions)), environment="dev", commit="c0ffee" * 7, notes=("a note",)
    )
    desired = SimpleNamespace(all_problems=lambda: ("a problem",))
    return SimpleNamespace(outcomes=outcomes, did_something=did, plan=plan, desired=desired)


@dataclass
class Passes:
    """A convergence whose passes are told; the last of them comes again and again."""

    dones: list[Any]
    commit: str | None = "a commit"
    news: list[bool] = field(default_factory=list)
    passes: int = 0
    looks: int = 0

    def head(self) -> str | None:
        return self.commit

    def run(self, _commit: str) -> Any:
        self.passes += 1
        return self.dones[min(self.passes, len(self.dones)) - 1]

    def settle(self) -> bool:
        self.looks += 1
        return self.news.pop(0) if self.news else False


@dataclass
class Held:
    """A lease: whether it is held, what asking for it gives, and who else has it."""

    is_held: bool = True
    answers: list[bool] = field(default_factory=list)
    seen: list[int] = field(default_factory=lambda: [1])
    asked: int = 0

    def held(self) -> bool:
        return self.is_held

    def acquire(self) -> bool:
        self.asked += 1
        return self.answers.pop(0)

    def holder(self) -> str:
        return "other:1"

    def other(self) -> Any:
        """Return who else has it; the last of the moments at which it was seen comes again and again."""
        seen = self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]
        return SimpleNamespace(holder="other:1", seen=seen, span=timedelta(seconds=15))


@dataclass
class Time:
    """The clock of `apply`, on which only its own waiting takes time."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(apply, "time", clock)
    return clock


def wired(passes: Passes, lease: Held | None = None) -> Wired:
    settings = SimpleNamespace(place="/repository", branch="main")
    return cast("Wired", SimpleNamespace(converging=passes, lease=lease or Held(), settings=settings))


UNDERWAY = made(decision(Phase.RECONCILING))
ENDED = made(decision(Phase.READY))


def test_what_goes_on_beyond_its_time_is_no_end() -> None:
    endless = Passes([UNDERWAY])
    done, is_converged = converge(wired(endless), 0.05, quiet=True)
    assert not is_converged
    assert done is UNDERWAY
    assert endless.passes > 0


def test_it_goes_on_while_a_change_was_made_or_anything_is_underway() -> None:
    story = Passes([made(decision(Phase.READY), outcomes=(outcome("a/b"),)), UNDERWAY, ENDED])
    assert converge(wired(story), 60, quiet=True) == (ENDED, True)
    assert (story.passes, story.looks) == (3, 0)


def test_where_nothing_could_be_done_it_waits_until_an_engine_has_news(clock: Time) -> None:
    story = Passes([made(decision(Phase.WAITING), did=False), ENDED], news=[False, False, True])
    assert converge(wired(story), 60, quiet=True) == (ENDED, True)
    assert (story.passes, story.looks, clock.now) == (2, 3, 2 * apply.TICK)


def test_without_news_it_looks_again_every_five_seconds_and_no_longer_than_its_time(clock: Time) -> None:
    idle = made(decision(Phase.RECONCILING), did=False)
    story = Passes([idle])
    assert converge(wired(story), 12, quiet=True) == (idle, False)
    assert (story.passes, clock.now) == (4, 12.0)


def test_without_a_commit_it_says_what_to_do() -> None:
    with pytest.raises(Refused, match="/repository has no commit on main") as told:
        converge(wired(Passes([ENDED], commit=None)), 60, quiet=True)
    assert told.value.hint == "commit something first"


def test_who_has_lost_the_lease_makes_no_pass_unless_it_gets_it_back() -> None:
    story = Passes([ENDED])
    with pytest.raises(Unavailable, match="other:1 has taken the lease over"):
        converge(wired(story, Held(is_held=False, answers=[False])), 60, quiet=True)
    assert story.passes == 0
    assert converge(wired(story, Held(is_held=False, answers=[True])), 60, quiet=True) == (ENDED, True)


def test_a_lease_that_is_renewed_is_waited_for_no_longer(clock: Time, capsys: pytest.CaptureFixture[str]) -> None:
    lease = Held(answers=[False] * 3, seen=[1, 1, 2])
    assert not take(wired(Passes([ENDED]), lease))
    assert (lease.asked, clock.now) == (3, 2 * apply.TICK)
    told = "other:1 holds the lease; waiting until it is renewed or has run out, 15 s at most\n"
    assert capsys.readouterr().err == told


def test_the_lease_of_one_that_is_silent_is_watched_and_taken(clock: Time) -> None:
    lease = Held(answers=[*[False] * 40, True], seen=[1])
    assert take(wired(Passes([ENDED]), lease))
    assert clock.now == 40 * apply.TICK


def test_a_lease_that_neither_changes_nor_runs_out_is_given_up(clock: Time) -> None:
    assert not take(wired(Passes([ENDED]), Held(answers=[False] * 1000, seen=[1])))
    assert clock.now == 15 + apply.SPARE


@pytest.mark.parametrize("seconds", [0.0, 3.0])
def test_an_option_says_how_long_it_is_waited_for(
    clock: Time, seconds: float, capsys: pytest.CaptureFixture[str]
) -> None:
    lease = Held(answers=[False] * 1000, seen=list(range(1000)))
    assert not take(wired(Passes([ENDED]), lease), seconds)
    assert clock.now == seconds
    assert ("waiting until it is free, 3 s at most" in capsys.readouterr().err) == bool(seconds)


HOLD = """
import sys
from datetime import timedelta
from pathlib import Path
from reconciler.git.repository import open_repository
from reconciler.lease.lease import Lease
from reconciler.wiring import SystemClock
repository = open_repository(sys.argv[1], Path(sys.argv[2]))
Lease(repository, "dev", "killed:1", SystemClock(), span=timedelta(hours=1)).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_after_one_that_was_killed_there_is_nothing_to_wait_for(say: Say, repository: Path, tmp_path: Path) -> None:
    """On the same machine it is proved that it is dead; that one lives isn't asked for longer than is said."""
    command = [sys.executable, "-c", HOLD, str(repository), str(tmp_path / "state")]
    place = ("-C", str(repository), "-e", "dev")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        held = say("apply", "--wait", "0s", *place)
        assert held.code == Exit.UNAVAILABLE
        assert "killed:1 holds the lease" in held.err
        holder.kill()
    told = say("apply", "--timeout", "1ms", *place)
    assert told.code == Exit.TIMEOUT, "it has made a pass"
    assert "holds the lease" not in told.err


def test_each_change_is_told_with_why_it_was_made_or_how_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    story = Passes([made(outcomes=(outcome("a/b"), outcome("a/c", "no room"))), ENDED])
    converge(wired(story), 60, quiet=False)
    assert capsys.readouterr().out == "+ submit a/b  it is new\n+ submit a/c  no room\n"
    story.passes = 0
    converge(wired(story), 60, quiet=True)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("phase", "in_time", "code"),
    [
        (Phase.READY, True, Exit.OK),
        (Phase.STALLED, True, Exit.STALLED),
        (Phase.STALLED, False, Exit.TIMEOUT),
    ],
)
def test_the_exit_code_says_whether_all_is_well(
    phase: Phase, in_time: bool, code: Exit, say: Say, place: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = made(decision(Phase.READY), decision(phase))
    monkeypatch.setattr(apply, "converge", lambda *_, **__: (done, in_time))
    assert say("apply", *place).code == code


@pytest.mark.parametrize("reason", ["WaitsForReview", "NoModel", "Suspended", "WaitsForUpstream", "NotDueYet"])
def test_what_waits_for_people_or_a_schedule_is_an_end(reason: str) -> None:
    done = made(decision(Phase.WAITING, reason), decision(Phase.STALLED))
    story = Passes([done])
    assert converge(wired(story), 60, quiet=True) == (done, True)
    assert story.passes == 1


def test_the_end_says_what_needs_somebody_and_where_endpoints_answer(capsys: pytest.CaptureFixture[str]) -> None:
    done = made(decision(Phase.STALLED), decision(Phase.READY, url="http://127.0.0.1:1"))
    tell(done, is_converged=True)
    told = capsys.readouterr().out
    for words in (
        "a problem",
        "a note",
        "a/b  stalled  [/red] why",
        "answers at http://127.0.0.1:1",
        "1 ready, 1 stalled",
    ):
        assert words in told
    tell(made(decision(Phase.RECONCILING)), is_converged=False)
    assert "time is up with 1 resource underway; raise --timeout" in capsys.readouterr().out


def test_the_exit_code_is_that_of_a_timeout_and_the_lease_is_free_again(say: Say, place: tuple[str, ...]) -> None:
    for _ in range(2):
        told = say("apply", "--timeout", "1ms", *place)
        assert "time is up" in told.out
        assert told.code == Exit.TIMEOUT


def test_what_is_not_signed_is_told_by_every_verb_that_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    person, ada = person_of(tmp_path, monkeypatch), ssh_key(tmp_path)
    signers = {
        "environments/dev/environment.yaml": "verification: {commits: signed}\n",
        "environments/dev/allowed_signers": ada.public,
    }
    last = ada.commit(person, signers)
    assert say("apply").code == Exit.OK
    new = person.commit({"specs/pools/shared.yaml": "capacity: {cpus: 2}\n"})
    note = f"commit {new[:12]} is not applied: it isn't signed, and signed commits are demanded"
    applied = say("apply", "--json").json
    assert applied["commit"] == last
    assert applied["notes"][0].startswith(note)
    assert say("plan", "--json").json["notes"][0].startswith(note)
    assert note in " ".join(say("status").out.split())
    assert f"newest commit: {note}" in " ".join(say("doctor", "-C", str(person.folder)).out.split())
    signed = ada.sign(person, "commit", "--quiet", "--amend", "--no-edit")
    assert say("apply", "--json").json["commit"] == signed
    assert say("status", "--json").json["pass"]["notes"] == []
