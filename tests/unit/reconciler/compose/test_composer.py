"""A composer: each commit is read once as long as no other one comes, and errors are not remembered."""

import pytest

from reconciler.compose import Composer
from reconciler.model.errors import BadSpec
from reconciler.model.ids import CommitId
from reconciler.providers.memory import MemorySource, World

FILES = {
    "environments/dev/environment.yaml": "variables: {team: risk}\n",
    "specs/pools/a.yaml": "capacity: {cpus: 2}\n",
}


def test_the_same_commit_is_read_once() -> None:
    source = MemorySource(World())
    first, composer = source.commit(FILES), Composer(source.tree, "dev")
    assert composer(first) is composer(first)
    assert source.world.calls["source.tree"] == 1
    second = source.commit({"specs/pools/b.yaml": ""})
    assert set(composer(second).resources) == {"pools/a", "pools/b"}
    assert set(composer(first).resources) == {"pools/a"}


def test_what_could_not_be_composed_is_tried_again() -> None:
    source = MemorySource(World())
    commit: CommitId = source.commit(FILES | {"environments/dev/environment.yaml": "variables: 7\n"})
    composer = Composer(source.tree, "dev")
    for _ in range(2):
        with pytest.raises(BadSpec):
            composer(commit)
    assert source.world.calls["source.tree"] == 2
