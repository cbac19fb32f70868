"""A full disk: what can't be written is told, nothing is lost, and there is no need of a person once there is room."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from structlog.testing import capture_logs

from tests.bad.ground import Ground


@contextmanager
def full() -> Iterator[None]:
    """Let no process write a byte more to any file."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


def test_a_status_that_cannot_be_written_is_told_and_written_when_there_is_room(tmp_path: Path) -> None:
    ground = Ground(tmp_path / "repository")
    ground.passes()
    before = ground.recorded()
    ground.commit({"specs/pools/other.yaml": "capacity: {cpus: 3}\n"})
    with capture_logs(), full():
        trouble = ground.trouble()
    assert str(tmp_path) in trouble
    assert "defect" not in trouble
    assert ground.recorded().statuses == before.statuses
    ground.people.git("fsck", "--strict")
    ground.passes()
    assert ground.state("pools/other") == "ready"
    assert ground.trouble() == ""
