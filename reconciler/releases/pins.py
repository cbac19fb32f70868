"""Pins: which model each deployment has been given, commit by commit, under whatever name."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """What one file says of a deployment: the trial that it pins, and the names that the deployment had before."""

    trial: str = ""
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One commit on the watched branch's own line, by its place there, and the files that it changed.

    `changed` is by the file's path and the deployment's name; None where the file is gone. Of two files that say
    something of one deployment, that of the environment counts.
    """

    position: int
    changed: Mapping[tuple[str, str], Said | None]


@dataclass(slots=True)
class Pin:
    """A model that a deployment was given by a commit, and that ended with `until`: by another one, or by none.

    Attributes:
        name: what the deployment was called.
        trial: the trial whose model it is.
        path: the file that says so.
        position: the commit's place on the branch's line.
        is_return: it goes back to a model that was there before.
        next: the pin that took its place, by its place among all.
        is_removed: nothing took its place.
    """

    name: str
    trial: str
    path: str
    position: int
    is_return: bool = False
    next: int | None = None
    is_removed: bool = False


@dataclass(slots=True)
class Pins:
    """All pins of an environment, the oldest first, and which of them was in force when."""

    pins: list[Pin] = field(default_factory=list)
    _held: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def at(self, name: str, position: int) -> int | None:
        """Return which pin was in force for the deployment of a name, at a place on the branch's line."""
        held = self._held.get(name, [])
        place = bisect_right(held, position, key=lambda one: one[0]) - 1
        return held[place][1] if place >= 0 and held[place][1] >= 0 else None

    def hold(self, name: str, position: int, pin: int | None) -> None:
        """Tell that a pin is in force for a name from a place on; None: none is."""
        self._held.setdefault(name, []).append((position, -1 if pin is None else pin))


def said(document: Mapping[str, Any]) -> Said:
    """Return what a file says, whatever else somebody has written there."""
    model, former = document.get("model"), document.get("moved_from")
    trial = model.get("trial") if isinstance(model, Mapping) else None
    names = former if isinstance(former, list) else [former]
    return Said(trial if isinstance(trial, str) else "", tuple(name for name in names if isinstance(name, str)))


def pins_of(arrivals: Iterable[Arrival]) -> Pins:
    """Tell the pins of an environment by the commits on its branch's line, the oldest first.

    A model that a deployment goes back to is one that the present model came after. What was taken back so is
    forgotten: when it is pinned again, it is a new one, as is whatever is pinned after a time without any.
    """
    walk = _Walk()
    for arrival in arrivals:
        walk.step(arrival)
    return walk.found


@dataclass(slots=True)
class _Walk:
    """Where the walk along the line stands: the files, and by name the trials that came after one another."""

    found: Pins = field(default_factory=Pins)
    files: dict[str, dict[str, Said]] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)

    def step(self, arrival: Arrival) -> None:
        for (path, name), new in arrival.changed.items():
            files = self.files.setdefault(name, {})
            files.pop(path, None)
            if new is not None:
                files[path] = new
        names = sorted({name for _, name in arrival.changed})
        for name in names:
            self._move(name, arrival.position)
        for name in names:
            self._pin(name, arrival.position)

    def _said(self, name: str) -> Iterator[tuple[str, Said]]:
        """Yield what is said of a deployment, that of the environment first."""
        return iter(sorted(self.files.get(name, {}).items()))

    def _move(self, name: str, position: int) -> None:
        """Let a deployment go on from its former name, once nothing is said of that any more."""
        former = [one for _, what in self._said(name) for one in what.former]
        gone = next((one for one in reversed(former) if one in self.lines and not self.files.get(one)), None)
        if gone is None or name in self.lines:
            return
        self.lines[name] = self.lines.pop(gone)
        self.found.hold(gone, position, None)
        self.found.hold(name, position, _newest(self.lines[name])[1])

    def _pin(self, name: str, position: int) -> None:
        path, trial = next(((path, what.trial) for path, what in self._said(name) if what.trial), ("", ""))
        line, pins = self.lines.get(name, {}), self.found.pins
        present, former = _newest(line)
        if trial == present:
            return
        if not trial:
            del self.lines[name]
            pins[former].is_removed = True
            self.found.hold(name, position, None)
            return
        pins.append(Pin(name, trial, path, position, is_return=trial in line))
        if line:
            pins[former].next = len(pins) - 1
        while trial in line:
            line.popitem()
        line[trial] = len(pins) - 1
        self.lines[name] = line
        self.found.hold(name, position, len(pins) - 1)


def _newest(line: dict[str, int]) -> tuple[str, int]:
    """Return the newest trial of a line, and its pin; no trial where there is none."""
    trial = next(reversed(line), "")
    return trial, line.get(trial, -1)
