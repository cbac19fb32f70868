"""What the memory store does beyond the port's suite."""

from reconciler.model.ids import RunName
from reconciler.providers.memory import MemoryData, World
from reconciler.providers.memory.data import DataRoom, commit_id

RUN = RunName("experiments/e/0123456789ab")


def test_all_environments_begin_at_one_root() -> None:
    world = World()
    assert MemoryData(world, "dev").list().head == MemoryData(world, "prod").list().head == commit_id("root")


def test_a_commit_is_named_by_its_files() -> None:
    ids = set()
    for content in (b"1", b"1", b"2"):
        world = World()
        MemoryData(world).open(RUN)
        world.room(DataRoom).write(RUN, {"a": content})
        ids.add(MemoryData(world).commit(RUN, {}))
    assert len(ids) == 2
    assert all(len(commit) == 40 for commit in ids)


def test_metadata_is_kept_with_the_version() -> None:
    world = World()
    data = MemoryData(world)
    data.open(RUN)
    data.commit(RUN, {"runner": "tabular"})
    data.merge(RUN)
    assert world.room(DataRoom).tags[RUN].metadata == {"runner": "tabular"}


def test_what_is_written_without_an_open_branch_is_lost() -> None:
    world = World()
    world.room(DataRoom).write(RUN, {"a": b"1"})
    assert not MemoryData(world).list().branches
