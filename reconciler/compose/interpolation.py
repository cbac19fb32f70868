r"""`${...}`: interpolation within one spec, as OmegaConf 2.3 resolves it.

`${a.b}`, `${.a}`, `${a[0]}`, `${a.${b}}` and `\${` are resolved here; a property test holds them equal to OmegaConf.
`${secret:NAME}` stays as it is. `${env.NAME}` reads the environment's variables. Resolvers (`${oc.select:...}`) go
to OmegaConf, of which only the pure ones are left (`resolvers`). Written out, a spec is bounded by `text.HEAVIEST`.
"""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from reconciler.compose.expressions import OPENING, Call, Reference, Unclear, parse
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.nearest import did_you_mean
from reconciler.model.text import printable
from reconciler.yaml.parse import HEAVIEST
from reconciler.yaml.positions import Path
from runners.contract.secrets import SECRET
from runners.contract.text import dotted

ENV = "env"
"""Key under which interpolations find the environment's variables."""
_LONGEST_CHAIN = 150
"""Values that may wait for each other, structures around them included."""
_MOST_FLAWS = 100


class _Deferred(Exception):
    """A value depends on a resolver, and waits for OmegaConf."""


def resolve(spec: Mapping[str, Any], variables: Mapping[str, Any] | str) -> tuple[dict[str, Any], tuple[Flaw, ...]]:
    """Resolve every interpolation of a spec.

    Args:
        spec: its fields.
        variables: what `${env.NAME}` reads; or an interpolation that leads to it, where the spec holds it itself.

    Returns:
        The spec without interpolations (but with references to secrets), and warnings.

    Raises:
        Flawed: interpolations that lead nowhere, round in circles, into the outside world, or grow without bound.
    """
    resolution = _Resolution({**spec, ENV: variables})
    draft = {key: resolution.draft(value, (key,)) for key, value in spec.items()}
    if resolution.flaws:
        raise Flawed(*resolution.flaws)
    if not resolution.deferred:
        return draft, ()
    from reconciler.compose.resolvers import evaluate

    scope = resolution.draft(variables, (ENV,))
    return evaluate(draft, scope, frozenset(resolution.deferred))


def literal(value: Any) -> Any:
    r"""Return a structure that resolves to this one: every `${` in it that is text becomes `\${`."""
    if isinstance(value, Mapping):
        return {key: literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(literal, value))
    if not isinstance(value, str) or "${" not in value:
        return value
    pieces = SECRET.split(value)[::2]
    escaped = [OPENING.sub(r"\1\1\\${", piece) for piece in pieces]
    secrets = [match[0] for match in SECRET.finditer(value)]
    return "".join(text for pair in zip_longest(escaped, secrets, fillvalue="") for text in pair)


class _Resolution:
    """One spec while it is resolved: each value once, in the order in which it is needed."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._done: dict[Path, tuple[Any, int]] = {}
        self._open: list[Path] = []
        self._weight = 0
        self.deferred: list[Path] = []
        self.flaws: list[Flaw] = []

    def draft(self, value: Any, path: Path) -> Any:
        """Resolve what can be resolved without OmegaConf, note flaws by the way, and leave the rest as text."""
        if isinstance(value, dict):
            return {key: self.draft(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.draft(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or "${" not in value or self._has_enough:
            return value
        try:
            return self._value(value, path)
        except _Deferred:
            self.deferred.append(path)
            return value
        except Flawed as error:
            self.flaws += [flaw for flaw in error.flaws if flaw not in self.flaws]
        except Unclear as error:
            self.flaws.append(Flaw(path, str(error), error.hint))
        return None

    @property
    def _has_enough(self) -> bool:
        """Tell whether so much is wrong or written out that nothing more is looked at."""
        return len(self.flaws) >= _MOST_FLAWS or self._weight > HEAVIEST

    def _value(self, raw: Any, path: Path) -> Any:
        """Resolve a value wholly.

        Raises:
            _Deferred: a resolver is needed.
            Unclear: an interpolation can't be understood.
            Flawed: an interpolation is wrong.
        """
        if not isinstance(raw, dict | list | str) or (isinstance(raw, str) and "${" not in raw):
            self._weigh(1 + len(raw) // 64 if isinstance(raw, str) else 1, path)
            return raw
        if path in self._done:
            value, weight = self._done[path]
            self._weigh(weight, path)
            return value
        self._check_way(path)
        before = self._weight
        self._open.append(path)
        try:
            value = self._text(raw, path) if isinstance(raw, str) else self._structure(raw, path)
        finally:
            self._open.pop()
        self._done[path] = (value, self._weight - before)
        return value

    def _check_way(self, path: Path) -> None:
        if path in self._open:
            chain = " → ".join(dotted(step) for step in (*self._open[self._open.index(path) :], path))
            message = f"the interpolation goes round in a circle: {printable(chain)}"
            raise Flawed(Flaw(path, message, "give one a value"))
        if len(self._open) > _LONGEST_CHAIN:
            raise Flawed(Flaw(self._open[0], "its interpolations lead on too far", "shorten the chain"))

    def _weigh(self, weight: int, path: Path) -> None:
        self._weight += weight
        if self._weight > HEAVIEST:
            message = f"written out, the interpolations make more than {HEAVIEST:,} values"
            raise Flawed(Flaw(path, message, "interpolate less"))

    def _structure(self, raw: Any, path: Path) -> Any:
        self._weigh(1, path)
        if isinstance(raw, dict):
            return {key: self._value(item, (*path, key)) for key, item in raw.items()}
        return [self._value(item, (*path, index)) for index, item in enumerate(raw)]

    def _text(self, raw: str, path: Path) -> Any:
        pieces = parse(raw)
        if isinstance(pieces, Call):
            raise _Deferred
        if len(pieces) == 1 and isinstance(pieces[0], Reference):
            return self._target(pieces[0], path)
        words = [piece if isinstance(piece, str) else self._word(piece, path) for piece in pieces]
        text = "".join(words)
        self._weigh(1 + len(text) // 64, path)
        return text

    def _word(self, reference: Reference, path: Path) -> str:
        value = self._target(reference, path)
        if isinstance(value, dict | list):
            message = f"`{printable(reference.text, 60)}` is a structure, and can't be part of a text"
            raise Flawed(Flaw(path, message, "point at one of its values"))
        return str(value)

    def _target(self, reference: Reference, path: Path) -> Any:
        place = self._place(reference, path)
        raw = self._raw(place)
        if isinstance(raw, str) and raw == "???":
            message = f"`{printable(reference.text, 60)}` points at a value that is still missing"
            raise Flawed(Flaw(path, message, f"give {dotted(place)} a value"))
        return self._value(raw, place)

    def _place(self, reference: Reference, path: Path) -> Path:
        """Follow a reference to the path of its target, through interpolations on the way."""
        if reference.dots > len(path):
            raise Flawed(Flaw(path, f"`{printable(reference.text, 60)}` leads out of the spec", "use fewer dots"))
        at: Path = path[: len(path) - reference.dots] if reference.dots else ()
        for key in reference.keys:
            name = key if isinstance(key, str) else self._name(key, path)
            at = self._through(at, path)
            at = (*at, self._step(at, name, reference, path))
        return at

    def _name(self, reference: Reference, path: Path) -> str:
        value = self._target(reference, path)
        if not isinstance(value, str):
            message = f"`{printable(reference.text, 60)}` names a key, and isn't a text"
            raise Flawed(Flaw(path, message, "quote its value"))
        return value

    def _through(self, at: Path, path: Path) -> Path:
        """Go on from an interpolation that stands for a structure to that structure."""
        raw = self._raw(at)
        if not isinstance(raw, str) or "${" not in raw:
            return at
        pieces = parse(raw)
        if isinstance(pieces, Call):
            raise _Deferred
        if len(pieces) != 1 or not isinstance(pieces[0], Reference):
            return at
        self._check_way(at)
        self._open.append(at)
        try:
            return self._through(self._place(pieces[0], at), path)
        finally:
            self._open.pop()

    def _raw(self, at: Path) -> Any:
        value: Any = self._root
        for key in at:
            value = value[key]
        return value

    def _step(self, at: Path, name: str, reference: Reference, path: Path) -> str | int:
        inside = self._raw(at)
        if isinstance(inside, Mapping) and name in inside:
            return name
        if isinstance(inside, list) and name.isdecimal() and int(name) < len(inside):
            return int(name)
        message = f"`{printable(reference.text, 60)}` points at nothing"
        known = [key for key in inside if at or key != ENV] if isinstance(inside, Mapping) else []
        hint = did_you_mean(name, known)
        if at == (ENV,):
            hint = hint or "set it under `variables` in the environment's environment.yaml"
        raise Flawed(Flaw(path, message, hint))
