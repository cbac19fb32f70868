"""What a CODEOWNERS file comes to for a path, what is wrong with it, and what hostile ones come to."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.code_owners import LARGEST, OwnersFile, OwnersSyntax
from reconciler.owners import Owned, findings, owned
from tests.unit.reconciler.owners.texts import PIN, file


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
