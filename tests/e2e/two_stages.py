"""Both environments of a route, lived in memory."""

from collections.abc import Mapping

from reconciler.loop.cycle import Pass
from reconciler.model.decision import Decision
from reconciler.model.ids import Address
from reconciler.providers.memory import MemorySource, World
from tests.e2e.test_life import Life


class Route:
    """A repository of one route, from dev to prod, and a daemon for each."""

    def __init__(self, specs: Mapping[str, str]) -> None:
        self.world = World()
        self.source = MemorySource(self.world)
        self.source.commit(dict(specs), message="Begin")
        self.lives = {name: Life(self.world, self.source, name) for name in ("dev", "prod")}

    def live(self, name: str) -> Pass:
        """Make a pass in an environment."""
        done = self.lives[name].live()
        assert not self.lives[name].defects, self.lives[name].defects
        return done

    def told(self, name: str, address: Address) -> Decision:
        """Make a pass, and return what was decided on a resource."""
        return self.live(name).plan.decisions[address]
