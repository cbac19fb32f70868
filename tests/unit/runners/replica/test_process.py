"""A replica is started as endpoints start it, and is gone afterwards."""

import json
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.models.signature import read_signature
from runners.replica.asking import ALONE, Client, wrong_with
from runners.replica.process import replica
from tests.unit.runners.replica.trials import trial

ROW = {
    "inputs": [
        {"name": "AGEP", "shape": [1, 1], "datatype": "FP32", "data": [30.0]},
        {"name": "SEX", "shape": [1, 1], "datatype": "BYTES", "data": ["1"]},
    ]
}


@pytest.mark.slow
def test_a_replica_answers_and_its_socket_is_gone_afterwards(tmp_path: Path) -> None:
    folder = trial(tmp_path, [30.0])
    with replica(folder, read_signature(folder), 1) as path, Client(path) as client:
        assert wrong_with(client.ask(ALONE, json.dumps(ROW).encode()), 1) == ""
    assert not path.parent.exists()


@pytest.mark.slow
def test_a_model_that_is_refused_says_why(tmp_path: Path) -> None:
    folder = trial(tmp_path, [30.0])
    known = read_signature(folder)
    (folder / "model.onnx").write_bytes(b"another")
    with pytest.raises(InputError, match="no replica serves it: the model's digest"), replica(folder, known, 1):
        pass
