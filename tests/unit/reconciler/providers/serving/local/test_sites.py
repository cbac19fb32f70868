"""A site is divided by a key while two revisions share its traffic."""

from pathlib import Path

from reconciler.providers.serving.local.sites import Site
from tests.unit.reconciler.providers.serving.local.told import NEW, OLD

POOLS = {OLD: [Path("/1")], NEW: [Path("/2")]}


def test_shares_are_those_of_revisions_that_are_there() -> None:
    assert Site("x", POOLS, {NEW: 30, OLD: 70}).shares == sorted([(OLD, 70), (NEW, 30)])
    assert Site("x", {OLD: []}, {NEW: 30, OLD: 70}).shares == [(OLD, 70)]


def test_a_key_divides_what_two_share() -> None:
    assert Site("x", POOLS, {OLD: 70, NEW: 30}, key="X-User").is_keyed
    assert not Site("x", POOLS, {OLD: 70, NEW: 30}).is_keyed
    assert not Site("x", POOLS, {NEW: 100}, key="X-User").is_keyed
