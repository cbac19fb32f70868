"""Where a life's repository is: what one view of it writes, the others read."""

from reconciler.providers.memory import World
from reconciler.simulation.backend import InMemory


def test_the_views_of_a_place_are_of_one_repository() -> None:
    place = InMemory(World())
    commit = place.commit({"specs/a.yaml": b"1"}, "begin")
    assert place.source().head() == commit
    assert place.tree(commit).read(place.tree(commit).files["specs/a.yaml"]) == b"1"
    place.status("dev").write({"a": b"1"}, "m")
    assert set(place.status("dev").read().files) == {"a"}
    assert place.status("prod").read().files == {}
    assert place.forge("dev").list() == {}
