"""Where fields of composed specs stand: the file and the line that supplied each value."""

from collections.abc import Iterable, Mapping

from reconciler.compose.cache import Cache
from reconciler.compose.desired import compose
from reconciler.compose.flaws import Flaw
from reconciler.compose.library import Desk, Library
from reconciler.compose.locate import Locator
from reconciler.compose.spec import layers_of
from reconciler.model.ids import Address, kind_of
from reconciler.ports.source import SourceTree
from reconciler.yaml.positions import Path

Place = tuple[str, int]
"""A file of the repository and a line of it, counted from 1."""


def places(
    tree: SourceTree, environment: str, cache: Cache, wanted: Mapping[Address, Iterable[Path]]
) -> Mapping[tuple[Address, Path], Place]:
    """Return where fields of resources stand that compose.

    Args:
        tree: the files of a commit.
        environment: the environment's name.
        cache: what was composed before.
        wanted: the paths of fields in the composed spec, by resource.

    Raises:
        BadSpec: the environment isn't there or its file is wrong.
    """
    compose(tree, environment, cache)
    last = cache.of(environment).last
    found: dict[tuple[Address, Path], Place] = {}
    if last is None:
        return found
    library = Library(tree, cache.documents, cache.plugins)
    for address, paths in wanted.items():
        if address not in last.composed or last.composed[address][1].resource is None:
            continue
        ingredients = last.composed[address][0]
        locator = Locator(library, layers_of(Desk(library, kind_of(address)), ingredients), ingredients.base)
        for path in paths:
            file, spot = locator.place(Flaw(path, ""))
            found[address, path] = (file, spot.line)
    return found
