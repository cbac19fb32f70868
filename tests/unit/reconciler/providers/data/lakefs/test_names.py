"""Names of branches and tags: each says its run and environment, and a listing follows from them alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import Branch, Version
from reconciler.providers.data.lakefs.names import (
    MERGE,
    ROOT,
    RUN,
    VERSION,
    check_run,
    listing,
    name_of,
    owner_of,
    refs_of,
)

LOANS, OTHER = RunName("datasets/loans/0a"), RunName("datasets/loans/0a_b")
label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
digest = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)


@given(st.sampled_from([RUN, MERGE, VERSION]), label, label, digest, label)
def test_a_name_says_its_owner(prefix: str, kind: str, name: str, digest: str, environment: str) -> None:
    run = RunName(f"k{kind}/{name}/{digest}")
    assert owner_of(prefix, name_of(prefix, run, environment)) == (run, environment)
    assert "/" not in name_of(prefix, run, environment)


@pytest.mark.parametrize(
    "name", ["main", "run_", "run_a", "run_datasets_loans", "run_datasets_loans_", ROOT, "run_A_b_c_dev"]
)
def test_what_is_somebody_else_s_has_no_owner(name: str) -> None:
    assert owner_of(RUN, name) is None
    assert owner_of(VERSION, name) is None


def test_what_is_no_run_is_refused() -> None:
    with pytest.raises(Refused):
        check_run(RunName("datasets/../a"))


def test_a_run_s_refs_are_its_own_alone() -> None:
    branches = {
        name_of(RUN, LOANS, "dev"): "root",
        name_of(RUN, OTHER, "dev"): "root",
        name_of(RUN, LOANS, "prod"): "c1",
    }
    refs = refs_of(LOANS, branches, {name_of(VERSION, OTHER, "dev"): "c2"}, "root")
    assert (refs.open, refs.sealed, refs.versions) == ({"dev": "root"}, {"prod": "c1"}, {})
    assert refs.sealed_commit("dev") == "c1"
    assert refs.branches == ("dev", "prod")


def test_a_listing_says_what_is_open_sealed_and_accepted() -> None:
    third = RunName("datasets/loans/0c")
    branches = {"main": "m", "dev": "head", name_of(RUN, LOANS, "dev"): "root", name_of(RUN, OTHER, "prod"): "c1"}
    tags = {ROOT: "root", name_of(VERSION, third, "dev"): "c3", name_of(VERSION, third, "prod"): "c3"}
    listed = listing(branches, tags, "dev", "root")
    assert listed.head == "head"
    assert listed.branches == {
        LOANS: Branch(LOANS, CommitId("root"), sealed=False, ours=True),
        OTHER: Branch(OTHER, CommitId("c1"), sealed=True, ours=False),
    }
    assert listed.versions == {third: Version(third, CommitId("c3"), here=True)}


def test_an_accepted_run_s_branch_is_what_a_crash_left() -> None:
    branches = {name_of(RUN, LOANS, "dev"): "c1"}
    tags = {name_of(VERSION, LOANS, "prod"): "c1"}
    assert set(listing(branches, tags, "dev", "root").branches) == {LOANS}
    assert not listing(branches, tags, "prod", "root").branches


def test_of_two_branches_the_sealed_one_counts() -> None:
    branches = {name_of(RUN, LOANS, "dev"): "root", name_of(RUN, LOANS, "prod"): "c1"}
    assert listing(branches, {}, "dev", "root").branches[LOANS].commit == "c1"
    assert listing({}, {}, "dev", "root").head == "root"
