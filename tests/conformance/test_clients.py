"""A replica as clients see it that others wrote: Triton's and KServe's, by HTTP and by gRPC.

For every datatype, what they read is held to what the model itself answers; a client's mistake is told as one.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

from runners.models import Model, load
from tests.conformance.test_protocol import NAME, Server
from tests.servers.ports import LOOPBACK, free_port
from tests.times import ROOT
from tests.unit.runners.serve.test_start import told
from tests.unit.runners.serve.tiny import make

BY = ("http", "grpc")
WHOLE = {"UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"}
MISTAKES = {
    "another model": (404, "the model nobody does not exist"),
    "another version": (404, "has no version 7: revision aaaaaaaaaaaa answered here"),
    "NaN": (400, "no finite answer for row 1"),
    "infinity": (400, "AGEP of row 1 is inf"),
    "no rows": (400, "AGEP has the shape [0, 1]"),
    "ragged": (400, "SEX has 2 rows, and AGEP has 3"),
    "two wide": (400, "AGEP has the shape [2, 2]"),
    "no number": (400, "a number is taken"),
    "BYTES binary": (400, "a number is taken"),
    "BYTES JSON": (400, "a number is taken"),
}
CODES = {404: "StatusCode.NOT_FOUND", 400: "StatusCode.INVALID_ARGUMENT"}


class Replica(NamedTuple):
    """A replica, where it answers, and the model that it serves."""

    model: Model
    http: str
    grpc: str


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replica]:
    folder, port, rpc = tmp_path_factory.mktemp("clients"), free_port(), free_port()
    digest = make(folder / "trial")
    settings = told(folder, model_url=(folder / "trial").as_uri(), model_digest=digest, grpc_port=rpc) | {"port": port}
    settings.pop("socket")
    (folder / "config.json").write_text(json.dumps(settings))
    server = Server(folder, "ours", ["runners.serve", str(folder / "config.json")], port)
    try:
        server.wait()
        yield Replica(load(folder / "trial"), f"{LOOPBACK}:{port}", f"{LOOPBACK}:{rpc}")
    finally:
        server.stop()


@pytest.fixture(scope="module")
def triton(replica: Replica) -> dict[str, dict[str, Any]]:
    """Return what Triton's clients were answered, by protocol and case."""
    line = [sys.executable, "-m", "tests.conformance.triton_clients", replica.http, replica.grpc, NAME]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def truth(model: Model, ages: list[float]) -> dict[str, Any]:
    answer = model.predict({"AGEP": ages, "SEX": ["1", "2"]}).as_columns()
    return {name: pytest.approx(values.tolist()) for name, values in answer.items()}


@pytest.mark.parametrize("by", BY)
def test_triton_s_clients_are_told_what_this_is(triton: dict[str, dict[str, Any]], by: str) -> None:
    assert triton[by]["about"] == [True, True, True, "setpoint", NAME, ["AGEP", "SEX"]]
    assert triton[by]["id"] == "mine"


@pytest.mark.parametrize("by", BY)
def test_triton_s_clients_read_what_the_model_answers(
    replica: Replica, triton: dict[str, dict[str, Any]], by: str
) -> None:
    answered = {case: told for case, told in triton[by].items() if case not in (*MISTAKES, "about", "id")}
    datatypes = {case.split()[0] for case in answered}
    assert datatypes >= WHOLE | {"FP16", "FP32", "FP64", "BOOL", "gzip", "deflate", "parameters"}
    for case, found in answered.items():
        datatype = case.split()[0]
        ages = [30.0, 60.0] if datatype in WHOLE else [1.0, 0.0] if datatype == "BOOL" else [30.0, 60.5]
        true = truth(replica.model, ages)
        if datatype == "one":
            true["predicted_probability"] = None
        assert found == true, case


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("case", MISTAKES)
def test_triton_s_clients_are_told_of_their_mistakes(triton: dict[str, dict[str, Any]], by: str, case: str) -> None:
    if case not in triton[by]:
        assert (by, case) == ("grpc", "BYTES JSON")
        return
    status, words = MISTAKES[case]
    code, message = triton[by][case]
    assert code == (str(status) if by == "http" else CODES[status])
    assert words in message


def test_kserve_s_client_of_grpc_reads_what_the_model_answers(replica: Replica) -> None:
    from grpc.aio import AioRpcError
    from kserve import InferenceGRPCClient, InferInput, InferRequest

    async def ask(name: str, *, is_raw: bool) -> Any:
        client = InferenceGRPCClient(replica.grpc)
        try:
            assert await client.is_server_live()
            assert await client.is_server_ready()
            assert await client.is_model_ready(NAME)
            ages, sexes = InferInput("AGEP", [2, 1], "FP32"), InferInput("SEX", [2], "BYTES")
            if is_raw:
                ages.set_data_from_numpy(np.array([[30], [60.5]], np.float32), binary_data=True)
                sexes.set_data_from_numpy(np.array(["1", "2"], np.object_), binary_data=True)
            else:
                ages.data, sexes.data = [30, 60.5], [b"1", b"2"]
            return await client.infer(InferRequest(name, [ages, sexes], request_id="mine"))
        finally:
            await client.close()

    for is_raw in (True, False):
        told = asyncio.run(ask(NAME, is_raw=is_raw))
        found = {output.name: output.as_numpy().ravel().tolist() for output in told.outputs}
        assert (told.id, found) == ("mine", truth(replica.model, [30.0, 60.5]))
    with pytest.raises(AioRpcError, match="the model nobody does not exist"):
        asyncio.run(ask("nobody", is_raw=True))


def test_a_message_beyond_the_bound_is_refused_however_small_it_is_packed(replica: Replica) -> None:
    import grpc

    from runners.serve.grpc.messages import SERVICE

    content = bytes(17 * 2**20)
    with grpc.insecure_channel(replica.grpc, options=[("grpc.max_send_message_length", -1)]) as channel:
        infer = channel.unary_unary(f"/{SERVICE}/ModelInfer")
        for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
            with pytest.raises(grpc.RpcError) as refused:
                infer(content, compression=compression, timeout=60)
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        with pytest.raises(grpc.RpcError) as unknown:
            channel.unary_unary(f"/{SERVICE}/RepositoryModelLoad")(b"", timeout=60)
    assert unknown.value.code() is grpc.StatusCode.UNIMPLEMENTED
