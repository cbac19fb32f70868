"""KServe's own `ModelServer` around a model of ours, which the endpoint's answers are held to.

python -m tests.conformance.kserve_server FOLDER NAME PORT
"""

import sys
from collections.abc import Mapping
from typing import Any

from kserve import Model as KServeModel
from kserve import ModelServer
from kserve.protocol.infer_type import InferOutput, InferRequest, InferResponse

from runners.models import load
from runners.serve.columns import of_instances, of_tensors
from runners.serve.responses import as_outputs, as_predictions


class Reference(KServeModel):  # type: ignore[misc]
    """A model under a name, by KServe's reading of requests and writing of answers."""

    def __init__(self, name: str, folder: str) -> None:
        super().__init__(name)
        self._model = load(folder)
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        return _tensors(self._model.signature.asked)

    def get_output_types(self) -> list[dict[str, Any]]:
        return _tensors(self._model.signature.outputs)

    async def predict(self, payload: Any, headers: Any = None, response_headers: Any = None) -> Any:
        signature = self._model.signature
        if isinstance(payload, Mapping):
            return as_predictions(self._model.predict(of_instances(payload, signature)))
        return self._infer(payload)

    def _infer(self, request: InferRequest) -> InferResponse:
        signature = self._model.signature
        requested = [output.name for output in request.request_outputs or ()] or None
        outputs = as_outputs(self._model.predict(of_tensors(request.inputs, signature)), signature, requested)
        return InferResponse(
            response_id=request.id,
            model_name=self.name,
            infer_outputs=[InferOutput(o.name, o.shape, o.datatype, o.data) for o in outputs],
            requested_outputs=request.request_outputs,
            use_binary_outputs=request.use_binary_outputs,
        )


def _tensors(tensors: Any) -> list[dict[str, Any]]:
    return [{"name": item.name, "datatype": item.datatype, "shape": list(item.shape)} for item in tensors]


if __name__ == "__main__":
    server = ModelServer(http_port=int(sys.argv[3]), enable_grpc=False, enable_latency_logging=False)
    server.start([Reference(sys.argv[2], sys.argv[1])])
