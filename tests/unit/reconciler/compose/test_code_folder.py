"""The folder of one's own code is one of the commit."""

import pytest

from reconciler.compose.code_folder import tree_of
from reconciler.compose.flaws import Flawed
from reconciler.compose.library import Desk
from tests.unit.reconciler.compose.samples import library

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
