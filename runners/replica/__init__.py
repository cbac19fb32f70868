"""`replica`: a model as it would be served, by a replica of the job's own: its size, what it answers, how fast.

The job starts the same server that endpoints run, on a socket of its own that nobody else reaches, and asks it about
the model's test rows. Each figure by which a gate decides has an interval, and the number of rows or requests that it
is of.

    parameters  what is measured
    rows        the test rows, as clients send them
    process     the replica: started, ready, ended
    asking      asking it, and what is wrong with an answer
    measuring   the measurements, one after the other
    figures     figures with their intervals: pure functions
"""

from pathlib import Path

from runners.contract import Request, Result

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Measure the input `candidate`.

    Raises:
        InputError: it is no trial, or no replica of it starts.
    """
    from runners.replica.measuring import measured

    return measured(request, folder)
