"""The declared versions of the runners, by which runs are named."""

from collections.abc import Mapping
from types import MappingProxyType

RUNNER_VERSIONS: Mapping[str, int] = MappingProxyType(
    {
        "ingest": 2,
        "label": 5,
        "choose": 1,
        "score": 1,
        "tabular": 2,
        "images": 2,
        "torch-images": 2,
        "command": 2,
        "evaluate": 2,
        "replica": 1,
        "replay": 2,
        "ab-test": 1,
        "smoke": 1,
        "serve": 2,
        "monitor": 4,
    }
)
"""The declared version of every runner. Raise one only when its results would differ: its runs are then made anew."""
