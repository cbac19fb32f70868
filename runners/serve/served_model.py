"""A model of a process, whatever protocol it is asked by: whose fault a failure is, and what is logged.

A client's mistake is the client's, always: until a request was read and fits the model, whatever fails is its fault.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from runners.models import Model, ModelInputError, Prediction
from runners.serve.batches import Batches
from runners.serve.columns import Columns, of_tensors
from runners.serve.request_context import Exchange
from runners.serve.requests import Inference
from runners.serve.responses import Output, as_outputs

Made = TypeVar("Made")

_UNREADABLE = (
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError, AssertionError),
    MemoryError,
)
"""What may fail in NumPy and here while a request is read that nobody foresaw."""


class NotServed(ModelInputError):
    """Another model, or another version of it, was asked for."""


class ServedModel:
    """A model under its name.

    Args:
        name: its name in the protocols.
        version: its version there, the deployment's revision; empty where it has none.
        model: the model.
        log: told of every inference, but those of smoke tests.
    """

    def __init__(self, name: str, version: str, model: Model, log: Callable[[Exchange], None]) -> None:
        self.name, self.version, self.signature = name, version, model.signature
        self.model, self._log = model, log
        self.batches = Batches(model)

    def check_version(self, version: str) -> None:
        """Hold a version that was asked for against the one that is served; none is any.

        Raises:
            NotServed: it is another one.
        """
        if version not in ("", self.version):
            known = f"revision {self.version} answered here" if self.version else "it has no versions here"
            raise NotServed(f"{self.name} has no version {version[:100]}: {known}")

    async def infer(self, asked: Inference, exchange: Exchange) -> tuple[Output, ...]:
        """Return the outputs of version 2 that a request asks for.

        Raises:
            ModelInputError: the request doesn't fit the model.
        """
        prediction = await self.predict(of_tensors(asked.inputs, self.signature), exchange)
        return as_outputs(prediction, self.signature, asked.requested)

    async def predict(self, columns: Columns, exchange: Exchange) -> Prediction:
        """Return what the model answers for columns of values.

        Raises:
            ModelInputError: they don't fit the model.
        """
        if self.signature.image:
            columns = await asyncio.to_thread(self.model.prepared, columns)
        rows = self.model.rows(columns)
        exchange.is_read = True
        prediction = await self.batches.answer(rows)
        exchange.columns, exchange.prediction = columns, prediction
        return prediction

    async def guarded(self, work: Awaitable[Made], exchange: Exchange) -> Made | None:
        """Return what some work of a request makes; None where it fails, and the exchange says why, and whose fault."""
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
            self.blame(error, exchange)
        return None

    def blame(self, error: Exception, exchange: Exchange) -> None:
        """Have an exchange say why it failed, and whose fault that is."""
        if isinstance(error, ModelInputError):
            exchange.status, exchange.error = 404 if isinstance(error, NotServed) else 400, str(error)
        else:
            exchange.status, exchange.error = _failure(error, exchange)

    def tell(self, exchange: Exchange, began: float) -> None:
        """Log an inference that was answered; `began` is the performance counter of its beginning."""
        exchange.seconds = time.perf_counter() - began
        self._log(exchange)


def _failure(error: Exception, exchange: Exchange) -> tuple[int, str]:
    """Tell what nobody foresaw: until the request was read it is the request's fault, and ours after that."""
    if not exchange.is_read and isinstance(error, _UNREADABLE):
        return 400, f"the request can't be read: {str(error)[:300] or type(error).__name__}"
    structlog.get_logger().error("a request that was read couldn't be answered", exc_info=error)
    return 500, f"the model can't answer: {type(error).__name__}"
