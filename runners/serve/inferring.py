"""One inference of version 2, from bytes to bytes: what is asked thousands of times a second, without a task.

What is to be awaited (pictures, version 1) goes another way to the same value, in `runners.serve.app`. What is
HTTP's here, how it is read and answered, is another's for gRPC (`runners.serve.grpc.service`).
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from runners.serve.answers import inferred, refused
from runners.serve.batches import Found
from runners.serve.columns import Columns, of_tensors
from runners.serve.request_context import Exchange
from runners.serve.requests import Inference, read_inference
from runners.serve.responses import Output, as_outputs
from runners.serve.served_model import ServedModel


class Inferring:
    """An inference on its way.

    Args:
        served: the model.
        exchange: what is known of it.
        reply: takes its answer.
        is_told: whether it is logged.
    """

    __slots__ = ("_asked", "_began", "_columns", "_exchange", "_is_told", "_reply", "_served")
    _asked: Inference
    _columns: Columns

    def __init__(self, served: ServedModel, exchange: Exchange, reply: Callable[[Any], None], *, is_told: bool) -> None:
        self._served, self._exchange, self._reply, self._is_told = served, exchange, reply, is_told
        self._began = time.perf_counter()

    def begin(self, body: bytes | bytearray, length: bytes | None) -> None:
        """Read it, and have it answered with others; `length` says how many bytes of it are JSON, if not all."""
        self._exchange.size = len(body)
        try:
            self._ask(read_inference(body, length))
        except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
            self._fail(error)

    def _ask(self, asked: Inference) -> None:
        served = self._served
        self._asked, self._columns = asked, of_tensors(asked.inputs, served.signature)
        rows = served.model.rows(self._columns)
        self._exchange.is_read = True
        served.batches.put(rows, self._end)

    def _answered(self, asked: Inference, outputs: Sequence[Output]) -> Any:
        binary = {output.name for output in outputs} if asked.is_binary else asked.binary
        return inferred(self._served.name, asked.id or self._exchange.id, outputs, binary)

    def _refused(self) -> Any:
        return refused(self._exchange.status, self._exchange.error)

    def _end(self, found: Found) -> None:
        served, exchange, asked = self._served, self._exchange, self._asked
        if isinstance(found, Exception):
            self._fail(found)
            return
        exchange.columns, exchange.prediction, exchange.status = self._columns, found, 200
        try:
            answer = self._answered(asked, as_outputs(found, served.signature, asked.requested))
        except Exception as error:  # noqa: BLE001 - one request's fault ends no other's batch
            self._fail(error)
            return
        self._tell()
        self._reply(answer)

    def _tell(self) -> None:
        if self._is_told and self._exchange.status != 404:
            self._served.tell(self._exchange, self._began)

    def _fail(self, error: Exception) -> None:
        exchange = self._exchange
        self._served.blame(error, exchange)
        self._tell()
        self._reply(self._refused())
