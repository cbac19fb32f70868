"""Gitea's CODEOWNERS, as its parser has it."""

from reconciler.owners import findings
from tests.unit.reconciler.owners.texts import asked, file


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
