"""The model, as KServe calls it: the adapter between the protocol's requests and `runners.models`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from kserve.errors import InvalidInput
from kserve.model import Model as KServeModel
from kserve.protocol.infer_type import InferOutput, InferRequest, InferResponse

from runners.models import Model, ModelInputError, Prediction
from runners.serve.columns import Columns, of_instances, of_tensors
from runners.serve.request_context import NOW
from runners.serve.responses import as_outputs, as_predictions

INLINE_ROWS = 200
"""Rows up to which a prediction is made at once; a longer one is made by a thread, so that others needn't wait."""


class ServedModel(KServeModel):  # type: ignore[misc]
    """One loaded model under a name.

    Args:
        name: its name in the protocol's paths.
        model: the model.
    """

    def __init__(self, name: str, model: Model) -> None:
        super().__init__(name)
        self._model = model
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        """Return the inputs as the protocol's metadata tells them."""
        return _tensors(self._model.signature.asked)

    def get_output_types(self) -> list[dict[str, Any]]:
        """Return the outputs as the protocol's metadata tells them."""
        return _tensors(self._model.signature.outputs)

    async def predict(
        self,
        payload: Mapping[str, Any] | InferRequest,
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - KServe passes it
        response_headers: Mapping[str, str] | None = None,  # noqa: ARG002 - KServe passes it
    ) -> dict[str, Any] | InferResponse:
        """Answer one request of either version.

        Raises:
            InvalidInput: the request doesn't fit the model; KServe answers with status 400.
        """
        try:
            if isinstance(payload, InferRequest):
                return await self._infer(payload)
            signature = self._model.signature
            return as_predictions(await self._answer(of_instances(payload, signature)), signature)
        except ModelInputError as error:
            exchange = NOW.get()
            if exchange:
                exchange.error = str(error)
            raise InvalidInput(str(error)) from error

    async def _infer(self, request: InferRequest) -> InferResponse:
        signature = self._model.signature
        _check_words(request)
        requested = [output.name for output in request.request_outputs or ()] or None
        outputs = as_outputs(await self._answer(of_tensors(request.inputs, signature)), signature, requested)
        exchange = NOW.get()
        return InferResponse(
            response_id=request.id or (exchange.id if exchange else ""),
            model_name=self.name,
            infer_outputs=[InferOutput(o.name, o.shape, o.datatype, o.data) for o in outputs],
            requested_outputs=request.request_outputs,
            use_binary_outputs=request.use_binary_outputs,
        )

    async def _answer(self, columns: Columns) -> Prediction:
        rows = max((len(values) for values in columns.values()), default=0)
        if self._model.signature.image:
            columns = await asyncio.to_thread(self._model.prepared, columns)
        if rows <= INLINE_ROWS:
            return self._predict(columns)
        return await asyncio.to_thread(self._predict, columns)

    def _predict(self, columns: Columns) -> Prediction:
        exchange = NOW.get()
        tensors = self._model.prepare(columns)
        if exchange:
            exchange.is_read = True
        prediction = self._model.answer(tensors)
        if exchange:
            exchange.columns, exchange.prediction = columns, prediction
        return prediction


def _check_words(request: InferRequest) -> None:
    """Hold the words of a request against their type, which KServe doesn't where binary data follows the JSON.

    Raises:
        ModelInputError: the request's id, or the name of an output, is no text.
    """
    if request.id is not None and not isinstance(request.id, str):
        raise ModelInputError("the id of a request is a text", "id")
    if not all(isinstance(output.name, str) for output in request.request_outputs or ()):
        raise ModelInputError("the name of an output is a text", "outputs")


def _tensors(tensors: Any) -> list[dict[str, Any]]:
    return [{"name": item.name, "datatype": item.datatype, "shape": list(item.shape)} for item in tensors]
