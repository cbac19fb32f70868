"""A tiny model behind a real server of ours, as the endpoint of a deployment that has all the traffic."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from reconciler.controllers.deployments import revision_of
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.observed import Endpoint, Revision, RevisionState
from reconciler.providers.memory import MemoryServing, World
from runners.contract import formats
from tests.house.yardstick import ROOT
from tests.servers.ports import LOOPBACK, free_port
from tests.unit.runners.serve.tiny import TRIAL, make

DEPLOYMENT = Address("deployments/workers")
PATIENCE = 60.0


class ServedModel(MemoryServing):
    """A process that serves the tiny model; `spec` is the deployment that asks for it."""

    def __init__(self, world: World, folder: Path, bias: float = 0.0) -> None:
        super().__init__(world)
        digest = make(folder, bias)
        self.spec = json.dumps({"model": {"trial": TRIAL, "digest": digest}, "log_payloads": False})
        self.port, self._folder, self._digest = free_port(), folder, digest

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start the process, wait until it is ready, and end it afterwards."""
        process = self._launched()
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)

    def _launched(self) -> subprocess.Popen[bytes]:
        told = {
            "format": formats.SERVING,
            "name": "workers",
            "deployment": DEPLOYMENT,
            "revision": "aaaaaaaaaaaa",
            "trial": TRIAL,
            "model_url": self._folder.resolve().as_uri(),
            "model_digest": self._digest,
            "port": self.port,
        }
        config = self._folder / "config.json"
        config.write_text(json.dumps(told), "utf-8")
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen([sys.executable, "-m", "runners.serve", str(config)], env=environ, cwd=ROOT)
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server isn't ready"
            time.sleep(0.1)
        return process

    def list(self) -> Mapping[Address, Endpoint]:
        """List the one endpoint, whether or not its process answers."""
        told = json.loads(self.spec)
        spec = Deployment.model_validate({**told, "pool": "pools/shared"})
        assert spec.model is not None
        name = revision_of(spec, spec.model)
        url = f"http://{LOOPBACK}:{self.port}"
        revision = Revision(name, RunName(TRIAL), RevisionState.READY, url, ready=1, wanted=1)
        since = datetime(2026, 1, 1, tzinfo=UTC)
        return {DEPLOYMENT: Endpoint(DEPLOYMENT, url, {name: revision}, {name: 100}, since)}

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"http://{LOOPBACK}:{self.port}/v2/health/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False
