"""A gang's parts, each alone; tests/e2e/test_ray.py has whole ones on a cluster."""

import dataclasses
import os
import sys
from typing import Any

import pytest

from runners.contract.order import Order
from runners.launcher.supervisor import STOPPED
from tests.unit.runners.launcher.processes import SLEEP, python

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
MEETING = {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}


@pytest.fixture(scope="module")
def gang() -> Any:
    """Return the module, which imports Ray."""
    pytest.importorskip("ray")
    from runners.launcher import gang

    return gang


def order(code: str, **told: Any) -> Order:
    return Order(**{"run": "a", "attempt": 1, "command": python(code), "timeout": 60.0, "grace": 5.0, **told})


def test_a_bundle_names_what_is_asked_for(gang: Any) -> None:
    assert gang._bundle(order("", cpus=2.0, gpus=1, memory=4.0)) == {"CPU": 2.0, "GPU": 1, "memory": 4.0}
    assert gang._bundle(order("", resources={"fast": 0.5})) == {"CPU": 1.0, "fast": 0.5}


def test_processes_meet_as_torchrun_s_do(gang: Any) -> None:
    assert gang._meeting(1, 3, "10.0.0.7", 2345) == {
        "RANK": "1",
        "WORLD_SIZE": "3",
        "LOCAL_RANK": "0",
        "LOCAL_WORLD_SIZE": "1",
        "MASTER_ADDR": "10.0.0.7",
        "MASTER_PORT": "2345",
    }


def test_a_member_passes_on_what_its_process_prints_and_its_end(gang: Any) -> None:
    code = "import os, sys; print(os.environ['RANK'], open(sys.argv[1]).read()); print('half', end=''); sys.exit(3)"
    *said, end = gang._Member().work(dataclasses.asdict(order(code)), "{}", MEETING)
    assert b"".join(said) == b"[1] 1 {}\n[1] half\n"
    assert end == 3


def test_a_member_that_is_stopped_stops_its_process(gang: Any) -> None:
    member = gang._Member()
    said = member.work(dataclasses.asdict(order("print('up', flush=True); " + SLEEP)), "{}", MEETING)
    assert next(said) == b"[1] up\n"
    member.stop()
    assert list(said) == [STOPPED]


def test_a_member_that_was_stopped_before_lets_nothing_begin(gang: Any) -> None:
    member = gang._Member()
    member.stop()
    *_, end = member.work(dataclasses.asdict(order(SLEEP)), "{}", MEETING)
    assert end == STOPPED


def test_a_member_s_process_has_the_node_s_environment(gang: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SETPOINT_SECRET_X", "hush")
    said = list(
        gang._Member().work(
            dataclasses.asdict(order("import os; print(os.environ['SETPOINT_SECRET_X'])")), "{}", MEETING
        )
    )
    assert said == [b"[1] hush\n", 0]
