"""How long an answer takes, for the candidate and for the live model beside each other in this process.

Each row that is asked about is put to both, one by one, by one thread, and who goes first takes turns: what slows the
machine meanwhile slows both. What a request costs before and after the model isn't in it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runners.models import Model
from runners.replica.figures import quantile

REQUESTS, WARM = 300, 20
_MILLI = 1000.0


def timed(
    models: Mapping[str, Model],
    columns: Mapping[str, Sequence[Any]],
    places: Sequence[int],
    confidence: float,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """Return quantiles of the milliseconds that each model takes for one of the rows at some places.

    Args:
        models: the models by name.
        columns: the values of all rows.
        places: rows that every model answers.
        confidence: of each bound.
        clock: tells seconds.
    """
    taken: dict[str, list[float]] = {name: [] for name in models}
    asked = list(places[: REQUESTS + WARM])
    for number, place in enumerate(asked):
        order = list(models.items())
        for name, model in order if number % 2 else reversed(order):
            row = {column: [columns[column][place]] for column in model.signature.columns}
            began = clock()
            model.predict(row)
            taken[name].append(_MILLI * (clock() - began))
    warm = min(WARM, len(asked) // 2)
    return {
        name: {f"p{percent}": quantile(times[warm:], percent / 100, confidence).as_dict() for percent in (50, 99)}
        for name, times in taken.items()
    }
