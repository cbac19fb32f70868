"""The world that all providers of the fake share: what happened in it, and the seams for latency and faults."""

import functools
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from reconciler.providers.memory.clock import VirtualClock

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
RoomType = TypeVar("RoomType", bound="Room")
ViewType = TypeVar("ViewType", bound="View")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a port's verb. `number` counts all calls of the world from 1; `name` is the first argument's."""

    number: int
    port: str
    verb: str
    name: str

    def __str__(self) -> str:
        """Write the call as `data.merge datasets/loans/0123456789ab`."""
        return f"{self.port}.{self.verb} {self.name}".rstrip()


class Room:
    """A part of the world's state, made empty. What time alone changes in it happens in `pass_time`."""

    def pass_time(self, world: "World") -> None:
        """Let happen what is due by now."""

    def next_event(self) -> datetime | None:
        """Return when time alone next changes something; None when it never does."""
        return None


class View(Protocol):
    """A provider: a view of the world."""

    world: "World"


class World:
    """Everything that happened, in rooms of one kind each.

    Args:
        clock: the time.
        latency: seconds that each call takes.
        sleep: how these pass; by default virtually. A bench that measures real time gives `time.sleep`.
        before: told of each call before anything happens; what it raises, the caller gets.
        after: given each call and its answer; what it returns or raises, the caller gets. The call has happened.
    """

    def __init__(
        self,
        clock: VirtualClock | None = None,
        *,
        latency: float = 0.0,
        sleep: Callable[[float], None] | None = None,
        before: Callable[[Call], None] | None = None,
        after: Callable[[Call, Any], Any] | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.latency = latency
        self.sleep = sleep or self.clock.advance
        self.before = before
        self.after = after
        self.calls: Counter[str] = Counter()
        """How often each verb was called, by `<port>.<verb>`."""
        self._rooms: dict[type[Room], Room] = {}
        self._guard = threading.RLock()

    def room(self, kind: type[RoomType]) -> RoomType:
        """Return the room of a kind; it is made when it is first asked for."""
        with self._guard:
            found = self._rooms.setdefault(kind, kind())
        assert isinstance(found, kind)
        return found

    def reach(self, port: str, verb: str, name: str, act: Callable[[], Answer]) -> Answer:
        """Make one call: let the latency pass, and then all that is due; ask the seams; act."""
        with self._guard:
            self.calls[f"{port}.{verb}"] += 1
            call = Call(self.calls.total(), port, verb, name)
        if self.latency:
            self.sleep(self.latency)
        if self.before:
            self.before(call)
        with self._guard:
            self.pass_time()
            answer = act()
        return self.after(call, answer) if self.after else answer

    def pass_time(self) -> None:
        """Let happen everything that is due by now."""
        with self._guard:
            for room in tuple(self._rooms.values()):
                room.pass_time(self)

    def next_event(self) -> datetime | None:
        """Return when time alone next changes something; None when it never does."""
        with self._guard:
            return min((moment for room in self._rooms.values() if (moment := room.next_event())), default=None)


def verb(
    port: str,
) -> Callable[
    [Callable[Concatenate[ViewType, Parameters], Answer]], Callable[Concatenate[ViewType, Parameters], Answer]
]:
    """Make a method a verb of a port: every call of it goes through the world's seams."""

    def wrap(
        method: Callable[Concatenate[ViewType, Parameters], Answer],
    ) -> Callable[Concatenate[ViewType, Parameters], Answer]:
        @functools.wraps(method)
        def call(self: ViewType, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            name = _name(args[0]) if args else ""
            return self.world.reach(port, method.__name__, name, lambda: method(self, *args, **kwargs))

        return call

    return wrap


def _name(argument: object) -> str:
    """Return the name of what a call is about: the argument itself, or the name that an order carries."""
    for attribute in ("run", "name", "revision"):
        if isinstance(found := getattr(argument, attribute, None), str):
            return found
    return argument if isinstance(argument, str) else ""
