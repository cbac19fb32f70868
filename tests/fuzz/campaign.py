"""A campaign: so many inputs for each surface, each within its time, each known by its number."""

import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from types import FrameType

from tests.fuzz import plans, specs, web, workbooks

SECONDS = 10
"""How long one input may take."""
SHARES = {"parsing": 0.35, "workbooks": 0.05, "composing": 0.15, "planning": 0.2, "health": 0.1, "serving": 0.15}
Surface = Callable[[Random], None]


class Hung(AssertionError):
    """An input took too long."""


@dataclass
class Tally:
    """What came of the inputs of one surface: how many there were, and the numbers of those that failed, with why."""

    surface: str
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures: dict[int, str] = field(default_factory=dict)


def run(inputs: int, first: int = 0, only: str = "") -> list[Tally]:
    """Put inputs to every surface, or to one of them, by their shares."""
    chosen = {name: share for name, share in SHARES.items() if only in ("", name)}
    with ExitStack() as stack:
        surfaces: dict[str, Surface] = {
            "parsing": specs.parsing, "composing": specs.composing, "planning": plans.planning, "health": web.health,
            "workbooks": workbooks.workbooks,
        }  # fmt: skip
        if "serving" in chosen:
            surfaces["serving"] = stack.enter_context(web.serving())
        whole = sum(chosen.values())
        return [_put(name, surfaces[name], round(inputs * share / whole), first) for name, share in chosen.items()]


def _put(name: str, surface: Surface, inputs: int, first: int) -> Tally:
    tally, began = Tally(name, inputs), time.monotonic()
    for number in range(first, first + inputs):
        moment = time.monotonic()
        why = failure(name, surface, number)
        tally.slowest = max(tally.slowest, time.monotonic() - moment)
        if why:
            tally.failures[number] = why
    tally.seconds = time.monotonic() - began
    return tally


def failure(name: str, surface: Surface, number: int) -> str:
    """Put one input; return what went wrong, or nothing. Whatever is raised is what is looked for."""
    try:
        with _limited():
            surface(Random(f"{name}#{number}"))
    except Exception:  # noqa: BLE001 - it is what is looked for
        return traceback.format_exc()
    return ""


@contextmanager
def _limited() -> Iterator[None]:
    def hung(_signal: int, _frame: FrameType | None) -> None:
        raise Hung(f"it took more than {SECONDS} s")

    former = signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
