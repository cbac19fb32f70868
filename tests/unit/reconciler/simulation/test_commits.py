"""Commits: functions from files to files."""

import pytest

from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.simulation.commits import changed, difference, followers, path_of, specs, without
from tests.unit.reconciler.simulation.sample import sample

DATASET = Address("datasets/employment")


def test_the_specs_of_a_repository() -> None:
    found = set(specs(sample()))
    assert DATASET in found
    assert {kind_of(spec) for spec in found} == set(KINDS)
    assert "parts/tabular" not in found


def test_what_refers_to_a_spec_follows_it() -> None:
    assert followers(sample(), [DATASET]) == {"experiments/employment", "promotions/employment"}
    assert followers(sample(), [Address("deployments/employment")]) == {
        "promotions/employment",
        "monitors/employment",
    }


def test_a_spec_goes_with_its_patches() -> None:
    gone = [path for path in sample() if path.endswith("promotions/employment.yaml")]
    environments = {path.split("/")[1] for path in gone if path.startswith("environments/")}
    left = without(sample(), [Address("promotions/employment")], sorted(environments))
    assert len(gone) == 1 + len(environments)
    assert sample().keys() - left.keys() == set(gone)


@pytest.mark.parametrize("spec", sorted(specs(sample())))
def test_a_change_changes_one_file(spec: Address) -> None:
    for number in (0, 7, 50):
        assert set(difference(sample(), changed(sample(), spec, number))) == {path_of(spec)}


def test_a_broken_spec_stays_as_it_is() -> None:
    files = {path_of(DATASET): b"[no mapping\n"}
    assert changed(files, DATASET, 50) is files


def test_a_difference_tells_what_is_gone_changed_and_new() -> None:
    assert difference({"a": b"1", "b": b"1", "c": b"1"}, {"b": b"2", "c": b"1", "d": b"1"}) == {
        "a": None,
        "b": b"2",
        "d": b"1",
    }
