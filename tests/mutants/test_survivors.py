"""Who may live is in the table with a reason, and in no other way."""

from pathlib import Path

import pytest

from tests.mutants.__main__ import summed
from tests.mutants.ground import Fate
from tests.mutants.operators import mutants
from tests.mutants.survivors import ROOT, accepted, stale

(ONE,) = mutants("a.py", "x = a < b\n")


def fates(killed: int, living: int) -> list[Fate]:
    told = ("a/test_a.py",)
    return [Fate(ONE, "FAILED a", told, 1.0)] * killed + [Fate(ONE, "", told, 1.0)] * living


def test_each_has_its_reason_and_is_a_mutant_of_the_source_as_it_is() -> None:
    known = accepted()
    assert not [key for key, reason in known.items() if not reason]
    assert not stale(ROOT, known), "strike them from tests/mutants/survivors.toml, or write the line as it is now"


def test_an_entry_whose_line_has_changed_is_stale(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = a < c\n", "utf-8")
    assert stale(tmp_path, {ONE.key: "equivalent"}) == [ONE.key]
    (tmp_path / "a.py").write_text("\n\nx = a < b\n", "utf-8")
    assert stale(tmp_path, {ONE.key: "equivalent"}) == []


@pytest.mark.parametrize(
    ("killed", "living", "listed", "passed"),
    [(10, 0, False, True), (9, 1, True, True), (9, 1, False, False), (8, 2, True, False)],
)
def test_nine_of_ten_must_die_and_who_lives_must_be_listed(
    killed: int, living: int, listed: bool, passed: bool
) -> None:
    text, enough = summed(fates(killed, living), {ONE.key: "equivalent"} if listed else {})
    assert enough == passed
    assert text.endswith(f"{killed / 10:.1%} of 90%")


def test_who_lives_unlisted_is_told_as_it_would_be_listed(tmp_path: Path) -> None:
    text, _ = summed(fates(9, 1), {})
    table = tmp_path / "survivors.toml"
    table.write_text(text[text.index("[[") : text.index("\n\n10 drawn")].replace('""', '"equivalent"'), "utf-8")
    assert accepted(table) == {ONE.key: "equivalent"}
