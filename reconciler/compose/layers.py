"""Layers: the files of one spec in the order in which each is laid over the ones before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.yaml.parse import HEAVIEST, Document
from reconciler.yaml.positions import Path


@dataclass(frozen=True, slots=True)
class Layer:
    """One file's content, at its package: the keys under which it lies in the spec."""

    file: str
    document: Document
    package: tuple[str, ...] = ()


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """Lay layers over each other as `OmegaConf.merge` does: mappings are merged, everything else is replaced.

    Raises:
        Flawed: a list meets a mapping, a structure an interpolation, or all together is too much.
    """
    if sum(layer.document.weight for layer in layers) > HEAVIEST:
        raise Flawed(
            Flaw((), f"with its parts the spec holds more than {HEAVIEST:,} values", "use fewer or smaller parts")
        )
    result: dict[str, Any] = {}
    for layer in layers:
        value: dict[str, Any] = layer.document.value
        for key in reversed(layer.package):
            value = {key: value}
        result = _over(result, value, (), layer.file) if result else value
    return result


def _over(under: Mapping[str, Any], upper: Mapping[str, Any], path: Path, file: str) -> dict[str, Any]:
    result = dict(under)
    for key, value in upper.items():
        result[key] = _replaced(result[key], value, (*path, key), file) if key in result else value
    return result


def _replaced(under: Any, upper: Any, path: Path, file: str) -> Any:
    if isinstance(upper, str) and upper == "???":
        return under
    if isinstance(under, dict) and isinstance(upper, dict):
        return _over(under, upper, path, file)
    if not isinstance(upper, dict | list):
        return upper
    if isinstance(under, dict | list) and type(under) is not type(upper):
        kinds = ("list", "mapping") if isinstance(upper, list) else ("mapping", "list")
        hint = "give it the same structure, or write it in one file"
        raise Flawed(Flaw(path, f"a {kinds[0]} can't be laid over a {kinds[1]}", hint, file=file))
    if isinstance(under, str) and "${" in under:
        message = "a structure can't be laid over the interpolation that a lower file has here"
        raise Flawed(Flaw(path, message, "write the whole value in one file", file=file))
    return upper
