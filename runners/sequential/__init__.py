"""Sequential tests: a stated rate of false alarms in rows that keep coming, however often one looks.

A report that is made each day and tests each day cries wolf sooner or later, at whatever level. The tests of this room
are held to their rate over all looks together: each keeps a capital that no bet can raise on average while nothing has
changed (an e-process), so that it ever reaches 1 / rate with at most that probability (Ville's inequality).

Law of the room: values in and out, by NumPy alone. No file, no clock, no other room; what draws lots is handed a seed.
A test is a fold, `state, rows -> state`; a state is a small frozen value of numbers and tuples, which JSON can say, and
how the rows were divided into batches changes nothing. Values that aren't in bounds, NaN among them, are refused.

`risk` holds live losses against a bound from held-out rows, `exchangeable` chunks of them against all before;
`unlabelled` follows likely wrong answers, `columns` is about binned columns; `paying` says when a training pays.

    source = source_of(losses_on_held_out_rows, error=0.025)
    state = RiskState()                                                     # or the one that the former report kept
    state = watched(state, losses_of_newest_rows, source, by_rate(0.025), tolerance=0.02)
    verdict_of(state, source)                                               # alarmed, since which row, live risk
"""

from runners.sequential.confidence import Bounds, Confidence, followed
from runners.sequential.detection import Evidence, Stated, by_rate, by_run_length
from runners.sequential.risk import RiskState, Source, Verdict, source_of, verdict_of, watched

__all__ = [
    "Bounds",
    "Confidence",
    "Evidence",
    "RiskState",
    "Source",
    "Stated",
    "Verdict",
    "by_rate",
    "by_run_length",
    "followed",
    "source_of",
    "verdict_of",
    "watched",
]
"""The public face of the room."""
