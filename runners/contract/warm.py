"""What a pool of processes tells a warm one: which runners it may become, and how it is asked.

A message is a runner's name, with an open file beside it that holds the job as JSON: whoever is asked never reads it,
only the copy of it does that becomes the job. So no secret of one job is ever in the memory of what others come from.
"""

from collections.abc import Mapping, Sequence
from typing import Any

WARM = frozenset({"ingest", "label", "tabular", "images", "evaluate", "monitor", "replica", "smoke"})
"""The runners that a warm process becomes: those that run no code but ours."""
LONGEST_NAME = 64
"""Bytes of a message."""
IDLE = 60.0
"""Seconds after which a warm process ends that nobody asks for anything."""


def job_as_json(arguments: Sequence[str], environ: Mapping[str, str], log: str) -> dict[str, Any]:
    """Write what becomes of a copy.

    Args:
        arguments: what the job's supervisor is told.
        environ: the job's environment variables, all of them.
        log: the file that it prints to.
    """
    return {"arguments": list(arguments), "environ": dict(environ), "log": log}
