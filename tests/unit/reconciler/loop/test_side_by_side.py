"""One environment beside others: it is begun anew after every error, until it is to stop."""

from collections.abc import Callable

import pytest
import structlog
from structlog.testing import capture_logs

from reconciler.loop import side_by_side
from reconciler.loop.health import Pulse
from reconciler.loop.side_by_side import again_and_again
from reconciler.loop.wake_up import WakeUp
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.stage import NOW


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "RETRY", side_by_side.RETRY * 0)


def played(*acts: Callable[[], None]) -> tuple[Pulse, list[str]]:
    """Run an environment whose beginnings are these, one after another, the last of which says stop."""
    wake_up, pulse, left = WakeUp(), Pulse(NOW), list(acts)

    def begin() -> None:
        act = left.pop(0)
        if not left:
            wake_up.stop()
        act()

    with capture_logs() as logs:
        again_and_again(begin, wake_up, pulse, structlog.get_logger())
    assert not left
    return pulse, [line["problem"] for line in logs]


def fails(message: str) -> Callable[[], None]:
    def begin() -> None:
        raise Unavailable(message)

    return begin


def breaks() -> None:
    raise ZeroDivisionError("oops")


def test_what_ends_well_after_it_was_told_to_stop_is_not_begun_anew() -> None:
    pulse, told = played(lambda: None)
    assert (pulse.health.problem, told) == ("", [])


def test_an_error_is_told_once_and_it_is_begun_anew() -> None:
    pulse, told = played(fails("it isn't there"), fails("it isn't there"), breaks, lambda: None)
    assert told == ["it isn't there", "a defect of Setpoint: ZeroDivisionError: oops"]
    assert pulse.health.problem == told[-1]


def test_what_waits_to_be_begun_anew_is_not_taken_for_stuck() -> None:
    seconds = iter(range(0, 100_000, 3000))
    wake_up, pulse = WakeUp(), Pulse(NOW, ticks=lambda: float(next(seconds)))
    left = [fails("no"), fails("no"), wake_up.stop]

    def begin() -> None:
        left.pop(0)()

    again_and_again(begin, wake_up, pulse, structlog.get_logger())
    assert pulse.still.total_seconds() == 3000
