"""The folder of one's own code is one of the commit."""

import pytest

from reconciler.compose.code_folder import missing_script, tree_of
from reconciler.compose.flaws import Flawed
from reconciler.compose.library import Desk, Library
from reconciler.compose.lru import Lru
from tests.unit.reconciler.compose.samples import EXPERIMENT, SMALL, library, told, tree

FILES = {"churn/train.py": "print(1)", "churn/deep/a.py": ""}


def test_a_folder_is_known_by_its_tree() -> None:
    desk = Desk(library(FILES), "experiments")
    found = tree_of(desk, "churn/deep")
    assert found == desk.library.tree.tree_id("churn/deep")
    assert desk.trees == {"churn/deep": found}


@pytest.mark.parametrize("folder", ["", "/churn", "churn/", "./churn", "../churn", "chrn"])
def test_what_is_no_folder_of_the_commit_is_refused(folder: str) -> None:
    with pytest.raises(Flawed) as error:
        tree_of(Desk(library(FILES), "experiments"), folder)
    (flaw,) = error.value.flaws
    assert flaw.path == ("runner", "code")
    assert (flaw.hint == "did you mean `churn`?") == (folder == "chrn")


def test_what_can_t_be_handed_to_a_job_is_told_with_its_path() -> None:
    shelf = Library(tree(FILES, {"churn/deep/lib": "submodule", "chrn": "submodule"}), Lru(10))
    with pytest.raises(Flawed, match="the code in churn/ can't be handed to a job: deep/lib is a submodule"):
        tree_of(Desk(shelf, "experiments"), "churn")
    text = EXPERIMENT.replace("runner: tabular", "runner: {module: train, code: churn}")
    files = {**SMALL, **FILES, "specs/experiments/loans.yaml": text}
    (found,) = told(files, {"churn/lib": "submodule"})
    assert found.startswith(
        "specs/experiments/loans.yaml:3:31: runner.code: the code in churn/ can't be handed to a job"
    )
    assert told(files, {"other/lib": "submodule"}) == []


@pytest.mark.parametrize(
    ("command", "folder", "what"),
    [
        (["python", "train.py"], "churn", ""),
        (["python3.11", "-u", "train.py", "--x"], "churn", ""),
        (["bash", "deep/a.sh"], "churn", "there is no file `deep/a.sh` in churn/"),
        (["python", "trian.py"], "churn", "there is no file `trian.py` in churn/"),
        (["python", "-u", "./trian.py"], "churn", "there is no file `trian.py` in churn/"),
        (["./train.py"], "churn", ""),
        (["deep/run"], "churn", "there is no file `deep/run` in churn/"),
        (["python", "train.py"], None, "`train.py` is a file of the work directory, which is empty without `code`"),
        (["python", "-m", "train"], "churn", ""),
        (["python", "-c", "train2.py"], "churn", ""),
        (["python", "-W", "x.py"], "churn", ""),
        (["python", "/opt/train.py"], "churn", ""),
        (["python", "../train.py"], "churn", ""),
        (["../run"], "churn", ""),
        (["/usr/bin/python", "none.py"], "churn", "there is no file `none.py` in churn/"),
        (["fit", "none.py"], "churn", ""),
        (["python"], None, ""),
    ],
)
def test_a_script_is_in_the_folder_that_jobs_are_given(command: list[str], folder: str | None, what: str) -> None:
    found = missing_script(Desk(library(FILES), "experiments"), command, folder)
    assert (found.message if found else "") == what
    assert found is None or found.path[:2] == ("runner", "command")


def test_a_script_that_is_not_there_is_told_with_its_place() -> None:
    text = EXPERIMENT.replace("runner: tabular", "runner: {command: [python, trian.py], code: churn}")
    (found,) = told({**SMALL, **FILES, "specs/experiments/loans.yaml": text})
    assert found == (
        "specs/experiments/loans.yaml:3:28: runner.command[1]: there is no file `trian.py` in churn/ "
        "(did you mean `train.py`?)"
    )
