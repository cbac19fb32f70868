"""Repositories in odd states: the daemon says which, keeps what was applied, and goes on when it is mended."""

from pathlib import Path

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.memory.data import DataRoom
from reconciler.status.read import approval_path
from reconciler.watched.branch import Source
from tests.bad.ground import FILES, LOANS, Ground

SECRET = "s3cr3t-of-this-machine"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path / "repository")
    ground.passes()
    return ground


def test_a_repository_without_a_commit_is_waited_for(tmp_path: Path) -> None:
    ground = Ground(tmp_path / "repository", {})
    assert ground.converging.head() is None
    assert ground.trouble() == "the watched branch has no commit"
    ground.commit(dict(FILES))
    assert ground.trouble() == ""
    ground.passes()
    assert ground.state("datasets/loans") == "ready"


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no Git repository") as told:
        Source.open(tmp_path, "main", tmp_path / "state")
    assert str(tmp_path) in told.value.message
    assert told.value.hint


def inventory(ground: Ground) -> tuple[object, ...]:
    """Return all that must not be lost."""
    return (
        dict(ground.world.room(DataRoom).tags),
        {a: d["facts"] for a, d in ground.recorded().statuses.items()},
        ground.engines.pool.list().pools,
    )


def test_a_rewritten_history_is_refused_until_a_person_approves_it(ground: Ground) -> None:
    applied, before = ground.source.head(), inventory(ground)
    ground.people.git("checkout", "--quiet", "--orphan", "other")
    rewritten = ground.people.commit({LOANS: None})
    ground.people.git("branch", "--force", "main", "other")
    ground.passes()
    (note,) = ground.last_pass()["notes"]
    assert f"commit {rewritten[:12]} doesn't descend from {str(applied)[:12]}" in note
    assert f"Restore it, or accept it with `setpoint apply --approve {rewritten}`" in note
    assert inventory(ground) == before
    ground.status.write({approval_path(rewritten): b"{}\n"}, "approve")
    ground.passes()
    assert ground.last_pass()["commit"] == rewritten


def test_a_deleted_branch_leaves_the_last_commit_in_force(ground: Ground) -> None:
    applied, before = ground.source.head(), inventory(ground)
    ground.people.git("checkout", "--quiet", "--detach")
    ground.people.git("branch", "--delete", "--force", "main")
    ground.passes()
    (note,) = ground.last_pass()["notes"]
    assert note == "the watched branch is gone or empty; the last applied commit stays in force"
    assert inventory(ground) == before
    ground.people.git("branch", "main", str(applied))
    ground.passes()
    assert ground.last_pass()["notes"] == []


def test_a_last_applied_commit_that_was_pruned_holds_everything_as_it_is(ground: Ground) -> None:
    before, applied = inventory(ground), str(ground.source.head())[:12]
    ground.people.git("checkout", "--quiet", "--orphan", "other")
    rewritten = ground.people.commit({LOANS: None})
    ground.people.git("branch", "--force", "main", "other")
    ground.people.git("reflog", "expire", "--expire=now", "--all")
    ground.people.git("gc", "--quiet", "--prune=now")
    ground.again()
    trouble = ground.trouble()
    assert f"commit {rewritten[:12]} doesn't descend from {applied}" in trouble
    assert f"accept it with `setpoint apply --approve {rewritten}`" in trouble
    assert inventory(ground) == before
    ground.status.write({approval_path(rewritten): b"{}\n"}, "approve")
    assert ground.trouble() == ""
    assert ground.last_pass()["commit"] == rewritten


LINKS = {
    "specs/datasets/link.yaml": "datasets/link",
    "environments/dev/datasets/loans.yaml": "datasets/loans",
    "specs/parts/link.yaml": "",
}


@pytest.mark.parametrize("path", LINKS)
def test_a_link_out_of_the_tree_is_not_followed(ground: Ground, tmp_path: Path, path: str) -> None:
    before = inventory(ground)
    (tmp_path / "outside.yaml").write_text(f"description: {SECRET}\n")
    (ground.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (ground.folder / path).symlink_to(tmp_path / "outside.yaml")
    ground.commit({})
    ground.passes()
    (problem,) = ground.problems().splitlines()
    assert problem.startswith(f"{path}: it is a symbolic link, and specs are read from files of this repository only")
    assert "(put the file itself here)" in problem
    if LINKS[path]:
        assert ground.state(LINKS[path]) == "stalled"
    assert ground.state("pools/shared") == "ready"
    assert inventory(ground)[0] == before[0]
    assert SECRET not in str(ground.recorded())


def test_a_folder_of_specs_that_is_a_link_is_told(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (ground.folder / "specs/labels").symlink_to(tmp_path / "outside")
    ground.commit({})
    ground.passes()
    assert ground.problems().startswith("specs/labels: it is a symbolic link")
    assert ground.state("datasets/loans") == "ready"


@pytest.mark.parametrize("path", ["specs/labels", "specs/datasets/sub.yaml"])
def test_a_submodule_is_told(ground: Ground, path: str) -> None:
    ground.people.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},{path}")
    ground.people.git("commit", "--quiet", "-m", "A submodule")
    ground.passes()
    assert ground.problems().startswith(f"{path}: it is a submodule, and specs are read from files of this repository")
    assert ground.state("datasets/loans") == "ready"


CODE = """dataset: datasets/loans
target: paid
runner: {command: [python, train.py], code: src}
metric: {name: roc_auc}
"""


@pytest.mark.parametrize("file", ["src/train.py", "src/lib/weights.bin"])
def test_code_that_git_has_only_a_pointer_of_is_not_run_as_text(ground: Ground, file: str) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    ground.commit({"specs/experiments/own.yaml": CODE, "src/train.py": "print()\n", file: pointer})
    ground.passes()
    assert ground.state("experiments/own") == "stalled"
    said = f"the code in src/ can't be handed to a job: {file.removeprefix('src/')} is a Git LFS pointer, not the file"
    assert said in ground.message("experiments/own")
    assert "specs/experiments/own.yaml:3:" in ground.problems()
    assert ground.state("datasets/loans") == "ready"
    ground.commit({file: "print()\n"})
    ground.passes()
    assert ground.state("experiments/own") != "stalled"


@pytest.mark.parametrize("kind", ["link", "absolute link", "submodule"])
def test_code_that_leads_out_of_its_folder_is_not_handed_to_a_job(ground: Ground, kind: str) -> None:
    ground.commit({"specs/experiments/own.yaml": CODE, "src/train.py": "print()\n"})
    if kind == "submodule":
        ground.people.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},src/lib")
        ground.people.git("commit", "--quiet", "-m", "A submodule")
    else:
        (ground.folder / "src/data").symlink_to("/etc" if kind == "absolute link" else "../../..")
        ground.commit({})
    ground.passes()
    assert ground.state("experiments/own") == "stalled"
    assert "submodule" in ground.message("experiments/own") or "link" in ground.message("experiments/own")
    assert "the code in src/ can't be handed to a job" in ground.message("experiments/own")
    assert ground.state("datasets/loans") == "ready"


def test_a_damaged_object_is_told_and_nothing_is_taken_away(ground: Ground) -> None:
    before = inventory(ground)
    ground.commit({"specs/pools/other.yaml": "capacity: {cpus: 3}\n"})
    blob = ground.people.git("rev-parse", "HEAD:specs/pools/other.yaml")
    file = ground.folder / ".git/objects" / blob[:2] / blob[2:]
    file.chmod(0o600)
    file.write_bytes(b"rubbish")
    ground.again()
    assert blob in ground.trouble()
    assert inventory(ground) == before
