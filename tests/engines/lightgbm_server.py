"""A LightGBM model behind KServe's `ModelServer`, as KServe's own servers are made: for a runtime that it may pick."""

import argparse
from pathlib import Path
from typing import Any

import lightgbm
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer, model_server


class LightGBM(Model):  # type: ignore[misc]
    """The model of a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name)
        self._booster = lightgbm.Booster(model_file=folder / "model.bst")
        self.ready = True

    async def predict(self, payload: InferRequest, *_: Any, **__: Any) -> InferResponse:
        """Answer by version 2 of the protocol."""
        told = self._booster.predict(payload.inputs[0].as_numpy())
        output = InferOutput("predict", [len(told)], "FP64", data=told.tolist())
        return InferResponse(payload.id or "none", self.name, [output])


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(parents=[model_server.parser], conflict_handler="resolve")
    parser.add_argument("--model_dir", type=Path)
    told = parser.parse_args()
    server = ModelServer(http_port=told.http_port, enable_grpc=False)
    server.start([LightGBM(told.model_name, told.model_dir)])


if __name__ == "__main__":
    main()
