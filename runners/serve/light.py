"""Libraries for predictions alone: of a replica's memory two thirds were what LightGBM finds for tables and plots.

Law of the module: what is hidden is found again afterwards, and what was imported before is never hidden.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

UNNEEDED = ("dask", "graphviz", "matplotlib", "pandas", "pyarrow", "sklearn")
"""What a model's library may ask for and does without: requests are arrays."""


@contextmanager
def without(names: Sequence[str] = UNNEEDED) -> Iterator[None]:
    """Let imports find none of some packages meanwhile; they fail as where these aren't installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how a module is told to be missing
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name) is None:
                sys.modules.pop(name, None)
