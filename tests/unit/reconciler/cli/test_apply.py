"""`setpoint apply`: what doesn't converge in time is told as that, and holds nothing afterwards."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciler.cli.apply import converge, tell
from reconciler.cli.exits import Exit
from reconciler.model.decision import Standing
from reconciler.wiring import Wired
from tests.unit.reconciler.cli.conftest import Say


def decision(standing: Standing, reason: str = "Training", **facts: Any) -> SimpleNamespace:
    return SimpleNamespace(address="a/b", standing=standing, reason=reason, message="[/red] why", facts=facts)


def made(*decisions: SimpleNamespace) -> Any:
    plan = SimpleNamespace(
        decisions=dict(enumerate(decisions)), environment="dev", commit="c0ffee" * 7, notes=("a note",)
    )
    desired = SimpleNamespace(all_problems=lambda: ("a problem",))
    return SimpleNamespace(outcomes=(), did_something=True, plan=plan, desired=desired)


@dataclass
class Endless:
    """A convergence in which something is always underway."""

    done: Any = field(default_factory=lambda: made(decision(Standing.RECONCILING)))
    passes: int = 0

    def head(self) -> str:
        return "a commit"

    def run(self, _commit: str) -> Any:
        self.passes += 1
        return self.done


def wired(endless: Endless) -> Wired:
    return cast("Wired", SimpleNamespace(converging=endless, lease=SimpleNamespace(held=lambda: True)))


def test_what_goes_on_beyond_its_time_is_no_end() -> None:
    endless = Endless()
    done, is_converged = converge(wired(endless), 0.05, quiet=True)
    assert not is_converged
    assert done is endless.done
    assert endless.passes > 0


@pytest.mark.parametrize("reason", ["WaitsForReview", "NoModel", "Suspended", "WaitsForUpstream", "NotDueYet"])
def test_what_waits_for_people_or_a_schedule_is_an_end(reason: str) -> None:
    endless = Endless(made(decision(Standing.WAITING, reason), decision(Standing.STALLED)))
    assert converge(wired(endless), 60, quiet=True) == (endless.done, True)
    assert endless.passes == 1


def test_the_end_says_what_needs_somebody_and_where_endpoints_answer(capsys: pytest.CaptureFixture[str]) -> None:
    done = made(decision(Standing.STALLED), decision(Standing.READY, url="http://127.0.0.1:1"))
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
    tell(made(decision(Standing.RECONCILING)), is_converged=False)
    assert "time is up with 1 resource underway; raise --timeout" in capsys.readouterr().out


def test_the_exit_code_is_that_of_a_timeout_and_the_lease_is_free_again(say: Say, place: tuple[str, ...]) -> None:
    for _ in range(2):
        told = say("apply", "--timeout", "1ms", *place)
        assert "time is up" in told.out
        assert told.code == Exit.TIMEOUT
