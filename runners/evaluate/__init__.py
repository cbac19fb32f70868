"""Metrics, slices and intervals; and the `evaluate` runner, which holds a candidate against the model that is live.

Law of the room: light. It imports NumPy, and what a job draws or reads only inside of the job; the training runners
measure with the same functions, so that two figures of the same name are always comparable.
"""

from pathlib import Path

from runners.contract import Request, Result

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Compare the inputs `candidate` and, where there is one, `live` on the candidate's test rows.

    Raises:
        InputError: an input is no trial, or the live model can't answer the candidate's rows.
    """
    from runners.evaluate.comparison import compare

    return compare(request, folder)
