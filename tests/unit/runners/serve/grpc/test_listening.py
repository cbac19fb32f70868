"""Where gRPC is spoken, beside HTTP in one process, and that both leave in peace."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from runners.models import load
from runners.serve.grpc.listening import listening
from runners.serve.grpc.messages import MESSAGES, SERVICE
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from runners.serve.settings import Settings
from tests.servers.ports import LOOPBACK, free_port
from tests.unit.runners.serve.endpoint import NAME
from tests.unit.runners.serve.grpc.asked import request
from tests.unit.runners.serve.test_start import told
from tests.unit.runners.serve.tiny import make

PATIENCE = 60.0
ASKED = request(("AGEP", "FP32", [1], [30]), ("SEX", "BYTES", [1], [b"1"]))


def settings(folder: Path, **more: Any) -> Settings:
    return Settings.model_validate(told(folder, **more))


@pytest.mark.parametrize("ways", [("port",), ("socket",), ("port", "socket")])
def test_it_listens_at_a_port_at_a_socket_or_at_both(tmp_path: Path, ways: tuple[str, ...]) -> None:
    places = {"port": ("grpc_port", free_port()), "socket": ("grpc_socket", str(tmp_path / "g"))}
    served = ServedModel(NAME, "", load(tmp_path, make(tmp_path)), print)

    async def ask() -> list[bytes]:
        server = await listening(ServedModels(served), settings(tmp_path, **dict(places[way] for way in ways)))
        found = []
        for way in ways:
            target = f"unix:{tmp_path / 'g'}" if way == "socket" else f"{LOOPBACK}:{places['port'][1]}"
            async with grpc.aio.insecure_channel(target) as channel:
                found.append(await channel.unary_unary(f"/{SERVICE}/ServerLive")(b"", timeout=PATIENCE))
        await server.stop(1)
        return found

    assert [MESSAGES["ServerLiveResponse"].FromString(told).live for told in asyncio.run(ask())] == [True] * len(ways)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    served = ServedModel(NAME, "", load(tmp_path, make(tmp_path)), print)

    async def both() -> None:
        told = settings(tmp_path, grpc_port=free_port())
        first = await listening(ServedModels(served), told)
        try:
            with pytest.raises(OSError, match="in use"):
                await listening(ServedModels(served), told)
        finally:
            await first.stop(0)

    asyncio.run(both())


def test_a_replica_speaks_grpc_and_leaves_in_peace(tmp_path: Path) -> None:
    digest, place = make(tmp_path / "trial"), tmp_path / "g"
    config = told(tmp_path, model_url=(tmp_path / "trial").as_uri(), model_digest=digest, grpc_socket=str(place))
    (tmp_path / "config.json").write_text(json.dumps(config | {"logs": str(tmp_path / "logs")}))
    with (tmp_path / "log").open("wb") as log:
        line = [sys.executable, "-m", "runners.serve", str(tmp_path / "config.json")]
        process = subprocess.Popen(line, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while not Path(str(config["socket"])).exists():
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        with grpc.insecure_channel(f"unix:{place}") as channel:
            answer = channel.unary_unary(f"/{SERVICE}/ModelInfer")(ASKED.SerializeToString(), timeout=PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    assert list(MESSAGES["ModelInferResponse"].FromString(answer).outputs[0].contents.int64_contents) == [0]
    (file,) = (tmp_path / "logs").glob("*.jsonl")
    (event,) = map(json.loads, file.read_text().splitlines())
    assert event["data"]["status"] == 200
    assert (event["data"]["columns"], event["data"]["rows"]) == (["AGEP", "SEX"], [[30.0, "1"]])


def test_grpc_is_imported_only_where_it_is_asked_for() -> None:
    names = "[n for n in sys.modules if 'grpc' in n or 'protobuf' in n]"
    look = f"import sys, runners.serve.server, runners.serve.start; print({names})"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
