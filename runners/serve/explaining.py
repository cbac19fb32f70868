"""Explanations of answers: `/v1/models/<name>:explain` and `/v2/models/<name>/explain`, the paths that KServe has.

They cost a model thousands of answers, so they are bounded, and made by a thread of their own, one request after
another: who asks for predictions doesn't wait for them. They are no predictions, and aren't logged or counted as such.
"""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from prometheus_client import Counter, Histogram

from runners.models import Model, ModelInputError, Prediction, Signature
from runners.models.explaining import Explained, Explainer, is_explainable
from runners.models.join import FORMAT
from runners.models.shapley import TooSlow
from runners.serve.answers import JSON, Answer, inferred, refused, told
from runners.serve.columns import of_instances, of_tensors
from runners.serve.explanations import as_explanations, as_tensors, place_of
from runners.serve.request_context import Exchange
from runners.serve.requests import read_inference, read_json
from runners.serve.responses import as_predictions
from runners.serve.types import JSON_LENGTH

MOST_ROWS = 20
"""Rows of a request."""
MOST_WAITING = 8
"""Requests that are explained or wait for that; more are told to come again."""
PATIENCE = 5.0
"""Seconds that a request may take when its turn has come."""
SECONDS = Histogram(
    "setpoint_explanation_duration_seconds",
    "Seconds that explanations took, those waiting before included.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
CALLS = Counter("setpoint_explanation_answers_total", "Answers that the model gave so that others could be explained.")
_BUSY = f"{MOST_WAITING} requests are being explained: ask again in a second"


class _Found(NamedTuple):
    prediction: Prediction
    explained: list[Explained]


class Explaining:
    """Explains what a model answers.

    Args:
        name: the model's name in the protocol's paths.
        model: the model.
    """

    def __init__(self, name: str, model: Model) -> None:
        self._name, self._model = name, model
        self._by_rows, self._by_tensors = f"/v1/models/{name}:explain", f"/v2/models/{name}/explain"
        self.paths = (
            frozenset({self._by_rows, self._by_tensors}) if is_explainable(model.signature) else frozenset[str]()
        )
        self._waiting = 0

    async def answer(
        self, path: str, body: bytes | bytearray, head: Mapping[bytes, bytes], exchange: Exchange
    ) -> Answer:
        """Answer one request.

        Raises:
            ModelInputError: it can't be read, doesn't fit the model, or can't be explained.
        """
        signature, began = self._model.signature, time.perf_counter()
        place = place_of(signature, parse_qs(exchange.query).get("class", [None])[0])
        if path == self._by_rows:
            asked, columns = None, of_instances(read_json(body), signature)
        else:
            asked = read_inference(body, head.get(JSON_LENGTH))
            columns = of_tensors(asked.inputs, signature)
        rows = max((len(values) for values in columns.values()), default=0)
        if rows > MOST_ROWS:
            raise ModelInputError(f"the request has {rows} rows, and {MOST_ROWS} are explained at once: send fewer")
        if self._waiting >= MOST_WAITING:
            return refused(429, _BUSY, (*JSON, (b"retry-after", b"1")))
        self._waiting += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._found, columns, exchange)
        finally:
            self._waiting -= 1
        CALLS.inc(sum(one.calls for one in found.explained))
        SECONDS.observe(time.perf_counter() - began)
        if asked is None:
            explanations = as_explanations(found.explained, signature, place)
            return told({**as_predictions(found.prediction, signature), "explanations": explanations})
        outputs = as_tensors(found.explained, signature, place, asked.requested)
        binary = {output.name for output in outputs} if asked.is_binary else asked.binary
        return inferred(self._name, asked.id or exchange.id, outputs, binary)

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "explanations")

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self._model)

    def _found(self, columns: Mapping[str, Any], exchange: Exchange) -> _Found:
        model, began = self._model, time.monotonic()
        tensors = model.prepare(model.prepared(columns))
        rows = len(next(iter(tensors.values())))
        exchange.is_read = True
        prediction = model.answer(tensors)
        try:
            ends = [began + PATIENCE * (row + 1) / rows for row in range(rows)]  # each row has its part of the time
            return _Found(prediction, [self._explainer.explain(tensors, row, end) for row, end in enumerate(ends)])
        except TooSlow:
            what = f"the model is too slow for {rows} explanations within {PATIENCE:g} s"
            raise ModelInputError(f"{what}{': send fewer rows' if rows > 1 else ''}") from None


def missing(name: str, signature: Signature) -> str:
    """Say why nothing is explained of a model that has no explainer."""
    if signature.format == FORMAT:
        return f"{name} combines several models, and has no explainer: ask one of them, as /v2/models lists them"
    what = "no background.json lies beside its model, as it was trained before there were explanations, by code"
    return f"{name} has no explainer: {what} that leaves none, or on more columns than are explained"
