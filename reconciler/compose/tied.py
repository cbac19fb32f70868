"""Tied parameters: those that follow a swept one by interpolation, such as `start_from: fold-${.fold}`.

As in Hydra's jobs, each trial resolves them anew with its own values. A sweep that comes by an interpolation of
something else (`${env.rates}`) stays a sweep of its own; one that another sweep decides is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.interpolation import literal, resolve
from reconciler.compose.library import Desk
from reconciler.compose.override_grammar import Choice, Range
from reconciler.compose.sampling import Interval
from reconciler.compose.sweeps import Space, filled, space
from reconciler.model.text import counted
from reconciler.yaml.positions import Path
from runners.contract.text import dotted

_FIXED = re.compile(r"\$\{(?:secret:|env\.)\w+\}", re.ASCII)
"""Interpolations that no sweep can change."""
_CALL = re.compile(r"\$\{[\w.]+:", re.ASCII)
_MOST_WRITTEN = 500_000
"""Values of all trials together that are written out; a tenth of it where OmegaConf's resolvers are called."""

Params = dict[str, Any]
Axis = Choice | Range | Interval


def may_be_tied(spec: Mapping[str, Any]) -> bool:
    """Tell whether a spec, before it is interpolated, has params that may follow others."""
    params = spec.get("params")
    return isinstance(params, dict) and any("${" in _FIXED.sub("", text) for text in _texts(params))


def tied(spec: Mapping[str, Any], variables: Mapping[str, Any], desk: Desk) -> tuple[Params, tuple[Flaw, ...], Space]:
    """Interpolate a spec for each trial.

    Args:
        spec: its fields, not interpolated yet.
        variables: what `${env.NAME}` reads.
        desk: finds parts.

    Returns:
        The fields, with the params of the first trial but for the sweeps; warnings; and the sweeps.

    Raises:
        Flawed: an interpolation is wrong, or depends on a sweep where it can't.
    """
    written = _Written(spec, variables)
    plain = space(_without_interpolations(spec["params"]), desk)
    sweeps: dict[Path, Axis] = {**plain.axes, **plain.intervals}
    base, warnings = written.with_values({path: _end(axis, 0) for path, axis in sweeps.items()})
    brought = _brought(written, sweeps, base, desk)
    texts = {path: _at(spec["params"], path) for path in sweeps} | {path: _at(base["params"], path) for path in brought}
    sweeps |= brought
    _check_others(written, sweeps, base)
    order = [path for path in _paths(base["params"], (), sweeps.keys()) if path in sweeps]
    axes = {path: axis for path in order if not isinstance(axis := sweeps[path], Interval)}
    intervals = {path: axis for path in order if isinstance(axis := sweeps[path], Interval)}
    params = filled(base["params"], texts)
    return {**base, "params": params}, warnings, Space(params, axes, intervals, written.trial_maker(base))


class _Written:
    """A spec whose swept params get values, and which is then interpolated."""

    def __init__(self, spec: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        self._spec = spec
        self._variables = variables

    def with_values(self, values: Mapping[Path, Any], known: Params | None = None) -> tuple[Params, tuple[Flaw, ...]]:
        """Return the spec with these values, and warnings.

        `known` are its params where values lie within a structure that an interpolation brings.
        """
        params = _filled(self._spec["params"], values, known or {}, ())
        return resolve({**self._spec, "params": params}, self._variables)

    def params(self, values: Mapping[Path, Any], known: Params) -> Params:
        """Return the params with these values."""
        params: Params = self.with_values(values, known)[0]["params"]
        return params

    def trial_maker(self, base: Params) -> Callable[[Mapping[Path, Any], int], Params]:
        """Return what makes the params of one trial of so many."""
        calls = any(_CALL.search(_FIXED.sub("", text)) for text in _texts(self._spec["params"]))
        most = _MOST_WRITTEN // (10 if calls else 1) // max(1, _weigh(base))

        def make(values: Mapping[Path, Any], count: int) -> Params:
            if count > most:
                what = f"params follow swept ones, which {counted(count, 'trial')} of this size are too many for"
                raise Flawed(Flaw(("params",), what, f"make at most {most:,} of them"))
            return self.params(values, base["params"])

        return make


def _brought(written: _Written, plain: Mapping[Path, Axis], base: Params, desk: Desk) -> dict[Path, Axis]:
    """Return the sweeps that come by interpolation: without those that only follow another.

    Raises:
        Flawed: the values of one depend on another sweep.
    """
    there = space(base["params"], desk)
    found: dict[Path, Axis] = {**there.axes, **there.intervals}
    first = {path: _end(axis, 0) for path, axis in plain.items()}
    following: set[Path] = set()
    for path, axis in found.items():
        probe = written.params({**first, path: _end(axis, 0)}, base["params"])
        following |= {other for other in found if other != path and _at(probe, other) != _at(base["params"], other)}
    own = {path: axis for path, axis in found.items() if path not in following}
    last = written.params({path: _end(axis, 1) for path, axis in plain.items()}, base["params"])
    moved = [path for path in own if _at(last, path) != _at(base["params"], path)]
    if moved:
        hint = "list its values without ${...}, or let it follow as a whole"
        raise Flawed(*(Flaw(("params", *path), "this sweep depends on another one", hint) for path in moved))
    return own


def _check_others(written: _Written, sweeps: Mapping[Path, Axis], base: Params) -> None:
    """Refuse a field beside `params` that follows a swept one: it is one for all trials.

    Raises:
        Flawed: there is one.
    """
    first, last = (
        written.with_values({path: _end(axis, which) for path, axis in sweeps.items()}, base["params"])[0]
        for which in (0, 1)
    )
    moved = [key for key in base if key != "params" and first[key] != last[key]]
    if moved:
        swept = ", ".join(dotted(("params", *path)) for path in sweeps)
        hint = f"refer to something else than {swept}"
        raise Flawed(*(Flaw((key,), "it is one for all trials, and follows a swept parameter", hint) for key in moved))


def _end(axis: Axis, which: int) -> Any:
    """Return the first value of a sweep, or its last."""
    if isinstance(axis, Interval):
        return axis.at(which * 0.999)
    if isinstance(axis, Range):
        return axis.start + which * axis.step * max(0, axis.count() - 1)
    return axis.values[-which] if axis.values else None


def _filled(raw: Mapping[str, Any], values: Mapping[Path, Any], known: Mapping[str, Any], path: Path) -> Params:
    """Put values at their paths, so that interpolating leaves them as they are."""
    filled: Params = {}
    for key, value in raw.items():
        here, there = (*path, key), known.get(key)
        if here in values:
            filled[key] = literal(values[here])
        elif not any(other[: len(here)] == here for other in values):
            filled[key] = value
        elif isinstance(value, dict):
            filled[key] = _filled(value, values, there if isinstance(there, Mapping) else {}, here)
        else:
            filled[key] = _filled(literal(there or {}), values, {}, here)
    return filled


def _without_interpolations(params: Mapping[str, Any]) -> Params:
    return {
        key: _without_interpolations(value) if isinstance(value, dict) else value
        for key, value in params.items()
        if not (isinstance(value, str) and "${" in value)
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _paths(params: Mapping[str, Any], path: Path, ends: Any) -> Iterator[Path]:
    """List the paths in `params` in the order of the file, down to these ends."""
    for key, value in params.items():
        here = (*path, key)
        if isinstance(value, dict) and here not in ends:
            yield from _paths(value, here, ends)
        else:
            yield here


def _at(params: Any, path: Path) -> Any:
    for key in path:
        params = params.get(key) if isinstance(params, Mapping) else None
    return params


def _weigh(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_weigh, value.values()))
    return 1 + sum(map(_weigh, value)) if isinstance(value, list) else 1
