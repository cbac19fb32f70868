"""GitLab's CODEOWNERS, as its documentation and `File.fnmatch` have it."""

import pytest

from reconciler.owners import owned
from tests.unit.reconciler.owners.texts import PIN, asked, file, matches


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*", ["a", "a/b"], []),
        ("README.md", ["README.md", "a/b/README.md"], ["README.mdx"]),
        ("/docs/", ["docs/a", "docs/a/b"], ["x/docs/a", "docs"]),
        ("docs/", ["docs/a", "x/docs/a/b"], ["docs"]),
        ("/docs/*", ["docs/a"], ["docs/a/b"]),
        ("/docs/**/index.md", ["docs/index.md", "docs/a/b/index.md"], ["docs/index.mdx"]),
        ("model/db", ["model/db", "app/model/db"], ["model/db/a"]),
        ("/docs/**", ["docs/a"], ["docs/a/b"]),
        ("*.rb", ["a.rb", "a/b.rb"], ["a.rbx"]),
        ("/[ab]x", ["ax", "bx"], ["cx", "x"]),
        ("/[^a-c]x", ["dx"], ["bx"]),
        ("/", ["a", "a/b"], []),
    ],
)
def test_gitlab_s_patterns(pattern: str, inside: list[str], outside: list[str]) -> None:
    if not pattern.startswith("["):
        assert [path for path in inside if not matches("gitlab", pattern, path)] == []
        assert [path for path in outside if matches("gitlab", pattern, path)] == []


def test_on_gitlab_the_last_line_of_each_section_counts_and_sections_ask_for_numbers() -> None:
    text = (
        "* @ada\n"
        "[Models][2] @acme/ml\n/environments/\n/environments/prod/ @acme/prod @grace\n"
        "[Data]\n/specs/datasets/ @linus\n"
        "^[Docs] @docs\n*.yaml\n"
        "[models]\n*.yml @other\n"
    )
    assert asked("gitlab", text) == [(1, 1, ["@ada"]), (4, 2, ["@acme/prod", "@grace"])]
    found = owned(file("gitlab", text), PIN)
    assert [owner.text for owner in found.welcome] == ["@docs"], "an optional section asks for nobody"
    assert asked("gitlab", text, "environments/dev/a.txt") == [(1, 1, ["@ada"]), (3, 2, ["@acme/ml"])]


def test_on_gitlab_a_section_is_optional_where_all_of_its_name_are() -> None:
    assert asked("gitlab", "^[Docs]\n*.md @ada\n[docs]\n*.yaml @grace\n", "a.md") == [(2, 1, ["@ada"])]
    assert asked("gitlab", "^[Docs]\n*.md @ada\n^[docs]\n*.yaml @grace\n", "a.md") == []


def test_on_gitlab_what_is_excluded_belongs_to_nobody_of_that_section() -> None:
    text = "[Models]\n* @ada\n!environments/prod/\n/environments/ @grace\n[All]\n* @linus\n"
    assert asked("gitlab", text) == [(6, 1, ["@linus"])]
    assert asked("gitlab", text, "README.md") == [(2, 1, ["@ada"]), (6, 1, ["@linus"])]


def test_on_gitlab_a_name_may_be_a_group_s_and_a_role_is_nobody_that_is_known() -> None:
    (demand,) = owned(file("gitlab", "* @ada @acme/ml ada@example.org @@maintainer\n"), PIN).demands
    found = [(owner.person, owner.team, bool(owner.flaw)) for owner in demand.owners]
    assert found == [("ada", "ada", False), ("", "acme/ml", False), ("ada@example.org", "", False), ("", "", True)]


@pytest.mark.parametrize("line", ["[Models", "[] @ada", "^[x"])
def test_on_gitlab_a_heading_that_is_none_holds(line: str) -> None:
    assert "is no heading of a section" in owned(file("gitlab", f"* @ada\n{line}\n"), PIN).flaw
