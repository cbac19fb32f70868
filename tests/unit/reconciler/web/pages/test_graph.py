"""The graph as a picture: columns by kind, few crossings, nothing where it can't be read."""

from reconciler.web.pages.graph import MOST_DRAWN, drawing
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, SCORE, SHARED, WATCH
from tests.unit.reconciler.web.pages.conftest import document, made


def test_each_kind_has_a_column_and_references_are_lines() -> None:
    every = (SHARED, LOANS, SCORE, GO, API, WATCH)
    one = made(dict.fromkeys(every, document()), desired=stage.desired(*map(stage.resource, every)))
    picture = drawing(one)
    assert picture
    assert [head for head, _ in picture.heads] == ["datasets", "experiments", "promotions", "deployments", "monitors"]
    assert [(above, below) for above, below, _ in picture.lines] == [
        (LOANS, SCORE),
        (SCORE, GO),
        (API, GO),
        (API, WATCH),
    ]
    places = [(node.x, node.y) for node in picture.nodes]
    assert len(set(places)) == len(places)
    assert all(node.x < picture.width and node.y < picture.height for node in picture.nodes)


def test_a_node_stands_beside_what_it_is_made_from() -> None:
    data = [stage.Address(f"datasets/{letter}") for letter in "abc"]
    trained = [stage.resource(stage.Address(f"experiments/{n}"), dataset=data[2 - n]) for n in range(3)]
    wanted = stage.desired(*map(stage.resource, data), *trained)
    picture = drawing(made({str(a): document() for a in wanted.resources}, desired=wanted))
    assert picture
    height = {node.address: node.y for node in picture.nodes}
    assert all(height[above] == height[below] for above, below, _ in picture.lines)


def test_without_a_graph_or_with_too_large_a_one_nothing_is_drawn() -> None:
    assert drawing(made({})) is None
    assert drawing(made({"pools/a": document()})) is None
    assert drawing(made({f"datasets/d{n}": document() for n in range(MOST_DRAWN + 1)})) is None
    picture = drawing(made({"datasets/a": document(), f"datasets/{'b' * 60}": document()}))
    assert picture
    assert picture.lines == ()
    assert picture.nodes[1].name == "b" * 19 + "…"
