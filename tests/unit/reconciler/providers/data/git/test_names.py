"""What refs say about runs."""

import pytest

from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import Branch, Version
from reconciler.providers.data.git.names import RunRefs, check_owner, check_run, listing, patterns, refs_of
from tests.unit.reconciler.providers.data.git.conftest import OTHER, RUN

A, B = CommitId("a" * 40), CommitId("b" * 40)


def test_a_listing_is_sorted_out() -> None:
    refs = {
        "refs/heads/dev": "d" * 40,
        "refs/heads/prod": "e" * 40,
        f"refs/heads/open/dev/{RUN}": A,
        f"refs/heads/sealed/prod/{OTHER}": B,
        "refs/tags/dev/datasets/x/1": A,
        "refs/tags/prod/datasets/x/1": A,
        "refs/tags/prod/datasets/x/2": B,
        "refs/tags/by-hand": B,
        "refs/heads/open/dev/odd": B,
    }
    told = listing(refs, "dev", "r" * 40)
    assert told.head == "d" * 40
    assert told.branches == {RUN: Branch(RUN, A, False, True), OTHER: Branch(OTHER, B, True, False)}
    assert told.versions == {
        "datasets/x/1": Version(RunName("datasets/x/1"), A, True),
        "datasets/x/2": Version(RunName("datasets/x/2"), B, False),
    }


def test_a_new_environment_begins_at_the_root() -> None:
    assert listing({}, "dev", "r" * 40).head == "r" * 40


def test_of_two_branches_the_sealed_one_counts_then_our_own() -> None:
    for refs, expected in (
        ({f"refs/heads/open/dev/{RUN}": A, f"refs/heads/sealed/prod/{RUN}": B}, Branch(RUN, B, True, False)),
        ({f"refs/heads/open/dev/{RUN}": A, f"refs/heads/sealed/dev/{RUN}": B}, Branch(RUN, B, True, True)),
        ({f"refs/heads/open/prod/{RUN}": B, f"refs/heads/open/dev/{RUN}": A}, Branch(RUN, A, False, True)),
    ):
        for order in (refs, dict(reversed(refs.items()))):
            assert listing(order, "dev", "").branches == {RUN: expected}


def test_a_branch_that_a_crash_left_beside_its_version_is_none() -> None:
    refs = {f"refs/heads/sealed/dev/{RUN}": A, f"refs/tags/dev/{RUN}": A}
    assert listing(refs, "dev", "").branches == {}
    assert set(listing(refs, "prod", "").branches) == {RUN}


def test_the_refs_of_one_run() -> None:
    refs = {f"refs/heads/sealed/prod/{RUN}": B, f"refs/tags/dev/{RUN}": A, f"refs/tags/dev/{OTHER}": B}
    found = refs_of(RUN, refs)
    assert found == RunRefs({}, {"prod": B}, {"dev": A})
    assert found.sealed_commit("prod") == A
    assert refs_of(OTHER, {}).sealed_commit("dev") is None
    assert all(pattern.endswith(f"/*/{RUN}") for pattern in patterns(RUN))


@pytest.mark.parametrize("name", ["open", "sealed", "..", "a/b", ""])
def test_environments_that_cannot_have_a_branch(name: str) -> None:
    with pytest.raises(Refused):
        check_owner(name)


@pytest.mark.parametrize("run", ["datasets/../x", "x", "a/b/c/d", "a/b/c.lock", "a/b/\u00fc"])
def test_runs_that_cannot_be(run: str) -> None:
    with pytest.raises(Refused, match="name of a run"):
        check_run(RunName(run))
    assert check_run(RUN) == RUN
