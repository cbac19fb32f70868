"""References lead to resources that are declared, and not in a circle."""

from time import process_time
from typing import ClassVar

from pydantic import Field

from reconciler.compose.graph import connect, reconnect
from reconciler.model.ids import Address
from reconciler.model.kinds.spec import Spec
from reconciler.model.resource import Resource


class Link(Spec):
    """A kind for tests that may reference its own like."""

    kind: ClassVar[str] = "links"
    first: str = Field(default="", json_schema_extra={"x-reference": "links"})
    second: str = Field(default="", json_schema_extra={"x-reference": "links"})


def links(**targets: str) -> dict[Address, Resource]:
    found = {}
    for name, references in targets.items():
        first, _, second = references.partition(" ")
        spec = Link(first=first and f"links/{first}", second=second and f"links/{second}")
        found[Address(f"links/{name}")] = Resource(Address(f"links/{name}"), spec, f"specs/links/{name}.yaml")
    return found


def test_resources_come_after_what_they_reference() -> None:
    resources = links(a="b c", b="d", c="d", d="")
    graph = connect(resources, resources)
    assert [addr[-1] for addr in graph.resources] == ["d", "b", "c", "a"]
    assert not graph.flaws


def test_a_reference_to_nothing_is_a_flaw_of_its_field() -> None:
    resources = links(loans="", a="lons", b="a zzz")
    graph = connect(resources, resources)
    assert list(graph.resources) == ["links/loans"]
    (lons,), (zzz,) = graph.flaws[Address("links/a")], graph.flaws[Address("links/b")]
    assert (lons.path, lons.hint) == (("first",), "did you mean `links/loans`?")
    assert lons.message == "`links/lons` is declared nowhere: there is no specs/links/lons.yaml"
    assert zzz.path == ("second",)


def test_a_resource_that_waits_for_a_broken_one_is_sound() -> None:
    graph = connect(links(a="broken", b="a"), {**links(a="", b=""), Address("links/broken"): None})
    assert list(graph.resources) == ["links/a", "links/b"]


def test_a_circle_is_named_and_what_only_leads_to_it_is_sound() -> None:
    resources = links(a="b", b="c", c="a", before="a", alone="", me="me", after="alone")
    graph = connect(resources, resources)
    assert list(graph.resources) == ["links/alone", "links/before", "links/after"]
    assert {addr: flaws[0].message.partition(": ")[2] for addr, flaws in graph.flaws.items()} == {
        "links/a": "links/a → links/b → links/c → links/a",
        "links/b": "links/b → links/c → links/a → links/b",
        "links/c": "links/c → links/a → links/b → links/c",
        "links/me": "links/me → links/me",
    }


def test_circles_that_share_a_member_leave_an_order_of_the_rest() -> None:
    resources = links(a="b c", b="a", c="a", d="")
    graph = connect(resources, resources)
    assert Address("links/d") in graph.resources
    assert {Address("links/a"), Address("links/b")} <= graph.flaws.keys()


def test_thousands_of_wrong_references_are_told_soon() -> None:
    resources = links(**{f"n{i}": f"m{i}" for i in range(5000)})
    start = process_time()
    graph = connect(resources, resources)
    assert process_time() - start < 20
    assert len(graph.flaws) == 5000


def test_the_order_is_kept_while_references_are_the_same() -> None:
    before = links(a="b", b="")
    graph = connect(before, before)
    after = {**before, **links(a="b")}
    again = reconnect(graph, after)
    assert again is not None
    assert list(again.resources) == list(graph.resources)
    assert again.resources[Address("links/a")] is after[Address("links/a")]
    assert reconnect(graph, links(a="", b="")) is None
    assert reconnect(graph, links(a="b")) is None
    assert reconnect(connect(links(a="x"), {}), {}) is None
