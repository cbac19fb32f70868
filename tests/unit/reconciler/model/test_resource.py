"""A resource, and the graph of all of them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.environment import Environment
from reconciler.model.errors import Problem
from reconciler.model.ids import Address, CommitId
from reconciler.model.kinds.labels import Exports, Labels
from reconciler.model.kinds.pools import Pool
from reconciler.model.resource import Desired, Resource, in_order


def labels(name: str, dataset: str, pool: str = "shared") -> Resource:
    spec = Labels(dataset=f"datasets/{dataset}", pool=f"pools/{pool}", exports=Exports(url="x", question="y"))
    return Resource(Address(f"labels/{name}"), spec, f"specs/labels/{name}.yaml")


def pool(name: str) -> Resource:
    return Resource(Address(f"pools/{name}"), Pool(), f"specs/pools/{name}.yaml")


def test_a_resource_knows_its_kind_and_its_references() -> None:
    resource = labels("a", "b")
    assert resource.kind == "labels"
    assert resource.references() == ("pools/shared", "datasets/b")
    changed = replace(resource, spec=Pool())
    assert changed.references() == ()
    assert pool("a").references() == ()


def test_equal_resources_are_equal() -> None:
    assert labels("a", "b") == labels("a", "b")
    assert labels("a", "b") != labels("a", "c")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_each_comes_after_all_that_it_references(pairs: list[tuple[str, str]]) -> None:
    resources = {resource.address: resource for resource in (labels(name, "x", other) for name, other in pairs)}
    resources |= {resource.address: resource for resource in (pool(other) for _, other in pairs)}
    ordered, circular = in_order(resources.values())
    assert circular == ()
    assert set(ordered) == set(resources)
    places = {addr: index for index, addr in enumerate(ordered)}
    for addr, resource in ordered.items():
        assert all(places[ref] < places[addr] for ref in resource.references() if ref in places)


def test_the_order_doesnt_depend_on_the_order_of_finding() -> None:
    resources = [labels("b", "x"), labels("a", "x"), pool("shared")]
    assert list(in_order(resources)[0]) == list(in_order(reversed(resources))[0])
    assert list(in_order(resources)[0]) == ["pools/shared", "labels/a", "labels/b"]


def test_a_circle_and_what_is_behind_it_are_told() -> None:
    class Knot(Pool):
        to: str = ""

        def references(self) -> tuple[str, ...]:
            return (self.to,) if self.to else ()

    def knot(name: str, to: str) -> Resource:
        return Resource(Address(f"pools/{name}"), Knot(to=f"pools/{to}" if to else ""), name)

    ordered, circular = in_order([knot("a", "b"), knot("b", "a"), knot("c", "a"), knot("d", ""), knot("e", "gone")])
    assert circular == ("pools/a", "pools/b", "pools/c")
    assert list(ordered) == ["pools/d", "pools/e"]


def test_a_desired_state_tells_kinds_followers_and_problems() -> None:
    resources = in_order([labels("a", "x"), labels("b", "x"), pool("shared")])[0]
    late, early = Problem("b.yaml", 1, 1, "", "late"), Problem("a.yaml", 1, 1, "", "early")
    desired = Desired(CommitId("c"), "dev", Environment(), resources, {Address("labels/z"): (late, early)}, (late,))
    assert list(desired.of_kind(Labels)) == ["labels/a", "labels/b"]
    assert desired.followers[Address("pools/shared")] == ("labels/a", "labels/b")
    assert desired.all_problems() == (early, late)
