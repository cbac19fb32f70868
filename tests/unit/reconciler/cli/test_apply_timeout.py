"""`setpoint apply --timeout`: what doesn't converge in time is told as that, and holds nothing afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciler.cli.apply import converge
from reconciler.cli.exits import Exit
from reconciler.model.decision import Standing
from reconciler.model.errors import SetpointError
from reconciler.wiring import Wired
from tests.unit.reconciler.cli.conftest import Say

LATE = "it did not converge in time"


@dataclass
class Endless:
    """A convergence in which something is always underway."""

    passes: int = 0
    decisions: Sequence[Any] = field(default_factory=lambda: [SimpleNamespace(reason="Training")])

    def head(self) -> str:
        return "a commit"

    def run(self, _commit: str) -> Any:
        self.passes += 1
        plan = SimpleNamespace(standing=lambda which: self.decisions if which is Standing.RECONCILING else [])
        return SimpleNamespace(outcomes=(), did_something=True, plan=plan)


def test_what_goes_on_beyond_its_time_is_an_error_and_no_end() -> None:
    endless = Endless()
    wired = SimpleNamespace(converging=endless, lease=SimpleNamespace(acquire=lambda: True))
    with pytest.raises(SetpointError, match=LATE) as told:
        converge(cast("Wired", wired), 0.05, quiet=True)
    assert "--timeout" in told.value.hint
    assert endless.passes > 0


def test_it_is_told_to_whoever_typed_it_and_the_lease_is_free_again(say: Say, place: tuple[str, ...]) -> None:
    for _ in range(2):
        told = say("apply", "--timeout", "1ms", *place)
        assert LATE in told.err
        assert told.code not in (Exit.OK, Exit.FAILED)
