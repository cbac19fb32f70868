"""Who set a label is asked once in a while, and anew as soon as something of the pull request has changed."""

from dataclasses import replace

import pytest

from reconciler.forges.granting import TRUE_FOR, Grants
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.model.reviews import PullRequest
from tests.unit.reconciler.forges.memory_hub import MemoryHub

PULL = PullRequest(7, "work", CommitId("a" * 40), updated="1")


class Labelling(MemoryHub):
    """A forge that tells who set a label."""

    def __init__(self) -> None:
        super().__init__()
        self.setter, self.writers = "ada", {"ada"}
        self.labels: dict[tuple[int, str], bool] = {}

    def granter(self, number: int, label: str) -> str:
        self.calls["granter"] += 1
        return self.setter

    def may_write(self, person: str) -> bool:
        self.calls["may_write"] += 1
        return person in self.writers

    def label(self, number: int, label: str, *, on: bool) -> None:
        self.labels[number, label] = on


class Place:
    """A forge, and a clock that a test moves."""

    def __init__(self) -> None:
        self.hub, self.now = Labelling(), 0.0
        self.grants = Grants(self.hub, lambda: self.now)


@pytest.fixture
def place() -> Place:
    return Place()


def test_who_set_a_label_is_asked_again_when_the_pull_request_has_changed_or_after_a_while(place: Place) -> None:
    for _ in range(3):
        assert place.grants.granter(PULL, "try") == "ada"
    assert place.hub.calls["granter"] == 1
    place.hub.setter = "bob"
    assert place.grants.granter(replace(PULL, updated="2"), "try") == "bob"
    place.now += TRUE_FOR
    assert place.grants.granter(replace(PULL, updated="2"), "try") == "bob"
    assert place.hub.calls["granter"] == 3


def test_a_right_that_was_taken_away_is_gone_after_a_while(place: Place) -> None:
    assert place.grants.may_write("ada")
    place.hub.writers.clear()
    place.now += TRUE_FOR - 1
    assert place.grants.may_write("ada")
    place.now += 1
    assert not place.grants.may_write("ada")


def test_a_label_is_set_and_taken_off(place: Place) -> None:
    place.grants.label(7, "try", on=True)
    place.grants.label(7, "try", on=False)
    assert place.hub.labels == {(7, "try"): False}


def test_a_forge_that_doesn_t_tell_who_sets_labels_grants_nothing() -> None:
    grants = Grants(MemoryHub())
    with pytest.raises(Refused, match="doesn't tell who sets a label"):
        grants.granter(PULL, "try")
