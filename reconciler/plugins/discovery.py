"""Discovery: which providers and runners are installed, whose they are, and the one that is chosen, imported."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from pydantic import BaseModel

from reconciler.model.errors import Refused
from reconciler.model.text import printable
from reconciler.plugins.built_in import BUILT_IN
from reconciler.plugins.declaration import Provider, RunnerDeclaration

PROVIDERS, RUNNERS = "setpoint.providers", "setpoint.runners"
"""The groups of entry points."""
PORTS = ("data", "pool", "serving", "forge", "labelling")
Result = TypeVar("Result")

OURS = "setpoint"
"""The distribution that the built-in ones belong to."""
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    SystemExit,
    TypeError,
    ValueError,
)
"""What a module of others may end with while it is imported."""


def _found(group: str) -> Iterable[EntryPoint]:
    return (*BUILT_IN.get(group, ()), *(point for point in entry_points(group=group) if _owner(point) != OURS))


class Plugins:
    """The providers and runners of one interpreter.

    Args:
        find: lists the entry points of a group; asked once for each.
    """

    def __init__(self, find: Callable[[str], Iterable[EntryPoint]] = _found) -> None:
        self._find = find
        self._groups: dict[str, Mapping[str, Sequence[EntryPoint]]] = {}
        self._loaded: dict[tuple[str, str], Any] = {}
        self._runners: dict[str, RunnerDeclaration] = {}
        self._trainers: tuple[str, ...] | None = None

    def names(self, group: str) -> tuple[str, ...]:
        """List the names in a group, of its own packages and of others; imports none of them."""
        return tuple(sorted(self._by_name(group)))

    def providers(self, port: str) -> tuple[str, ...]:
        """List the names of a port's providers; imports none of them."""
        points = (name.partition(".") for name in self.names(PROVIDERS))
        return tuple(name for its_port, _, name in points if its_port == port)

    def trainers(self) -> tuple[str, ...]:
        """List the names that experiments may choose: the built-in ones that train, and all of other packages."""
        if self._trainers is None:
            known = self._by_name(RUNNERS)
            others = (name for name in known if _owner(known[name][0]) != OURS or self.runner(name).trains)
            self._trainers = tuple(sorted(others))
        return self._trainers

    def others(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """List what other packages offer, by package: the group and the name of each; imports none of them."""
        found: dict[str, list[tuple[str, str]]] = {}
        for group in (PROVIDERS, RUNNERS):
            for name, points in sorted(self._by_name(group).items()):
                for owner in {_owner(point) for point in points} - {OURS}:
                    found.setdefault(owner, []).append((group, name))
        return found

    def check(self, group: str, name: str) -> None:
        """Import what is declared under a name.

        Raises:
            Refused: as for `provider`, `options` or `runner`.
        """
        port, _, own = name.partition(".")
        self.runner(name) if group == RUNNERS else self.options(port, own)

    def owner(self, group: str, name: str) -> str:
        """Return the distributions that offer a name, for people; empty where nobody does."""
        return " and ".join(dict.fromkeys(map(_owner, self._by_name(group).get(name, ()))))

    def provider(self, port: str, name: str) -> Provider:
        """Return what a provider's package declares of it.

        Raises:
            Refused: there is none of that name, or several, or its package can't be loaded.
        """
        found = self._declared(PROVIDERS, f"{port}.{name}", f"{port} provider {printable(name)}", self.providers(port))
        if not isinstance(found, Provider):
            raise self._wrong(PROVIDERS, f"{port}.{name}", "is no reconciler.plugins.Provider")
        return found

    def runner(self, name: str) -> RunnerDeclaration:
        """Return what a runner's package declares of it.

        Raises:
            Refused: there is none of that name, or several, or its package can't be loaded.
        """
        if name not in self._runners:
            found = self._declared(RUNNERS, name, f"runner {printable(name)}", self.names(RUNNERS))
            if not _is_runner(found):
                raise self._wrong(RUNNERS, name, "is no runners.declared.Runner")
            self._runners[name] = found
        return self._runners[name]

    def options(self, port: str, name: str) -> type[BaseModel] | None:
        """Return the model of a provider's options; None where any are taken.

        Raises:
            Refused: as for `provider`, or it is no model.
        """
        place = self.provider(port, name).options
        if not place:
            return None
        model = self.load(PROVIDERS, f"{port}.{name}", place)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise self._wrong(PROVIDERS, f"{port}.{name}", f"has options {place}, which is no Pydantic model")
        return model

    def load(self, group: str, name: str, place: str) -> Any:
        """Import something that a declaration names, `package.module:Name`.

        Raises:
            Refused: it can't be imported; says whose it is and why.
        """
        key = (name, place)
        if key not in self._loaded:
            try:
                self._loaded[key] = EntryPoint(name, place, group).load()
            except _BROKEN as error:
                raise self._wrong(group, name, f"can't be loaded: {_words(error)}") from error
        return self._loaded[key]

    def guarded(self, name: str, call: Callable[[], Result]) -> Result:
        """Ask something of a provider's package that only says what its options may be.

        Raises:
            Refused: it fails; says whose it is and why.
        """
        try:
            return call()
        except _BROKEN as error:
            raise self._wrong(PROVIDERS, name, f"fails to check its options: {_words(error)}") from error

    def _declared(self, group: str, name: str, what: str, known: Sequence[str]) -> Any:
        points = self._by_name(group).get(name, ())
        if not points:
            hint = f"choose one of: {', '.join(known)}; or install the package that offers it"
            raise Refused(f"there is no {what}", hint)
        if len(points) > 1:
            raise Refused(f"{self.owner(group, name)} both offer the {what}", "uninstall one of them")
        return self.load(group, name, points[0].value)

    def _by_name(self, group: str) -> Mapping[str, Sequence[EntryPoint]]:
        if group not in self._groups:
            found: dict[str, list[EntryPoint]] = {}
            for point in self._find(group):
                found.setdefault(point.name, []).append(point)
            self._groups[group] = found
        return self._groups[group]

    def _wrong(self, group: str, name: str, why: str) -> Refused:
        owner = self.owner(group, name)
        what = f"{printable(name)} of the package {owner} ({group}) {why}"
        return Refused(what, "install setpoint anew" if owner == OURS else f"mend or uninstall {owner}")


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist else OURS


def _words(error: BaseException) -> str:
    return printable(f"{type(error).__name__}: {error}".splitlines()[0], 300)


def _is_runner(found: Any) -> bool:
    """Tell whether something has what a runner declares: its package need not import the daemon."""
    run, version, params = (getattr(found, name, None) for name in ("run", "version", "params"))
    is_numbered = isinstance(version, int) and version > 0
    return isinstance(run, str) and is_numbered and isinstance(params, Mapping | None)


@lru_cache(maxsize=1)
def installed() -> Plugins:
    """Return the providers and runners that are installed here; they are looked for once."""
    return Plugins()
