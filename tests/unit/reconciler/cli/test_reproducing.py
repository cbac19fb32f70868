"""Making a model again: only what a commit of the watched branch asks for, and compared file by file.

tests/e2e/test_provenance.py makes real models again.
"""

import json
from pathlib import Path

import pytest

from reconciler.cli.reproducing import compared, reproduce
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from reconciler.wiring import wire
from tests.unit.reconciler.cli.conftest import TRIALS
from tests.unit.reconciler.git.people import Clone

RUN, DATA = RunName(TRIALS[0]), RunName("datasets/employment/cccccccccccc")


def keep(settings: Settings, run: RunName, **result: object) -> None:
    data = GitData(settings.home / "data", "dev")
    folder = Path(data.open(run).removeprefix("file://"))
    (folder / "result.json").write_text(json.dumps({"accepted": True, **result}))
    data.commit(run, {})
    data.merge(run)


def refusal(settings: Settings, folder: Path) -> str:
    wired = wire(settings)
    wired.converging.head()
    assert wired.converging.engines
    with pytest.raises(Refused) as refused:
        reproduce(wired, wired.converging.engines, RUN, folder, lambda _: None)
    assert not list(folder.iterdir()), "nothing was begun"
    return refused.value.message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "again").mkdir()
    return tmp_path / "again"


@pytest.mark.parametrize("commit", ["", "f" * 40, "--upload-pack=x", "../../x"])
def test_a_commit_that_is_not_of_the_branch_is_refused(settings: Settings, folder: Path, commit: str) -> None:
    keep(settings, RUN, provenance={"commit": commit, "environment": "dev"})
    assert "isn't in the watched branch's history" in refusal(settings, folder)


def test_a_run_that_its_commit_does_not_ask_for_is_refused(settings: Settings, folder: Path, repository: Path) -> None:
    """What lies in the data store may name a commit that never asked for it, to have its own code run."""
    keep(settings, DATA, content="rows")
    head = Clone(repository).git("rev-parse", "HEAD")
    keep(settings, RUN, provenance={"commit": head, "environment": "dev", "input_dataset": DATA})
    assert f"doesn't ask for {RUN} with the data" in refusal(settings, folder)


def test_data_that_is_gone_is_told(settings: Settings, folder: Path, repository: Path) -> None:
    head = Clone(repository).git("rev-parse", "HEAD")
    keep(settings, RUN, provenance={"commit": head, "environment": "dev", "input_dataset": DATA})
    assert f"its data {DATA} isn't in the data store any more" in refusal(settings, folder)


def test_files_are_compared_by_their_digests(tmp_path: Path) -> None:
    former = {"facts": {"model": {"digest": "sha256:1"}}, "files": {"a": "1", "b": "1", "c": "1"}}
    newer = {"facts": {"model": {"digest": "sha256:1"}}, "files": {"a": "1", "b": "2", "d": "1"}}
    (tmp_path / "result.json").write_text(json.dumps(newer))
    (tmp_path / "environment.json").write_text(json.dumps({"packages": {"numpy": "2", "torch": "1"}}))
    found = compared(RUN, former, tmp_path, {"numpy": "1", "torch": "1"})
    assert found.is_same
    assert (found.same, found.other, found.missing) == (("a",), ("b",), ("c",))
    assert found.packages == {"numpy": ("1", "2")}
