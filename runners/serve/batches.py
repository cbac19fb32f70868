"""Requests that are answered together: those that wait when the model is free, for a batch costs little more than one.

Nobody waits for others by the clock: a batch ends after a few turns of the event loop without a newcomer, which are
no time where nothing else is to do, so that batches are as long as the load makes them, and a lone request is answered
at once. Rows of a batch know nothing of each other.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from numpy.typing import NDArray

from runners.models import Model, Prediction, Rows

INLINE_ROWS = 200
"""Rows up to which a prediction is made at once; a longer one is made by a thread, so that others needn't wait."""

PATIENCE = 2
"""Turns of the event loop without another request after which a batch is answered."""
FULL = 32
"""Requests after which nobody waits for more."""

Found = Prediction | Exception
"""What the model answers, or why it doesn't."""


class _Asked(NamedTuple):
    rows: Rows
    size: int
    done: Callable[[Found], None]


class Batches:
    """Asks a model for the requests of one event loop.

    Args:
        model: the model.
        most: rows of a batch.
    """

    def __init__(self, model: Model, most: int = INLINE_ROWS) -> None:
        self._model = model
        self._most = most
        self._waiting: list[_Asked] = []

    async def answer(self, rows: Rows) -> Prediction:
        """Return what the model answers for rows that were prepared.

        Raises:
            ModelInputError: a row has no finite answer.
            ModelRefused: the model doesn't answer as its signature says.
        """
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self.put(rows, lambda found: None if answer.done() else answer.set_result(found))
        found = await answer
        if isinstance(found, Exception):
            raise found
        return found

    def put(self, rows: Rows, done: Callable[[Found], None]) -> None:
        """Have rows that were prepared answered.

        Args:
            rows: the rows.
            done: told what the model answers; it doesn't fail.
        """
        count = len(rows[0] if isinstance(rows, list) else next(iter(rows.values())))
        loop = asyncio.get_running_loop()
        if count > self._most:
            loop.run_in_executor(None, self._found, rows).add_done_callback(lambda found: done(found.result()))
            return
        if not self._waiting:
            loop.call_soon(self._turn, 0, 0)
        self._waiting.append(_Asked(rows, count, done))

    def _turn(self, former: int, quiet: int) -> None:
        """Answer what waits, once no more has come for a few turns, or it is enough."""
        count = len(self._waiting)
        quiet = quiet + 1 if count == former else 0
        if quiet < PATIENCE and count < FULL:
            asyncio.get_running_loop().call_soon(self._turn, count, quiet)
            return
        waiting, self._waiting = self._waiting, []
        for batch in batches(waiting, self._most):
            self._answer(batch)

    def _answer(self, batch: Sequence[_Asked]) -> None:
        if len(batch) > 1:
            try:
                whole = self._model.answer(self._model.together([one.rows for one in batch]))
                parts = parted(whole, [one.size for one in batch])
            except Exception:  # noqa: BLE001 - whose fault it is, each by itself tells
                pass
            else:
                for one, prediction in zip(batch, parts, strict=True):
                    _tell(one, prediction)
                return
        for one in batch:
            _tell(one, self._found(one.rows))

    def _found(self, rows: Rows) -> Found:
        try:
            return self._model.answer(self._model.together([rows]))
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            return error


def _tell(one: _Asked, found: Found) -> None:
    """Tell one; if that fails, the others of its batch are told all the same."""
    try:
        one.done(found)
    except Exception as error:  # noqa: BLE001 - as it says
        structlog.get_logger().error("a request of a batch couldn't be told its answer", exc_info=error)


def batches(waiting: Sequence[_Asked], most: int) -> list[list[_Asked]]:
    """Return requests in batches of so many rows at most, in their order; of rows that can't be joined, others."""
    found: list[list[_Asked]] = []
    count, former = most, None
    for one in waiting:
        shape = None if isinstance(one.rows, list) else _shape(one.rows)
        if count + one.size > most or shape != former:
            found.append([])
            count, former = 0, shape
        found[-1].append(one)
        count += one.size
    return found


def _shape(tensors: Mapping[str, NDArray[Any]]) -> list[tuple[str, Any]]:
    return [(name, array.shape[1:]) for name, array in tensors.items()]


def parted(prediction: Prediction, rows: Sequence[int]) -> list[Prediction]:
    """Return a prediction in parts of so many rows each."""
    found, start = [], 0
    for count in rows:
        found.append(prediction.take(slice(start, start + count)))
        start += count
    return found
