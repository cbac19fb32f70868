"""Renaming: what people do to a repository's files when a resource gets another name and says what it was called."""

import re
from collections.abc import Iterable, Sequence

import yaml

from reconciler.model.ids import Address, address, kind_of, name_of
from reconciler.simulation import Files
from reconciler.simulation.commits import path_of, specs
from reconciler.yaml.edit import edit_yaml

FURTHER = ("c", "d")
"""Names that only renamed resources have."""


def renamed(files: Files, old: Address, new: Address, environments: Iterable[str]) -> Files:
    """Give a resource another name, with its patches, and write that name wherever it is referred to.

    Who goes back to a name that it had before has it again, and none that it has had since.
    """
    moves = {path_of(old): path_of(new)}
    moves |= {f"environments/{name}/{old}.yaml": f"environments/{name}/{new}.yaml" for name in environments}
    word = re.compile(rf"(?<![\w/-]){old}(?![\w/-])".encode())
    moved = {moves.get(path, path): word.sub(str(new).encode(), text) for path, text in files.items()}
    names = [*former_names(files[path_of(old)]), name_of(old)]
    names = names[: names.index(name_of(new))] if name_of(new) in names else names
    return {**moved, path_of(new): _saying(moved[path_of(new)], names)}


def without_rivals(files: Files) -> Files:
    """Take out of each spec the former names that another one has, or claims before it."""
    told, taken = dict(files), {*specs(files)}
    for spec in sorted(specs(files)):
        former = former_names(files[path_of(spec)])
        kept = [name for name in former if address(kind_of(spec), name) not in taken]
        taken |= {address(kind_of(spec), name) for name in kept}
        if kept != former:
            told[path_of(spec)] = _saying(files[path_of(spec)], kept)
    return told


def former_names(text: bytes) -> list[str]:
    """Return what a spec says that it was called before."""
    spec = yaml.safe_load(text)
    told = spec.get("moved_from") or [] if isinstance(spec, dict) else []
    return [told] if isinstance(told, str) else list(told)


def _saying(text: bytes, names: Sequence[str]) -> bytes:
    if list(names) == former_names(text):
        return text
    return edit_yaml(text.decode(), {"moved_from": list(names)}, "spec").encode()
