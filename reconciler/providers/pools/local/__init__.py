"""The embedded pool: jobs are processes in the slots of this machine, and plain files are all that it remembers.

Law of the room: a job belongs to its folder, not to the daemon. Whoever opens the folder next adopts every job in it,
running ones too; nothing that matters is held in memory only.

    store       the folder: what is written where, and an index that re-reads only what changed
    records     what the files say of one job, as values
    fitting     what can never run on this machine
    supervisor  the small script that runs one job, keeps its time, and leaves its exit code
    warm        the process that jobs of our own runners are copies of
    processes   starting supervisors, finding them again, stopping them
    pool        the port's verbs, in these terms
"""

from reconciler.providers.pools.local.pool import LocalPool

__all__ = ["LocalPool"]
