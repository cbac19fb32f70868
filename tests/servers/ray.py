"""A real Ray cluster on the loopback: a head with a dashboard, perhaps more nodes, each with what it is told to have.

The nodes' cores, memory and GPUs are only said, not had. All state is in a folder with a short name, since Ray's
sockets lie in it. At the end every process that was started for it is killed by its id, if it is still there.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, until
from tests.servers.resting import awake

RAY = Path(sys.executable).with_name("ray")
SECRET = "SETPOINT_SECRET_WAREHOUSE"
PASSWORD = "only-the-nodes-know-this"
"""A secret that the cluster's nodes were started with, and the daemon was not."""
KEY = {"SETPOINT_SECRET_SEAL": "the-nodes-and-the-daemon-know-this"}
"""The key by which secrets of single jobs reach the nodes."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_worker_prestart": "0",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_memory_monitor_refresh_ms": "0",
    "PYTHONWARNINGS": "ignore",
}
HEAD = "127.0.0.2"
"""The head's address; every further node has the next one. Ray turns 127.0.0.1 into one that isn't the loopback's."""


class RayCluster:
    """A cluster that can be started again: it has forgotten everything then, as one without persistence does.

    Args:
        nodes: what each node has, `{"num-cpus": 8}`; the first is the head.
        secrets: environment variables that the nodes, and so all jobs, have.
    """

    def __init__(self, *nodes: Mapping[str, object], secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = {SECRET: PASSWORD} if secrets is None else secrets
        self.folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
        self._port, self.dashboard = free_port(), free_port()
        self._nodes = [self._node(number, has) for number, has in enumerate(nodes)]

    @property
    def address(self) -> str:
        """Return the dashboard's address."""
        return f"http://{LOOPBACK}:{self.dashboard}"

    def start(self) -> None:
        """Start all nodes and wait until the cluster takes jobs.

        Raises:
            ServerFailedError: a node ended, or took too long; its log is told.
        """
        for node in self._nodes:
            node.start()

    def stop(self) -> None:
        """Kill all nodes at once, and whatever they have left running."""
        family = descendants({node.pid for node in self._nodes if node.is_running})
        for node in self._nodes:
            node.kill()
        until(lambda: not self._kill(family), "Ray's processes to be gone")

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

    def _node(self, number: int, has: Mapping[str, object]) -> Process:
        ports = ("dashboard-agent-listen-port", "dashboard-agent-grpc-port", "runtime-env-agent-port")
        options: dict[str, object] = {port: free_port() for port in (*ports, "metrics-export-port")}
        options |= {"min-worker-port": 0, "max-worker-port": 0, "object-store-memory": 80_000_000, **has}
        options["node-ip-address"] = f"127.0.0.{number + 2}"
        if number == 0:
            options |= {"port": self._port, "dashboard-host": LOOPBACK, "dashboard-port": self.dashboard}
            options |= {"temp-dir": self.folder, "ray-client-server-port": free_port()}
        else:
            options["address"] = f"{HEAD}:{self._port}"
        told = [f"--{name}={value}" for name, value in options.items()]
        return Process(
            f"node {number} of Ray",
            [sys.executable, RAY, "start", "--block", *(["--head"] if number == 0 else []), *told],
            log=self.folder / f"node{number}.log",
            ready=lambda: self.get("/api/v0/nodes").count('"state": "ALIVE"') > number,
            environ={**QUIET, **KEY, **self._secrets},
        )

    def _kill(self, family: Mapping[int, bytes]) -> bool:
        """Kill every process of a family, and what names this cluster; tell whether there was one.

        A later process that was given the id of one of the family is another one, as its start tells.
        """
        found = [
            pid for pid in _processes() if (pid in family and family[pid] == _start(pid)) or self._is_named_by(pid)
        ]
        alive = [pid for pid in found if _state(pid) not in ("Z", "X", "")]
        for pid in alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(alive)

    def _is_named_by(self, pid: int) -> bool:
        marks = (str(self.folder).encode(), f"{HEAD}:{self._port}".encode())
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return pid != os.getpid() and any(mark in words for mark in marks)


def descendants(pids: set[int]) -> dict[int, bytes]:
    """Return these processes and all that they have started and that wasn't orphaned meanwhile, with their starts."""
    parents = {pid: _parent(pid) for pid in _processes()}
    found, more = set(pids), set(pids)
    while more:
        more = {pid for pid, parent in parents.items() if parent in more} - found
        found |= more
    return {pid: start for pid in found if (start := _start(pid))}


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _fields(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def _start(pid: int) -> bytes:
    """Return when a process started, in clock ticks since boot (proc_pid_stat(5), field 22); empty if gone."""
    fields = _fields(pid)
    return fields[19] if fields else b""


def _state(pid: int) -> str:
    fields = _fields(pid)
    return fields[0].decode() if fields else ""


needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs ray: pip install 'setpoint[ray]'")


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RayCluster]:
    """Return a cluster of two nodes with eight GPUs in all, for tests that share it by owners of their own."""
    if find_spec("ray") is None:
        pytest.skip(needs_ray.kwargs["reason"])
    large = {"num-cpus": 16, "num-gpus": 8, "memory": 2**36, "resources": '{"fast": 4}'}
    cluster = RayCluster(large, {"num-cpus": 4, "memory": 2**34})
    try:
        with awake("ray", cluster):
            yield cluster
    finally:
        cluster.close()
