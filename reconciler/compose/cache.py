"""What was composed before, kept by the blobs that it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.compose.environment import EnvironmentFile
from reconciler.compose.flaws import Flaw
from reconciler.compose.graph import Graph
from reconciler.compose.layout import Layout
from reconciler.compose.lru import Lru
from reconciler.compose.spec import Composed, Ingredients
from reconciler.model.errors import Problem
from reconciler.model.ids import Address, Digest
from reconciler.model.resource import Desired
from reconciler.model.spec_values import PromotedValues
from reconciler.plugins import Plugins
from reconciler.yaml.parse import Document, Unreadable

Key = tuple[Address, str, str | None, Digest]
"""A spec's address, its base's blob, its patch's blob, and the digest of the environment's variables."""
Wrong = tuple[Address, frozenset[tuple[str, str | None]], tuple[Flaw, ...]]
"""A composed spec by its address and the blobs that it was made from, and what is wrong with its references."""
Results = Mapping[Address, tuple[Ingredients, Composed]]
"""Every spec's ingredients, and what came of them."""
_SPARE = 256
_VARIANTS = 3
"""Results kept for one key, which differ by the parts that went in."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A whole graph, with everything that it was made from and what came of each spec."""

    files: Mapping[str, str]
    odd: Mapping[str, str]
    variables: Digest
    layout: Layout
    composed: Results
    graph: Graph
    desired: Desired


@dataclass(slots=True)
class EnvironmentCache:
    """The results of one environment."""

    composed: Lru[Key, tuple[Composed, ...]] = field(default_factory=lambda: Lru(_SPARE))
    located: Lru[Wrong, tuple[Problem, ...]] = field(default_factory=lambda: Lru(_SPARE))
    environment_file: Lru[tuple[str, ...], EnvironmentFile] = field(default_factory=lambda: Lru(4))
    last: Generation | None = None
    promoted: tuple[Generation | None, Mapping[Address, PromotedValues]] | None = None
    """What promotions of values have before them, and the graph that this was found for."""

    def make_room(self, resources: int) -> None:
        """Bound the memo to two generations of as many resources as there are."""
        for kept in (self.composed, self.located):
            kept.trim(2 * resources + _SPARE)

    def keep(self, key: Key, composed: Composed) -> None:
        """Keep a result beside the ones that were made from other parts."""
        self.composed.put(key, (composed, *(self.composed.get(key) or ()))[:_VARIANTS])


class Cache:
    """Results of former compositions. Its entries never change; it holds two generations of each environment's specs.

    Losing it costs time and nothing else. It belongs to one thread. `plugins` are the providers and runners that specs
    may name; by default, those that are installed.
    """

    def __init__(self, plugins: Plugins | None = None) -> None:
        self.plugins = plugins
        self.documents: Lru[str, Document | Unreadable] = Lru(1024)
        self._by_environment: Lru[str, EnvironmentCache] = Lru(8)
        self._tried: Lru[str, EnvironmentCache] = Lru(2)

    def of(self, environment: str) -> EnvironmentCache:
        """Return the results of one environment."""
        return _of(self._by_environment, environment)

    def tried(self, environment: str) -> EnvironmentCache:
        """Return the results of one environment as it would be, which no commit asks for yet."""
        return _of(self._tried, environment)


def _of(known: Lru[str, EnvironmentCache], environment: str) -> EnvironmentCache:
    found = known.get(environment)
    if found is None:
        found = EnvironmentCache()
        known.put(environment, found)
    return found
