"""What every path is for, and what is said of strays."""

import pytest

from reconciler.compose.layout import is_ours, known_to, lay_out, place, unknown
from reconciler.model.ids import Address
from tests.unit.reconciler.compose.samples import tree

PLACES = [
    ("specs/datasets/loans.yaml", "spec", "", "datasets/loans"),
    ("environments/dev/datasets/loans.yaml", "patch", "dev", "datasets/loans"),
    ("environments/dev/environment.yaml", "environment", "dev", None),
    ("specs/parts/tabular.yaml", "part", "", None),
    ("specs/parts/model/Gbm_2.yaml", "part", "", None),
    ("specs/README.md", "beside", "", None),
    ("specs/datasets/.gitkeep", "beside", "", None),
    ("environments/dev/README.md", "beside", "", None),
]


@pytest.mark.parametrize(("path", "role", "environment", "addr"), PLACES)
def test_places(path: str, role: str, environment: str, addr: str | None) -> None:
    found = place(path)
    assert (found.role, found.environment, found.address) == (role, environment, addr)


STRAYS = [
    ("specs", "`specs` is a folder in a repository of specs", "rename this file"),
    ("specs/loans.yaml", "a spec lies in its kind's folder", ""),
    ("specs/dataset/loans.yaml", "there is no kind `dataset`", "did you mean `datasets`?"),
    ("specs/part/x.yaml", "there is no kind `part`", "did you mean `parts`?"),
    ("specs/datasets/sub/loans.yaml", "a spec lies directly in datasets/", "move it up"),
    ("specs/datasets/loans.yml", "this file is no spec", "rename it to loans.yaml"),
    ("specs/datasets/loans.txt", "this file is no spec", "specs end in .yaml"),
    ("specs/datasets/loans", "this file is no spec", "specs end in .yaml"),
    ("specs/datasets/My Loans.yaml", "`My Loans` is no name for a resource", "such as `my-loans`"),
    ("specs/datasets/löans.yaml", "`löans` is no name for a resource", "such as `l-ans`"),
    ("specs/datasets/a..b.yaml", "`a..b` is no name for a resource", "such as `a-b`"),
    ("specs/datasets/-.yaml", "`-` is no name for a resource", "at most 63"),
    ("specs/datasets/" + "x" * 64 + ".yaml", "` is no name for a resource".join(["`" + "x" * 64, ""]), "such as `xxx"),
    ("specs/datasets/a\u202eb.yaml", "its path isn't plain text", "use lower case"),
    ("specs/datasets/a\nb.yaml", "its path isn't plain text", "use lower case"),
    ("specs/../secrets.yaml", "its path isn't plain text", "use lower case"),
    ("specs/parts/x.yml", "this file is no part", "parts end in .yaml"),
    ("specs/parts/a b.yaml", "its path is no name for a part", "use letters"),
    ("environments/dev.yaml", "this file belongs to no environment", "environment.yaml"),
    ("environments/Dev/environment.yaml", "`Dev` is no name for an environment", "such as `dev`"),
    ("environments/dev/enviroment.yaml", "neither the environment nor a patch", "did you mean `environment.yaml`?"),
    ("environments/dev/dataset/a.yaml", "there is no kind `dataset`", "did you mean `datasets`?"),
]


@pytest.mark.parametrize(("path", "message", "hint"), STRAYS)
def test_strays(path: str, message: str, hint: str) -> None:
    found = place(path)
    assert found.role == "stray"
    assert message in found.message
    assert hint in found.hint


FILES = {
    "specs/datasets/loans.yaml": "",
    "specs/parts/a.yaml": "",
    "environments/dev/environment.yaml": "",
    "environments/dev/datasets/loans.yaml": "",
    "environments/dev/datasets/lons.yaml": "",
    "environments/dev/stray.yaml": "",
    "environments/prod/environment.yaml": "",
    "environments/prod/stray.yaml": "",
    "train.py": "",
    "specsheet/a": "",
}


def test_a_layout_of_one_environment() -> None:
    layout = lay_out(tree(FILES), "dev")
    assert layout.specs == {"datasets/loans": "specs/datasets/loans.yaml"}
    assert layout.patches == {"datasets/loans": "environments/dev/datasets/loans.yaml"}
    assert layout.environments == {
        "dev": "environments/dev/environment.yaml",
        "prod": "environments/prod/environment.yaml",
    }
    assert layout.parts == ["specs/parts/a.yaml"]
    assert sorted(str(problem) for problem in layout.problems) == [
        "environments/dev/datasets/lons.yaml: there is no spec `datasets/lons` to patch"
        " (did you mean `datasets/loans`?)",
        "environments/dev/stray.yaml: this file is neither the environment nor a patch"
        " (known: allowed_keys.asc, allowed_signers, environment.yaml)",
    ]


def test_what_is_no_regular_file_breaks_its_resource_and_no_other() -> None:
    odd = {
        "specs/datasets/link.yaml": "symlink",
        "environments/dev/datasets/loans.yaml": "symlink",
        "environments/prod/datasets/loans.yaml": "symlink",
        "specs/labels": "submodule",
        "vendor": "submodule",
    }
    layout = lay_out(tree({"specs/datasets/loans.yaml": ""}, odd), "dev")
    assert {addr: problems[0].file for addr, problems in layout.odd.items()} == {
        "datasets/link": "specs/datasets/link.yaml",
        "datasets/loans": "environments/dev/datasets/loans.yaml",
    }
    assert [problem.file for problem in layout.problems] == ["specs/labels"]
    assert "a submodule" in layout.problems[0].message
    assert known_to(layout).keys() == {"datasets/link", "datasets/loans"}


def test_a_patch_of_an_odd_spec_is_no_stray() -> None:
    files = {"environments/dev/datasets/link.yaml": ""}
    layout = lay_out(tree(files, {"specs/datasets/link.yaml": "symlink"}), "dev")
    assert not layout.problems
    assert Address("datasets/link") in layout.odd


def test_an_unknown_environment_names_the_known_ones() -> None:
    assert unknown("prd", ["dev", "prod"]).hint == "did you mean `prod`?"
    assert unknown("zzz", ["prod", "dev"]).hint == "known: dev, prod"
    assert unknown("dev", []).hint == "add environments/dev/environment.yaml"


def test_only_specs_and_environments_are_ours() -> None:
    assert [path for path in (*FILES, "specs", "environments") if not is_ours(path)] == ["train.py", "specsheet/a"]
