"""The README's graph at any size."""

from reconciler.model.ids import Address
from reconciler.status.graph_section import MOST_DRAWN, graph_section
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE, SHARED


def test_it_shows_what_is_made_from_what_without_the_pools() -> None:
    text = graph_section(stage.desired(*map(stage.resource, (LOANS, SCORE, SHARED))), {LOANS: "ready"})
    assert 'datasets_loans["🟢 datasets/loans"]' in text
    assert 'experiments_score["⚪ experiments/score"]' in text
    assert "datasets_loans --> experiments_score" in text
    assert "pools" not in text


def test_a_single_resource_is_no_graph() -> None:
    assert graph_section(stage.desired(*map(stage.resource, (LOANS, SHARED))), {}) == ""


def test_of_many_the_kinds_are_drawn_with_how_they_stand_and_how_many_refer() -> None:
    many = [stage.resource(Address(f"datasets/d{number}")) for number in range(MOST_DRAWN)]
    scores = [stage.resource(Address(f"experiments/e{n}"), dataset=Address("datasets/d0")) for n in range(3)]
    text = graph_section(stage.desired(*many, *scores), {Address("datasets/d0"): "stalled"})
    assert "Of 63 resources the kinds are drawn" in text
    assert '  datasets["datasets<br/>⚪ 59 waiting, 🔴 1 stalled"]' in text
    assert '  experiments["experiments<br/>⚪ 3 waiting"]' in text
    assert "  datasets -->|3| experiments" in text
    assert "d17" not in text


def test_ten_thousand_resources_are_no_longer_drawing() -> None:
    """Mermaid refuses texts above 50,000 characters, and drawings of more than 500 lines between nodes."""
    many = [stage.resource(Address(f"datasets/d{number}")) for number in range(500)]
    assert len(graph_section(stage.desired(*many), {})) < 1000
