"""An environment that is gone leaves no data branch, and takes none of another's."""

from pathlib import Path

from reconciler.ports.leaving import Leaving
from reconciler.providers.data.git import GitData
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.providers.data.git.conftest import RUN, accept


def test_its_data_branch_goes_and_those_of_others_stay(dev: GitData, root: Path) -> None:
    store: Leaving = dev
    accept(dev, RUN, {"model.txt": "m"})
    other = GitData(root, "prod")
    other.merge(RUN)
    dev.drop(RUN, accepted=True)
    for _ in range(2):
        store.leave()
    told = git(root / "objects.git", "for-each-ref", "--format=%(refname)").splitlines()
    assert told == ["refs/heads/prod", f"refs/tags/prod/{RUN}"]
    assert other.read(RUN, "model.txt") == b"m"
    other.close()
