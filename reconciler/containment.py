"""The boundary of the loop: the one place where an unforeseen error is caught, told and contained."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.model.decision import Controller, Decision, Phase, View
from reconciler.model.errors import SetpointError, Transient
from reconciler.model.ids import Address
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a value. `retry` tells whether trying again may help; `trace` is for the log alone."""

    message: str
    hint: str = ""
    retry: bool = False
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Success(Generic[Value]):
    """A value that was come by without an error."""

    value: Value


def contain(call: Callable[[], Value]) -> Success[Value] | Failure:
    """Call something and return its value, or the failure that it ended in."""
    try:
        return Success(call())
    except SetpointError as error:
        return Failure(error.message, error.hint, isinstance(error, Transient))
    except OSError as error:
        what = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        return Failure(what, "see the machine's disk and network", retry=True)
    except Exception as error:  # noqa: BLE001  the boundary of the loop
        told = f"{type(error).__name__}: {error}"
        return Failure(
            f"a defect of Setpoint: {told}", "please report it with the daemon's log", True, traceback.format_exc()
        )


def contained(
    controllers: Mapping[str, Controller], tell: Callable[[Address, Failure], None]
) -> Mapping[str, Controller]:
    """Wrap controllers so that a defect stalls one resource and not the pass."""
    return {kind: _contained(controller, tell) for kind, controller in controllers.items()}


def _contained(controller: Controller, tell: Callable[[Address, Failure], None]) -> Controller:
    def decide(resource: Resource, view: View) -> Decision:
        return _decision(contain(lambda: controller.decide(resource, view)), resource.address, view, tell)

    def retire(address: Address, view: View) -> Decision:
        return _decision(contain(lambda: controller.retire(address, view)), address, view, tell)

    return Controller(controller.needs, decide, retire)


def _decision(
    result: Success[Decision] | Failure, address: Address, view: View, tell: Callable[[Address, Failure], None]
) -> Decision:
    if isinstance(result, Success):
        return result.value
    tell(address, result)
    return Decision(
        address=address,
        phase=Phase.STALLED,
        reason=Reason.INTERNAL_ERROR,
        message=result.message,
        facts=view.recorded_facts(address),
    )
