"""Faults that a seed decides: what can go wrong between a daemon and its engines, made to happen.

Three classes after Sieve (Sun et al., OSDI 2022): the process stops half-way, a change is not seen, an answer is stale.
And what every network does: errors before and after the effect, slow calls, listings that break off. And jobs crash.

A fault depends on the seed, the call and how often that was made before, and on nothing else: not on threads, and not
on what else goes on. So a story can be told again.
"""

from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from reconciler.model.errors import Transient, Unavailable
from reconciler.model.ids import RunName
from reconciler.model.observed import DataListing, PoolListing
from reconciler.providers.memory.workers import chance
from reconciler.providers.memory.world import Call, World

PAST = 8
"""So many former answers of a listing are kept, each of which may come again."""
SLOWEST = 90.0
"""Seconds that a slow call takes at the most: enough for jobs to end and revisions to be ready meanwhile."""


class Fault(StrEnum):
    """What goes wrong with one call."""

    DIES_BEFORE = "the daemon dies before a call"
    DIES_AFTER = "the daemon dies after a call"
    ERROR_BEFORE = "a call fails"
    ERROR_AFTER = "a call has an effect, and its answer is lost"
    CUT = "a listing breaks off"
    MISSED = "a listing misses what is new"
    STALE = "a listing is as it was before"
    SLOW = "a call is slow"
    CRASH = "a job crashes"


LYING = frozenset({Fault.MISSED, Fault.STALE})
"""Faults that no daemon can tell from the truth."""


class Died(BaseException):
    """The process is gone. Nothing catches this but who plays the machine: a dead daemon handles no errors."""


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that happened, and the call that it happened to."""

    fault: Fault
    call: Call


class Faults:
    """Makes calls of a world go wrong while it is active.

    Args:
        seed: decides everything.
        rate: the share of calls that something happens to.
        kinds: what may happen.
    """

    def __init__(self, seed: int, rate: float = 0.05, kinds: Collection[Fault] = tuple(Fault)) -> None:
        self.seed = seed
        self.rate = rate
        self.kinds = frozenset(kinds)
        self.active = True
        self.injected: list[Injected] = []
        self._turns: Counter[tuple[str, str, str]] = Counter()
        self._past: dict[str, deque[Any]] = {}
        self._world: World | None = None
        self._is_dead = False

    def attach(self, world: World) -> None:
        """Take a world's seams; its present ones aren't asked any more."""
        self._world, world.before, world.after = world, self.before, self.after

    def revive(self) -> None:
        """Let a new process make calls after one has died."""
        self._is_dead = False

    def renew(self) -> None:
        """Go on by the next seed, and count calls anew: what is counted grows with the names that calls are about."""
        self.seed += 1
        self._turns.clear()

    def before(self, call: Call) -> None:
        """Let a call be slow or fail before anything happens.

        Raises:
            Died: the process stops here.
            Transient: the call fails.
        """
        if self._is_dead:
            raise Died(str(call))
        self._turns[call.port, call.verb, call.name] += 1
        match self._drawn(call, "before"):
            case Fault.DIES_BEFORE:
                self._die(call)
            case Fault.ERROR_BEFORE:
                raise _error(call, f"{call.port} didn't answer")
            case Fault.SLOW if self._world:
                self._world.clock.advance(1 + SLOWEST * self._chance(call, "seconds"))

    def after(self, call: Call, answer: Any) -> Any:
        """Return the answer of a call that has happened, or an older or shorter one, or lose it.

        Raises:
            Died: the process stops here.
            Transient: the answer is lost.
        """
        past = self._past.setdefault(call.port, deque(maxlen=PAST)) if call.verb == "list" else None
        former = tuple(past or ())
        if past is not None:
            past.append(answer)
        match self._drawn(call, "after"):
            case Fault.DIES_AFTER:
                self._die(call)
            case Fault.ERROR_AFTER:
                raise _error(call, f"the answer of {call.port} was lost")
            case Fault.CUT:
                raise _error(call, f"the listing of {call.port} broke off")
            case Fault.MISSED if former:
                return without_news(answer, former[-1])
            case Fault.STALE if former:
                return former[int(self._chance(call, "age") * len(former))]
        return answer

    def crashes(self, run: RunName) -> bool:
        """Tell whether a job that starts now crashes, by no fault of its own."""
        call = Call(0, "pool", "run", run)
        self._turns[call.port, call.verb, call.name] += 1
        return self._drawn(call, "within") is Fault.CRASH

    def _drawn(self, call: Call, moment: str) -> Fault | None:
        """Draw what happens to a call at a moment; most often nothing."""
        if not self.active or self._chance(call, moment) >= self.rate * _ODDS[moment]:
            return None
        possible = [fault for fault in _AT[moment] if fault in self.kinds and _can(fault, call)]
        if not possible:
            return None
        fault = possible[int(self._chance(call, moment, "which") * len(possible))]
        self.injected.append(Injected(fault, call))
        return fault

    def _chance(self, call: Call, *of: str) -> float:
        turn = self._turns[call.port, call.verb, call.name]
        return chance(self.seed, call.port, call.verb, call.name, turn, *of)

    def _die(self, call: Call) -> None:
        self._is_dead = True
        raise Died(str(call))


_AT: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "before": (Fault.DIES_BEFORE, Fault.ERROR_BEFORE, Fault.SLOW),
        "after": (Fault.DIES_AFTER, Fault.ERROR_AFTER, Fault.CUT, Fault.MISSED, Fault.STALE),
        "within": (Fault.CRASH,),
    }
)
"""What can happen before a call has an effect, after it, and within a job."""
_ODDS: Mapping[str, float] = MappingProxyType({"before": 0.5, "after": 0.5, "within": 4.0})
"""How often that is, against the rate: there are fewer jobs than calls, and each is one call of many."""


def _can(fault: Fault, call: Call) -> bool:
    """Tell whether a fault can happen to a call: only listings break off, and what only reads has no effect to lose."""
    is_list = call.verb == "list"
    if fault in (Fault.CUT, *LYING):
        return is_list
    return fault is not Fault.ERROR_AFTER or not (is_list or call.port in ("source", "reader"))


def _error(call: Call, message: str) -> Transient:
    """Return the error that a port is to raise: `Unavailable` where something was read."""
    reads = call.verb in ("list", "read", "missing", "url", "head", "tree", "descends")
    return Unavailable(message) if reads else Transient(message)


def without_news(answer: Any, former: Any) -> Any:
    """Return a listing without what a former one didn't hold."""
    if isinstance(answer, DataListing):
        branches, versions = former.branches, former.versions
        return replace(answer, branches=_known(answer.branches, branches), versions=_known(answer.versions, versions))
    if isinstance(answer, PoolListing):
        return replace(answer, jobs=_known(answer.jobs, former.jobs))
    return _known(answer, former)


def _known(answer: Mapping[Any, Any], former: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: thing for name, thing in answer.items() if name in former}
