"""The boundary: the one place where an unforeseen error is caught, told and contained."""

import errno

import pytest

from reconciler.containment import Failure, Success, contain, contained
from reconciler.controllers import CONTROLLERS
from reconciler.model.decision import Controller, Decision, Phase, View
from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.model.resource import Resource
from reconciler.plan import decide
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, LOANS


def fail(error: Exception) -> Failure:
    def call() -> None:
        raise error

    found = contain(call)
    assert isinstance(found, Failure)
    return found


def test_a_value_comes_through() -> None:
    assert contain(lambda: 7) == Success(7)


@pytest.mark.parametrize(
    ("error", "retry"),
    [(Refused("no", "do that"), False), (Unavailable("down", "wait"), True), (Raced("moved", "again"), True)],
)
def test_errors_carry_what_the_loop_does_next(error: Exception, retry: bool) -> None:
    found = fail(error)
    assert (found.message, found.hint, found.retry, found.trace) == (*error.__dict__.values(), retry, "")


def test_a_failing_machine_is_told_with_the_file_and_tried_again() -> None:
    found = fail(OSError(errno.ENOSPC, "No space left on device", "/data/x"))
    assert (found.message, found.retry) == ("No space left on device: /data/x", True)


def test_a_defect_is_told_as_one_with_its_trace_for_the_log() -> None:
    found = fail(KeyError("oops"))
    assert found.message == "a defect of Setpoint: KeyError: 'oops'"
    assert "Traceback" in found.trace
    assert found.retry


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_what_ends_the_program_is_not_caught(error: BaseException) -> None:
    def call() -> None:
        raise error

    with pytest.raises(type(error)):
        contain(call)


def broken(resource: Resource, view: View) -> Decision:
    raise ZeroDivisionError(resource.address)


def broken_retire(address: Address, view: View) -> Decision:
    raise ZeroDivisionError(address)


def test_a_defect_stalls_one_resource_and_not_the_pass() -> None:
    """Poison is contained: one bad resource never stops the others."""
    told: list[tuple[Address, Failure]] = []
    bad = Controller(CONTROLLERS["datasets"].needs, broken, broken_retire)
    controllers = contained({**CONTROLLERS, "datasets": bad}, lambda address, failure: told.append((address, failure)))
    other = Address("datasets/other")
    wanted = stage.desired(stage.resource(LOANS), stage.resource(API))
    found = decide(wanted, stage.actual(facts={LOANS: {"version": "x"}, other: {}}), controllers)
    assert (found.decisions[LOANS].phase, found.decisions[LOANS].reason) == (Phase.STALLED, "InternalError")
    assert found.decisions[LOANS].facts == {"version": "x"}
    assert found.decisions[API].reason == "NoModel"
    assert [address for address, _ in told] == [LOANS, other]
    assert other not in found.removed
