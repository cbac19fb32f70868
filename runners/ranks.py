"""Ranks: one job as several processes, which a pool on a cluster starts on a node each.

They find one another by the variables that `torchrun` sets too: `RANK`, `WORLD_SIZE`, `MASTER_ADDR`, `MASTER_PORT`. The
first, of rank 0, is the job as ever. The others help it and leave nothing: no result, no error, no checkpoint.
"""

import os
from collections.abc import Mapping


class Helped(Exception):
    """What ends a process that has helped, once its part is done."""


def rank_of(environ: Mapping[str, str] = os.environ) -> int:
    """Return which of the job's processes this is, counted from 0."""
    return int(environ.get("RANK", "0"))


def size_of(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many processes the job has."""
    return int(environ.get("WORLD_SIZE", "1"))
