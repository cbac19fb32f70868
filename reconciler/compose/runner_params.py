"""The `params` of an experiment, held against the JSON Schema that its runner declares (2020-12), before anything runs.

A sweep is checked by what it may yield: each value of a choice, both ends of a range and of an interval. They are tried
one parameter at a time, so that a schema may say what only goes together. What one's own code takes is its own affair.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from reconciler.compose.flaws import Flaw
from reconciler.compose.lru import Lru
from reconciler.compose.nearest import did_you_mean
from reconciler.compose.override_grammar import Choice, Range
from reconciler.compose.quick_yes import QuickYes
from reconciler.compose.sampling import Interval
from reconciler.compose.schema_words import described
from reconciler.compose.sweeps import Space, filled
from reconciler.model.errors import Refused
from reconciler.model.text import printable
from reconciler.plugins import Plugins, RunnerDeclaration
from reconciler.yaml.positions import Path
from runners.contract.params import TASKS

_MOST = 256
"""Combinations of values that are tried of one sweep; a trial finds out about the others."""
_MOST_FLAWS = 20
_NEARLY = 0.001
"""How near to its ends an interval is tried: it never yields the upper one, and all but never the lower one."""
Params = Mapping[str, Any]


def runner_of(name: str, plugins: Plugins) -> RunnerDeclaration | Flaw:
    """Return what is declared of the runner that an experiment names, or what is wrong with it."""
    known = plugins.trainers()
    if name not in known:
        hint = did_you_mean(name, known) + ", or install the package that offers it"
        return Flaw(("runner",), f"there is no runner `{printable(name)}` that trains", hint)
    try:
        return plugins.runner(name)
    except Refused as error:
        return Flaw(("runner",), error.message, error.hint)


def param_flaws(name: str, runner: RunnerDeclaration, space: Space, task: str) -> Sequence[Flaw]:
    """Return what is wrong with an experiment's params, each once."""
    if runner.params is None:
        return ()
    checker = _checker(name, _Schema(runner.params))
    found: dict[tuple[Path, str], Flaw] = {}
    for params in islice(_tried(space), _MOST):
        flaws = (*checker(params), *_unfit(runner.params.get(TASKS), params, task))
        found |= {(flaw.path, flaw.message): flaw for flaw in flaws}
        if len(found) >= _MOST_FLAWS:
            break
    return tuple(found.values())[:_MOST_FLAWS]


def _unfit(tasks: Any, params: Params, task: str) -> Iterator[Flaw]:
    """Tell values that a runner declares for other tasks than the experiment's."""
    for key, by_value in tasks.items() if isinstance(tasks, Mapping) else ():
        value = params.get(key)
        fitting = by_value.get(value) if isinstance(value, str) and isinstance(by_value, Mapping) else None
        if fitting and task not in fitting:
            what = f"`{printable(str(value))}` is not for the task {task}"
            yield Flaw(("params", key), what, f"it is for {' and '.join(map(str, fitting))}")


def _tried(space: Space) -> Iterator[Params]:
    """Yield the params with the first value of each sweep; then with each other value of one of them."""
    ends = {path: list(_yields(axis)) for path, axis in {**space.axes, **space.intervals}.items()}
    if any(not values for values in ends.values()):
        return
    first = {path: values[0] for path, values in ends.items()}
    yield _made(space, first)
    for path, values in ends.items():
        for value in values[1:]:
            yield _made(space, {**first, path: value})


def _made(space: Space, values: Mapping[Path, Any]) -> Params:
    if not values:
        return space.params
    return space.make(values, 1) if space.make else filled(space.params, values)


def _yields(axis: Choice | Range | Interval) -> Iterator[Any]:
    if isinstance(axis, Choice):
        yield from axis.values
    elif isinstance(axis, Interval):
        yield from (axis.at(_NEARLY), axis.at(1 - _NEARLY))
    elif axis.count():
        yield from (axis.start, axis.start + axis.step * (axis.count() - 1))


class _Schema:
    """A JSON Schema as a key: the same object is the same schema."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Schema) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


class _Checker:
    """Finds the flaws of one trial's params; remembers those that it has seen."""

    def __init__(self, name: str, schema: Mapping[str, Any]) -> None:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError
        from referencing import Registry

        self._name = name
        self._broken: tuple[Flaw, ...] = ()
        # A registry of its own: nothing is fetched for a reference to elsewhere.
        self._validator = Draft202012Validator(dict(schema), registry=Registry())
        validator = self._validator
        self._quick_yes = QuickYes(schema, lambda part, value: bool(validator.evolve(schema=part).is_valid(value)))
        self._seen: Lru[str, tuple[Flaw, ...]] = Lru(4096)
        try:
            Draft202012Validator.check_schema(dict(schema))
        except SchemaError as error:
            self._broken = (self._flaw(error.message),)

    def __call__(self, params: Params) -> Sequence[Flaw]:
        """Return the flaws of params, or that of the schema."""
        if self._broken:
            return self._broken
        key = repr(params)
        known = self._seen.get(key)
        if known is None:
            known = self._found(params)
            self._seen.put(key, known)
        return known

    def _found(self, params: Params) -> tuple[Flaw, ...]:
        from referencing.exceptions import Unresolvable

        try:
            if self._quick_yes(params):
                return ()
            errors = list(islice(self._validator.iter_errors(params), _MOST_FLAWS))
        except (Unresolvable, re.error, RecursionError) as error:
            return (self._flaw(str(error)),)
        return tuple(flaw for error in errors for flaw in described(error, self._name, params))

    def _flaw(self, why: str) -> Flaw:
        what = f"the runner {self._name} declares no JSON Schema that can be used: {printable(why)}"
        return Flaw(("runner",), what, "mend its package, or use another version of it")


@lru_cache(maxsize=64)
def _checker(name: str, schema: _Schema) -> _Checker:
    return _Checker(name, schema.value)
