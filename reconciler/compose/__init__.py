"""From text to the desired graph.

Law of the room: a pure function of the blobs that it reads by id and of the environment's name. It sees no work
tree, no clock, no environment variable; what was composed once from the same blobs is never composed again. A broken
spec is told with its file, line and column, and never stops the others.

Hydra and OmegaConf are imported only by the specs that need them.
"""

from reconciler.compose.cache import Cache
from reconciler.compose.composer import Composer
from reconciler.compose.desired import compose

__all__ = ["Cache", "Composer", "compose"]
