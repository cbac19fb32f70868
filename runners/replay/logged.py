"""The logged rows that are replayed: a draw of them, as columns, and whether the candidate can be asked about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.models import Signature
from runners.monitor.payloads import Log
from runners.monitor.rows import listed, rows_of, taken

Array = NDArray[Any]
Values = list[Any]
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Logged:
    """Rows of a log, the oldest first: the values that clients sent, by column, and the answers that they got.

    `of` is how many there were, of which these were drawn.
    """

    columns: Mapping[str, Values]
    prediction: Values
    probability: Values
    of: int

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.prediction)

    def at(self, places: Sequence[int]) -> "Logged":
        """Return the rows at some places."""
        columns = {name: [values[place] for place in places] for name, values in self.columns.items()}
        prediction, probability = (
            [values[place] for place in places] for values in (self.prediction, self.probability)
        )
        return Logged(columns, prediction, probability, self.of)


def names_in_log(*signatures: Signature) -> tuple[str, ...]:
    """Return the columns of a logged row that are looked at: what models take, and what names the row."""
    inputs = (name for signature in signatures for name in signature.columns)
    whole = (tensor.name for signature in signatures for tensor in signature.tensors)
    identifiers = (signature.identifier for signature in signatures if signature.identifier)
    return tuple(dict.fromkeys([*inputs, *whole, *identifiers]))


def drawn(log: Log, most: int, seed: int) -> Logged:
    """Draw rows of a log without replacement, each with the same chance; all of them where there are no more."""
    rows = rows_of(log.predictions)
    if not len(rows):
        return Logged({}, [], [], log.rows)
    places = np.arange(len(rows))
    if len(rows) > most:
        places = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
    columns = {name: listed(taken(values, places)) for name, values in rows.columns.items()}
    told = (rows.prediction, rows.probability)  # a model of numbers tells no probabilities
    prediction, probability = (listed(taken(one, places)) if len(one) else [None] * len(places) for one in told)
    return Logged(columns, prediction, probability, log.rows)


def unreadable(logged: Logged, live: Signature) -> list[int]:
    """Return the rows that can't be replayed.

    One came as a tensor of several columns, so that which columns it holds isn't told by name, or its answer is none
    that the live model gives.
    """
    whole = (tensor.name for tensor in live.tensors if tensor.name not in live.columns)
    names = [name for name in whole if name in logged.columns]
    kinds = (int, float) if live.task == "regression" else (str, int, float)
    return [
        row
        for row, answer in enumerate(logged.prediction)
        if not isinstance(answer, kinds) or any(logged.columns[name][row] is not None for name in names)
    ]


def obstacle(candidate: Signature, live: Signature, left_out: Sequence[str]) -> str:
    """Say why no logged row can be put to the candidate as it was sent; empty where they can."""
    if candidate.image or live.image:
        return "pictures aren't replayed"
    if lost := [name for name in candidate.columns if name in left_out]:
        return f"the payload log leaves out {_listed(lost)}, which the candidate is asked with"
    return ""


def unlike(candidate: Signature, live: Signature, logged: Logged) -> Iterator[tuple[str, str]]:
    """Yield the columns for which the candidate refuses whatever the live model is asked with, and how it does."""
    for name in candidate.columns:
        if name not in live.columns:
            yield name, "a column that requests don't have"
    for name in live.columns:
        if name not in (*candidate.columns, candidate.identifier):
            yield name, "a column that it doesn't take"
    row = live.identifier
    is_sent = row is not None and any(value is not None for value in logged.columns.get(row, ()))
    if row is not None and is_sent and row not in (candidate.identifier, *candidate.columns):
        yield row, "a column that it doesn't take"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
