"""GitHub's CODEOWNERS, as its documentation has it."""

import pytest

from tests.unit.reconciler.owners.texts import asked, matches


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
