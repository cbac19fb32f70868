"""A gang: one job as several processes, each on a node of its own, all at once or not at all.

Each process finds the others as `torchrun` tells it too: by `RANK`, `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT` (and
`LOCAL_RANK`, `LOCAL_WORLD_SIZE`: there is one process on a node, whatever its GPUs). So `torch.distributed`'s
`init_process_group` needs no arguments, and the same script runs on any pool.

A placement group of Ray holds the room of all nodes. When one process fails, the others are stopped, and its exit code
is the job's. What the processes print is printed here line by line, with the rank before it.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayActorError
from ray.util import placement_group
from ray.util.placement_group import PlacementGroup
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from runners.contract.exits import CRASHED, UNAVAILABLE
from runners.contract.order import Order
from runners.launcher.job_environ import job_environ
from runners.launcher.request_file import written
from runners.launcher.seal import opened
from runners.launcher.supervising import Kept

PATIENCE = 600.0
"""Seconds that a gang waits for room on enough nodes before it gives way, to be tried again."""

NOT_NICE = {"RAY_worker_niceness": "0"}
"""Ray gives its workers less of a processor than other processes, but not the launcher of one node."""


def run(order: Order, request: str) -> int:
    """Run a job on several nodes; return its exit code: that of the first process that failed."""
    ray.init(log_to_driver=False, logging_level=logging.WARNING)
    group = placement_group([_bundle(order)] * order.nodes, strategy=order.placement)
    try:
        ray.get(group.ready(), timeout=PATIENCE)
    except GetTimeoutError:
        _say(f"the cluster has no room for {order.nodes} nodes at once: {_bundle(order)} on each")
        return UNAVAILABLE
    return _Gang(order, request, group).run()


def _bundle(order: Order) -> dict[str, float]:
    asked = {"CPU": order.cpus, "GPU": order.gpus, "memory": order.memory, **order.resources}
    return {name: amount for name, amount in asked.items() if amount}


def _say(text: str) -> None:
    sys.stdout.write(f"setpoint: {text}\n")
    sys.stdout.flush()


class _Gang:
    """The processes of one job, seen from its driver."""

    def __init__(self, order: Order, request: str, group: PlacementGroup) -> None:
        actor: Any = ray.remote(_Member)
        self._members = [actor.options(**_place(order, group, rank)).remote() for rank in range(order.nodes)]
        self._order = order
        self._request = request
        self._code = 0

    def run(self) -> int:
        """Start every process, pass on what they print, and see them end."""
        address, port = ray.get(self._members[0].meeting_place.remote())
        streams = {}
        for rank, member in enumerate(self._members):
            meeting = _meeting(rank, self._order.nodes, address, port)
            streams[member.work.remote(asdict(self._order), self._request, meeting)] = rank
        while streams:
            ready, _ = ray.wait(list(streams), fetch_local=False)
            for stream in ready:
                if not self._hear(stream, streams[stream]):
                    del streams[stream]
        return self._code

    def _hear(self, stream: Any, rank: int) -> bool:
        """Take the next piece of what a process says; tell whether there may be more."""
        try:
            said = ray.get(next(stream))
        except StopIteration:
            return False
        except RayActorError:
            self._ended(rank, CRASHED, "its node, or Ray's worker on it, is gone")
            return False
        if isinstance(said, bytes):
            sys.stdout.buffer.write(said)
            sys.stdout.flush()
        else:
            self._ended(rank, said, f"exit code {said}")
        return True

    def _ended(self, rank: int, code: int, why: str) -> None:
        if code == 0 or self._code:
            return
        self._code = code
        _say(f"the process of rank {rank} failed ({why}): the others are stopped")
        for member in self._members:
            member.stop.remote()


def _place(order: Order, group: PlacementGroup, rank: int) -> dict[str, Any]:
    return {
        "num_cpus": order.cpus,
        "num_gpus": order.gpus,
        "memory": order.memory or None,
        "resources": dict(order.resources) or None,
        "max_concurrency": 2,
        "runtime_env": {"env_vars": NOT_NICE},
        "scheduling_strategy": PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=rank),
    }


def _meeting(rank: int, size: int, address: str, port: int) -> dict[str, str]:
    return {
        "RANK": str(rank),
        "WORLD_SIZE": str(size),
        "LOCAL_RANK": "0",
        "LOCAL_WORLD_SIZE": "1",
        "MASTER_ADDR": address,
        "MASTER_PORT": str(port),
    }


class _Member:
    """The actor on one node that has one process of the job in its hands."""

    def __init__(self) -> None:
        self._kept: Kept | None = None
        self._guard = threading.Lock()
        self._stopped = False

    def meeting_place(self) -> tuple[str, int]:
        """Return an address of this node and a port that is free on it now."""
        util: Any = ray.util
        address = str(util.get_node_ip_address())
        with socket.create_server((address, 0)) as server:
            return address, server.getsockname()[1]

    @ray.method(num_returns="streaming")
    def work(self, told: Mapping[str, Any], request: str, meeting: Mapping[str, str]) -> Iterator[bytes | int]:
        """Run the process; yield what it prints in whole lines, and at last its exit code."""
        order = Order(**told)
        environ = {**job_environ(order, opened(order, os.environ)), **meeting}
        with written(request) as path:
            kept = self._start(order, path, environ)
            yield from _lines(kept, meeting["RANK"])
            yield kept.wait()

    def _start(self, order: Order, path: str, environ: Mapping[str, str]) -> Kept:
        with self._guard:
            command = (*order.command, path)
            self._kept = Kept(command, environ, timeout=order.timeout, grace=order.grace, output=subprocess.PIPE)
            if self._stopped:
                self._kept.stop()
            return self._kept

    def stop(self) -> None:
        """Stop the process, or see to it that it is stopped as soon as it begins."""
        with self._guard:
            self._stopped = True
            if self._kept:
                self._kept.stop()


def _lines(kept: Kept, rank: str) -> Iterator[bytes]:
    """Yield what a process prints, as it prints it, in whole lines with the rank before each."""
    if kept.output is None:
        return
    mark, rest = f"[{rank}] ".encode(), b""
    while piece := os.read(kept.output.fileno(), 65536):
        *whole, rest = (rest + piece).split(b"\n")
        if whole:
            yield b"".join(mark + line + b"\n" for line in whole)
    if rest:
        yield mark + rest + b"\n"
