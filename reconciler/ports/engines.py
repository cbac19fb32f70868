"""All ports of one environment together."""

from dataclasses import dataclass

from reconciler.ports.clock import Clock
from reconciler.ports.data import DataReader, DataStore
from reconciler.ports.forge import Forge
from reconciler.ports.labelling import Labelling
from reconciler.ports.pool import RunnerPool
from reconciler.ports.reviews import Reviews
from reconciler.ports.serving import ServingEngine


@dataclass(frozen=True, slots=True)
class Engines:
    """What an environment runs on. `data` and `reader` are usually two faces of one provider, as `forge` and `reviews`.

    `reviews` is None where the forge shows no pull requests, `labelling` where there is nobody to ask.
    """

    data: DataStore
    reader: DataReader
    pool: RunnerPool
    serving: ServingEngine
    forge: Forge
    clock: Clock
    reviews: Reviews | None = None
    labelling: Labelling | None = None
