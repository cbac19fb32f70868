"""Data by column and by version: what is new, what is gone, which version is shown."""

from reconciler.model.ids import Address
from reconciler.web.pages.profiles import chosen, profile, url, versions
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, FORMER, HOSTILE, LEFT, VERSION, made, tree_of

DATASET = Address("datasets/loans")
ONE = made({DATASET: DOCUMENTS[DATASET]}, tree=tree_of(LEFT))


def test_versions_are_told_the_newest_first_and_which_have_a_profile() -> None:
    newest, former = versions(ONE, DATASET)
    assert (newest.run, newest.is_newest, newest.has_profile) == (VERSION, True, True)
    assert (former.run, former.since[:10], former.is_newest) == (FORMER, "2026-01-04", False)
    assert versions(made({DATASET: {}}), DATASET) == []


def test_a_version_is_held_against_the_one_before_unless_the_url_says_otherwise() -> None:
    found = versions(ONE, DATASET)
    assert chosen(found, {}) == (VERSION, FORMER)
    assert chosen(found, {"against": "none"}) == (VERSION, "")
    assert chosen(found, {"version": "bbbbbbbbbbbb"}) == (FORMER, VERSION)
    assert chosen(found, {"version": "odd", "against": "aaaaaaaaaaaa"}) == (VERSION, FORMER)
    assert chosen([], {}) == ("", "")
    assert url(VERSION, FORMER) == "?version=aaaaaaaaaaaa&against=bbbbbbbbbbbb"


def test_what_is_new_of_a_column_is_told_the_farthest_first() -> None:
    told = profile(ONE, VERSION, FORMER)
    assert told
    assert (told.rows, told.change) == ("1,000", "+200 rows")
    age, name, key = told.columns
    assert (age.name, age.mark, age.is_far, age.missing) == ("age", f"▲ {age.distance:.3f}", True, "25.00%")
    assert age.change == "mean 30 → 10"
    assert (name.name, name.spread, name.target) == (
        HOSTILE,
        f"{HOSTILE[:40]} (500), b (250)",
        "Cramér's V 0.500 (0.400 to 0.600)",
    )
    assert (key.type, key.distance) == ("integer, identifier", None), "an identifier moves as it should"
    assert age.picture
    assert len(age.picture.bars) == 3


def test_alone_a_version_has_its_columns_in_their_order_and_nothing_is_new() -> None:
    told = profile(ONE, VERSION)
    assert told
    first = told.columns[0]
    assert (first.name, first.change, first.distance) == ("age", "", None)
    assert told.gone == []
    assert profile(ONE, "datasets/loans/cccccccccccc") is None


def test_columns_that_came_and_went_are_named() -> None:
    before = {"rows": 1, "columns": {"old": {"type": "string"}}}
    after = {"rows": 1, "columns": {"new": {"type": "string", "missing_share": 0.5}}}
    one = made({}, tree=tree_of({f"reports/{VERSION}/profile.json": after, f"reports/{FORMER}/profile.json": before}))
    told = profile(one, VERSION, FORMER)
    assert told
    assert (told.gone, told.columns[0].change, told.change) == (["old"], "new column", "0 rows")
