"""Where in a file each value stands: a second parse with marks, made only when there is an error to show."""

from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""A place in a text: keys and indexes from the root."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a text; both count from 1."""

    line: int
    column: int


class Marks:
    """The marks of one file, which `parse.read` has found to be within its limits."""

    def __init__(self, data: bytes) -> None:
        self._root = _LOADER(data.decode("utf-8")).get_single_node()

    def find(self, path: Path, on_key: bool = False) -> tuple[int, Spot]:
        """Return how many parts of a path the file has, and the place of the last one of them.

        Args:
            path: the place that is looked for.
            on_key: whether the field's name is meant where the whole path is there, rather than its value.
        """
        node, key, depth = self._root, None, 0
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            key, node = found
            depth += 1
        if node is None:
            return 0, Spot(1, 1)
        told = key if on_key and depth == len(path) and key is not None else node
        return depth, Spot(told.start_mark.line + 1, told.start_mark.column + 1)


def _child(node: Any, part: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return (node.value[part],) * 2 if part < len(node.value) else None
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == part:
            return key, value
    merges = [value for key, value in node.value if key.tag == "tag:yaml.org,2002:merge"]
    for merged in merges:
        for mapping in merged.value if isinstance(merged, yaml.SequenceNode) else [merged]:
            found = _child(mapping, part)
            if found is not None:
                return found
    return None
