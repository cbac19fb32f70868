"""A real Ray cluster on the loopback: a head with a dashboard, perhaps more nodes, each with what it is told to have.

The nodes' cores, memory and GPUs are only said, not had. All state is in a folder with a short name, since Ray's
sockets lie in it. At the end every process that was started for it is killed by its id, if it is still there.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

RAY = Path(sys.executable).with_name("ray")
PATIENCE = 120.0
SECRET = "SETPOINT_SECRET_WAREHOUSE"
PASSWORD = "only-the-nodes-know-this"
"""A secret that the cluster's nodes were started with, and the daemon was not."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_worker_prestart": "0",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_memory_monitor_refresh_ms": "0",
    "PYTHONWARNINGS": "ignore",
}


class RayCluster:
    """A cluster that can be started again: it has forgotten everything then, as one without persistence does.

    Args:
        nodes: what each node has, `{"num-cpus": 8}`; the first is the head.
        secrets: environment variables that the nodes, and so all jobs, have.
    """

    def __init__(self, *nodes: Mapping[str, object], secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = {SECRET: PASSWORD} if secrets is None else secrets
        self.folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
        self._asked = nodes
        self._port, self.dashboard = free_ports(2)
        self._nodes: list[subprocess.Popen[bytes]] = []
        self._sessions: set[int] = set()

    @property
    def address(self) -> str:
        """Return the dashboard's address."""
        return f"http://127.0.0.1:{self.dashboard}"

    def start(self) -> None:
        """Start all nodes and wait until the cluster takes jobs."""
        for number, has in enumerate(self._asked):
            self._nodes.append(self._start_node(number, has))
            self._sessions.add(self._nodes[-1].pid)
            if number == 0:
                self._await(lambda: '"state": "ALIVE"' in self.get("/api/v0/nodes"), "answering")
        wanted = len(self._asked)
        self._await(lambda: self.get("/api/v0/nodes").count('"state": "ALIVE"') == wanted, "complete")

    def stop(self) -> None:
        """Kill all nodes at once, and whatever they have left running."""
        for node in self._nodes:
            node.kill()
            node.wait()
        self._nodes.clear()
        self._await(lambda: not self._kill_all(), "gone")

    def close(self) -> None:
        """Stop the cluster and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path: str) -> str:
        """Return what the dashboard answers; empty where it doesn't."""
        try:
            with urlopen(self.address + path, timeout=10) as answer:
                return str(answer.read().decode())
        except (URLError, OSError):
            return ""

    def post(self, path: str) -> None:
        """Make a request that changes something."""
        with urlopen(Request(self.address + path, method="POST"), timeout=30) as answer:
            answer.read()

    def logs(self) -> str:
        """Return the ends of the logs, for a person who looks why a test failed."""
        files = [*self.folder.glob("*.log"), *self.folder.glob("session_latest/logs/dashboard_JobHead.log")]
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}" for file in files)

    def _start_node(self, number: int, has: Mapping[str, object]) -> "subprocess.Popen[bytes]":
        ports = ("dashboard-agent-listen-port", "dashboard-agent-grpc-port", "runtime-env-agent-port")
        options = dict(zip((*ports, "metrics-export-port"), free_ports(4), strict=True))
        options |= {"min-worker-port": 0, "max-worker-port": 0, "object-store-memory": 80_000_000, **has}
        ip = f"127.0.0.{number + 2}"
        if number == 0:
            place = [
                f"--port={self._port}",
                "--dashboard-host=127.0.0.1",
                f"--dashboard-port={self.dashboard}",
                "--head",
            ]
            place += [f"--temp-dir={self.folder}", f"--ray-client-server-port={free_ports(1)[0]}"]
        else:
            place = [f"--address=127.0.0.2:{self._port}"]
        told = [f"--{name}={value}" for name, value in options.items()]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        with (self.folder / f"node{number}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, str(RAY), "start", "--block", f"--node-ip-address={ip}", *place, *told],
                env={**environ, **QUIET, **self._secrets},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _kill_all(self) -> bool:
        """Kill every process of a node's session, or that names this cluster; tell whether there was one."""
        found = [process for process in Path("/proc").glob("[0-9]*") if self._is_ours(process)]
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)
        return bool(found)

    def _is_ours(self, process: Path) -> bool:
        marks = (str(self.folder).encode(), f"127.0.0.2:{self._port}".encode())
        try:
            fields = (process / "stat").read_bytes().rpartition(b")")[2].split()
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            return False
        is_ours = int(fields[3]) in self._sessions or any(mark in words for mark in marks)
        return is_ours and fields[0] not in (b"Z", b"X") and int(process.name) != os.getpid()

    def _await(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, f"the Ray cluster is still not {what}:\n{self.logs()}"
            assert all(node.poll() is None for node in self._nodes), f"a node of Ray has ended:\n{self.logs()}"
            time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    """Return ports that are free now, all different."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports


needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs ray: pip install 'setpoint[ray]'")


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RayCluster]:
    """Return a cluster of two nodes with eight GPUs in all, for tests that share it by owners of their own."""
    if find_spec("ray") is None:
        pytest.skip(needs_ray.kwargs["reason"])
    nodes = (
        {"num-cpus": 16, "num-gpus": 8, "memory": 2**36, "resources": '{"fast": 4}'},
        {"num-cpus": 4, "memory": 2**34},
    )
    cluster = RayCluster(*nodes)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()
