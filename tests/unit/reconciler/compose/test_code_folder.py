"""The folder of one's own code is one of the commit."""

import pytest

from reconciler.compose.code_folder import tree_of
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
