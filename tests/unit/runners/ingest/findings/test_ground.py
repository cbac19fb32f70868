"""What is known of a table."""

from runners.ingest.findings.ground import ground_of
from runners.ingest.parameters import Parameters
from runners.tables.summary import summarise


def test_roles_that_the_data_lacks_are_none_and_features_have_no_role() -> None:
    summary = summarise((), {"id": "string", "y": "integer", "x": "number"}, "y")
    asked = {"source": {"sql": {"url": "x://", "query": "q"}}, "identifier": "id", "target": "y", "timestamp": "t"}
    asked["columns"] = {"x": {"type": "number", "sensitive": True}}
    ground = ground_of(summary, Parameters.model_validate(asked), {})
    assert (ground.identifier, ground.target, ground.timestamp) == ("id", "y", None)
    assert list(ground.features) == ["x"]
    assert ground.goal is summary.columns["y"]
    assert (ground.shows("x"), ground.shows("y"), ground.shows(None)) == (False, True, True)
