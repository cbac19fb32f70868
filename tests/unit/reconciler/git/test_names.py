"""Names are checked before they become refs or paths."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.git.names import (
    check_branch,
    check_environment,
    check_path,
    is_ref_name,
    is_run_name,
)
from reconciler.model.errors import Refused


@pytest.mark.parametrize("name", ["main", "feature/x", "fix#12", "größe", "a.b", "release-1.0"])
def test_branches_as_people_name_them(name: str) -> None:
    assert check_branch(name) == f"refs/heads/{name}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-x",
        "a..b",
        "a/",
        "/a",
        "a//b",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a b",
        "a~1",
        "a^",
        "a:b",
        "a\\b",
        "@",
        "a.",
    ],
)
def test_what_git_refuses_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="branch"):
        check_branch(name)


@given(st.text(alphabet="aZ0/.-@{~^:?*[\\ \x00\x7fü_lock", min_size=1, max_size=12))
def test_what_is_accepted_git_accepts_too(name: str) -> None:
    if is_ref_name(name) and "\0" not in name:
        assert subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False).returncode == 0


@pytest.mark.parametrize("name", ["datasets/loans/3f2a1b4c5d6e", "experiments/a-b/v1"])
def test_names_of_runs(name: str) -> None:
    assert is_run_name(name)


@pytest.mark.parametrize(
    "name",
    ["datasets/loans", "datasets/../x", "a/b/c/d", "a/b/c.lock", "a/b/..", "/a/b", "a/B/c", "a/ü/c", "a/b/c\n", ""],
)
def test_what_is_no_name_of_a_run(name: str) -> None:
    assert not is_run_name(name)


def test_environments_are_dns_labels() -> None:
    assert check_environment("prod-2") == "prod-2"
    for odd in ("", "Prod", "a/b", "..", "a" * 64):
        with pytest.raises(Refused, match="environment"):
            check_environment(odd)


@pytest.mark.parametrize("path", ["a", "a/b.yaml", "ünïcode/ß", "a b", ".gitignore", "x..y"])
def test_paths_inside_the_tree(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path", ["", "/a", "../a", "a/../b", "a/./b", "a//b", "a/", "a\0b", "a\nb", "a\\b", "/".join("a" * 70), "a" * 5000]
)
def test_paths_out_of_the_tree_are_refused(path: str) -> None:
    with pytest.raises(Refused, match="path"):
        check_path(path)
