"""OmegaConf's resolvers, of which only the pure ones are left, and how often and how much they may answer.

OmegaConf keeps its resolvers in a global; while a spec is resolved here it holds the pure ones alone, so that no
nesting or cleverness reaches `oc.env`. One thread at a time.
"""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

from omegaconf import OmegaConf
from omegaconf.basecontainer import BaseContainer
from omegaconf.errors import OmegaConfBaseException

from reconciler.compose.expressions import PURE
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.model.errors import Severity
from reconciler.model.text import printable
from reconciler.yaml.parse import HEAVIEST
from reconciler.yaml.positions import Path
from runners.contract.secrets import SECRET

_MOST_VALUES = HEAVIEST // 10
"""Values that OmegaConf, at 50 microseconds each, is asked to look at."""
MOST_CALLS = 2000
"""Resolvers that one spec may call."""
_LONGEST = 10_000
"""Characters of all texts together that OmegaConf's parser is asked to read."""
HELD = "\0{"
"""Stands for a `${` that is text while OmegaConf looks at it; no spec can hold a NUL."""

_LOCK = RLock()
_WRONG = (OmegaConfBaseException, ValueError, TypeError, KeyError, AttributeError, AssertionError, RecursionError)
"""What OmegaConf and its resolvers raise on what they can't resolve."""


@contextmanager
def only_pure() -> Iterator[None]:
    """Leave OmegaConf nothing but its pure resolvers, and count what they do."""
    with _LOCK:
        everything = BaseContainer._resolvers  # noqa: SLF001 - it has no public way to take a resolver away for a while
        count = _counter()
        pure = {name: count(resolver) for name, resolver in everything.items() if name in PURE}
        BaseContainer._resolvers = pure  # noqa: SLF001
        try:
            yield
        finally:
            BaseContainer._resolvers = everything  # noqa: SLF001


def _counter() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    calls, length = 0, 0

    def counted(resolver: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            nonlocal calls, length
            answer = resolver(*args)
            calls += 1
            length += _size(answer)
            if calls > MOST_CALLS or length > 64 * _MOST_VALUES:
                raise ValueError("the resolvers are called too often, or answer too much")
            return answer

        return call

    return counted


def _size(answer: Any) -> int:
    if isinstance(answer, str):
        return len(answer)
    return 64 * weigh(OmegaConf.to_container(answer)) if OmegaConf.is_config(answer) else 64


def weigh(value: Any) -> int:
    """Count the values in a structure."""
    if isinstance(value, Mapping):
        return 1 + sum(map(weigh, value.values()))
    return 1 + sum(map(weigh, value)) if isinstance(value, list) else 1


def evaluate(
    draft: Mapping[str, Any], scope: Mapping[str, Any] | str, deferred: frozenset[Path]
) -> tuple[dict[str, Any], tuple[Flaw, ...]]:
    """Resolve what is left of a spec's interpolations after everything that needs no resolver.

    Args:
        draft: the spec, with interpolations at the paths in `deferred` only.
        scope: the environment's variables, likewise.
        deferred: where interpolations are left.

    Returns:
        The spec without interpolations, and warnings of `oc.deprecated`.

    Raises:
        Flawed: they can't be resolved.
    """
    held = _hold({**draft, "env": scope}, (), deferred)
    path = _first(deferred)
    _check_work(held, deferred)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            with only_pure():
                resolved = OmegaConf.to_container(OmegaConf.create(held), resolve=True)
        except _WRONG as error:
            raise _flawed(error, path) from error
    result = _release(resolved, ())
    result.pop("env")
    told = dict.fromkeys(str(warning.message) for warning in said)
    return result, tuple(Flaw(path, printable(text), severity=Severity.WARNING) for text in told)


def _check_work(held: Any, deferred: frozenset[Path]) -> None:
    """Refuse what OmegaConf, at 50 microseconds a value and 20 a character, would take very long for.

    Raises:
        Flawed: the spec is too large to call resolvers.
    """
    path = _first(deferred)
    if weigh(held) > _MOST_VALUES or len(deferred) > MOST_CALLS:
        message = f"a spec that calls resolvers has at most {_MOST_VALUES:,} values, and {MOST_CALLS:,} that need them"
        raise Flawed(Flaw(path, message, "write the value itself"))
    if sum(len(_at(held, place)) for place in deferred) > _LONGEST:
        message = f"the texts that need resolvers have more than {_LONGEST:,} characters"
        raise Flawed(Flaw(path, message, "make them shorter"))


def _first(paths: frozenset[Path]) -> Path:
    """Return the path to show: one of the spec's own rather than of the environment's, and a short one."""
    return min(paths, key=lambda path: (path[:1] == ("env",), len(path), str(path)))


def _at(value: Any, path: Path) -> str:
    for key in path:
        value = value[key]
    return str(value)


def _flawed(error: BaseException, path: Path) -> Flawed:
    if isinstance(error, RecursionError):
        return Flawed(Flaw(path, "the interpolations go round in a circle or lead on too far", "shorten the chain"))
    key = getattr(error, "full_key", None)
    place: Path = tuple(key.split(".")) if isinstance(key, str) and key and "[" not in key else path
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Flawed(Flaw(place, printable(first.replace(HELD, "${")), "see https://omegaconf.readthedocs.io"))


def _hold(value: Any, path: Path, deferred: frozenset[Path]) -> Any:
    """Hide every `${` that is text from OmegaConf."""
    if isinstance(value, Mapping):
        return {key: _hold(item, (*path, key), deferred) for key, item in value.items()}
    if isinstance(value, list):
        return [_hold(item, (*path, index), deferred) for index, item in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    if path in deferred:
        return SECRET.sub(lambda match: match[0].replace("${", HELD), value)
    return value.replace("${", HELD)


def _release(value: Any, path: Path) -> Any:
    """Show every `${` that is text again, and hold what resolvers made to what a file may say.

    Raises:
        Flawed: a key is no text, or a number has no word in JSON.
    """
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise Flawed(Flaw(path, "a resolver made a key that is no text", "quote it"))
        return {key: _release(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_release(item, (*path, index)) for index, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise Flawed(Flaw(path, "a resolver made a number that JSON has no word for", "write the value itself"))
    if value is not None and not isinstance(value, str | int | float):
        raise Flawed(Flaw(path, f"a resolver made a {type(value).__name__}", "write the value itself"))
    return value.replace(HELD, "${") if isinstance(value, str) else value
