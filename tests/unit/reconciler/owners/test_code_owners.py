"""CODEOWNERS as each forge reads it: what its documentation says, line by line, and what hostile texts come to."""

import re
import time
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.model.code_owners import LARGEST, OwnersFile, OwnersSyntax, syntax_of
from reconciler.owners import Owned, findings, owned
from reconciler.owners.expressions import compiled

PIN = "environments/prod/deployments/employment.yaml"


def file(syntax: str, text: str) -> OwnersFile:
    return OwnersFile(OwnersSyntax(syntax), "CODEOWNERS", text)


def asked(syntax: str, text: str, path: str = PIN) -> list[tuple[int, int, list[str]]]:
    """Return what a file asks for a path: of each line its number, its count and its owners."""
    found = owned(file(syntax, text), path)
    assert not found.flaw, found.flaw
    return [(one.line, one.count, [owner.text for owner in one.owners]) for one in found.demands]


def matches(syntax: str, pattern: str, path: str) -> bool:
    return bool(asked(syntax, f"{pattern} @ada", path))


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*", ["a", "a/b.c"], []),
        ("*.js", ["a.js", "a/b/c.js", "x.js/y"], ["a.jsx"]),
        ("/build/logs/", ["build/logs/a", "build/logs/a/b"], ["x/build/logs/a", "build/logs"]),
        ("docs/*", ["docs/getting-started.md"], ["docs/build-app/troubleshooting.md", "x/docs/a"]),
        ("apps/", ["apps/a", "x/apps/y/z"], ["apps"]),
        ("/docs/", ["docs/a"], ["x/docs/a"]),
        ("/scripts/", ["scripts/a"], ["a/scripts/b"]),
        ("**/logs", ["build/logs/a", "logs", "deeply/nested/logs/x"], ["logsx"]),
        ("/apps/github", ["apps/github", "apps/github/a"], ["apps/githubs"]),
        ("/apps/**/x.md", ["apps/x.md", "apps/a/b/x.md"], ["x.md"]),
        ("/apps/**", ["apps/a", "apps/a/b"], ["apps"]),
        ("a?c", ["abc", "x/abc/d"], ["ac", "a/c"]),
        (r"my\ file", ["my file"], ["my"]),
        (r"\#a", ["#a"], ["a"]),
        (r"a\*", ["a*"], ["ab"]),
        ("/*", ["a"], ["a/b"]),
    ],
)
def test_github_s_patterns(pattern: str, inside: list[str], outside: list[str]) -> None:
    assert [path for path in inside if not matches("github", pattern, path)] == []
    assert [path for path in outside if matches("github", pattern, path)] == []


def test_on_github_the_last_line_that_matches_says_it_and_one_without_owners_takes_them_away() -> None:
    text = "# Whose\n* @ada\n\n/environments/ @acme/ml grace@example.org # both\n/environments/dev/\n"
    assert asked("github", text) == [(4, 1, ["@acme/ml", "grace@example.org"])]
    assert asked("github", text, "README.md") == [(2, 1, ["@ada"])]
    assert asked("github", text, "environments/dev/environment.yaml") == []


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


def test_on_gitea_every_line_that_matches_asks_for_its_owners() -> None:
    text = (
        r"environments/prod/.*\\.yaml  @ada acme/ml # both" + "\n"
        r"!docs/.*  @grace" + "\n"
        r".*\\.md  @linus" + "\n"
        r"environments  @mallory" + "\n"
        r"docs\ of\ all/.*  @linus" + "\n"
    )
    assert asked("gitea", text) == [(1, 1, ["@ada", "acme/ml"]), (2, 1, ["@grace"])]
    assert asked("gitea", text, "docs/a.md") == [(3, 1, ["@linus"])]
    assert asked("gitea", text, "docs of all/x") == [(2, 1, ["@grace"]), (5, 1, ["@linus"])]


def test_on_gitea_a_bar_binds_less_than_the_ends_as_gitea_compiles_it() -> None:
    assert asked("gitea", r"a|.*b @ada", "axx") == [(1, 1, ["@ada"])]
    assert asked("gitea", r"(a|.*b) @ada", "axx") == []


def test_on_gitea_a_line_without_owners_asks_for_nobody_and_is_told() -> None:
    there = file("gitea", ".*\n.* @ada\n")
    assert asked("gitea", there.text) == [(2, 1, ["@ada"])]
    assert [(one.line, one.holds) for one in findings(there)] == [(1, False)]


@pytest.mark.parametrize(
    ("syntax", "pattern", "why"),
    [
        ("github", "!a", "negates"),
        ("github", "a[bc]", "a range of characters"),
        ("github", "//", "names no path"),
        ("github", "a" * 501, "longer than 500"),
        ("gitlab", "/a[b", "`[` is never closed"),
        ("gitea", "(a", "`(` is never closed"),
        ("gitea", "a)", "`)` closes nothing"),
        ("gitea", "(*a)", "`*` repeats nothing"),
        ("gitea", "b|{2}", "`{` repeats nothing"),
        ("gitea", "a**", "a repetition is repeated"),
        ("gitea", "a{2}{3}", "a repetition is repeated"),
        ("gitea", "(?i)a", "isn't known here"),
        ("gitea", "(?=a)", "isn't known here"),
        ("gitea", r"(a)\\1", "isn't known here"),
        ("gitea", "a{2,1}", "is no repetition"),
        ("gitea", "a{1001}", "is no repetition"),
        ("gitea", "[b-a]", "is no range"),
        ("gitea", "[a", "`[` is never closed"),
        ("gitea", "((a{1000}){1000}){1000}", "too large"),
        ("gitea", "(" * 60 + "a" + ")" * 60, "levels deep"),
    ],
)
def test_a_line_that_can_t_be_understood_may_own_any_file(syntax: str, pattern: str, why: str) -> None:
    there = file(syntax, f"docs/.* @ada\n{pattern} @ada\n")
    found = owned(there, PIN)
    assert (found.demands, found.welcome) == ((), ())
    assert found.flaw.startswith("CODEOWNERS:2: ")
    assert why in found.flaw
    assert [one.line for one in findings(there) if one.holds] == [2]


@pytest.mark.parametrize("syntax", ["github", "gitlab", "gitea"])
def test_an_owner_that_is_none_is_told_and_those_beside_it_count(syntax: str) -> None:
    there = file(syntax, f"{'.*' if syntax == 'gitea' else '*'} @ada @/ {'x' * 600}\n")
    (demand,) = owned(there, PIN).demands
    assert [bool(owner.flaw) for owner in demand.owners] == [False, True, True]
    assert [one.line for one in findings(there)] == [1, 1]


def test_where_there_is_no_file_or_none_that_can_be_read_nobody_is_an_owner() -> None:
    assert "has no CODEOWNERS" in owned(OwnersFile(), PIN).flaw
    there = OwnersFile(OwnersSyntax.GITHUB, ".github/CODEOWNERS", flaw="is a symbolic link, and not the file itself")
    assert owned(there, PIN).flaw == ".github/CODEOWNERS is a symbolic link, and not the file itself"
    assert findings(there) == ()


def test_a_file_without_rules_has_no_owners() -> None:
    for syntax in OwnersSyntax:
        assert owned(OwnersFile(syntax, "CODEOWNERS", "\n# nobody\n"), PIN) == Owned("CODEOWNERS")


def test_plain_git_and_forges_of_others_have_github_s_syntax() -> None:
    assert [syntax_of(name) for name in ("git", "gitea", "gitlab", "mine")] == ["github", "gitea", "gitlab", "github"]


HOSTILE = {
    "stars": ("github", "*a" * 240 + "! @ada\n"),
    "folders": ("github", "**/" * 160 + "x! @ada\n"),
    "gitlab's stars": ("gitlab", "/" + "**/*a" * 90 + "! @ada\n"),
    "nested repetitions": ("gitea", "(((a*)*)*)*! @ada\n"),
    "alternatives": ("gitea", "(a|a|a|aa)*! @ada\n"),
    "counts": ("gitea", "(a?){100}a{100}! @ada\n"),
    "owners": ("github", "* " + "@a " * 99 + "\n"),
    "rules": ("github", "*a*b @ada\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_no_longer_than_their_length(name: str) -> None:
    syntax, line = HOSTILE[name]
    text = line * (LARGEST // len(line))
    start = time.process_time()
    owned(file(syntax, text), "a" * 30 + "/" + "a" * 30)
    assert time.process_time() - start < 20, "seconds of this machine, where backtracking would take years"


def test_more_rules_and_owners_than_there_may_be_hold() -> None:
    for syntax in OwnersSyntax:
        line = ".* @a\n" if syntax is OwnersSyntax.GITEA else "* @a\n"
        assert "more than 3000 rules" in owned(file(syntax, line * 3001), PIN).flaw
        assert not owned(file(syntax, line * 3000), PIN).flaw
    assert "more than 100 owners" in owned(file("github", "* " + "@a " * 101), PIN).flaw


TEXTS = st.text(st.sampled_from("ab*?[]()|{}1,\\!#@/^$ \n.-"), max_size=60)


@given(TEXTS, st.sampled_from(OwnersSyntax))
def test_any_text_is_read_and_comes_to_something(text: str, syntax: OwnersSyntax) -> None:
    found = owned(OwnersFile(syntax, "CODEOWNERS", text), "a/b")
    assert not (found.flaw and found.owners)


SIMPLE = st.text(st.sampled_from("ab*+?(|).[]^$-{}2,"), max_size=12)


@given(SIMPLE, st.text(st.sampled_from("ab-^"), max_size=8))
def test_what_an_expression_matches_is_what_python_s_does_where_both_take_it(expression: str, text: str) -> None:
    assume("{," not in expression)  # a letter here, as in Go
    try:
        ours = compiled(expression, 5000)
    except ValueError:
        return
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        try:
            theirs = re.compile(expression)
        except re.error:  # `^*`, which Go takes
            return
    assert ours.matches(text) is bool(theirs.search(text))
