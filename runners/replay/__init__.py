"""`replay`: a candidate answers the requests that the live model was asked, before any traffic gets to it.

The requests are those of a deployment's payload log; the candidate's answers are held against the ones that clients
got, row by row. So each figure is paired: what is hard for both cancels out. Nobody's request waits for it.

    parameters  what is replayed
    logged      the logged rows, a draw of them, and whether the candidate can be asked about them
    answering   a model's answers, and the rows that it refuses, by kind
    differing   answers that differ, and how scores and numbers shift: pure functions
    slices      where most answers differ
    timing      how long an answer takes for both, in this process
    outcomes    both models held against the outcomes of these rows
    replaying   all of it, one after the other

Law of the room: the log is read, never written; a figure tells of how many rows it is, and what wasn't looked at has
none; no value of a row is told.
"""

from pathlib import Path

from runners.contract import Request, Result

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Replay the requests of the input `logs` by the input `candidate`, beside the input `live`.

    Raises:
        InputError: an input is no trial, they answer different questions, or the outcomes' source is wrong.
    """
    from runners.replay.replaying import replayed

    return replayed(request, folder)
