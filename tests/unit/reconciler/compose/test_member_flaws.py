"""What takes a graph of models for one model is told before anything runs."""

from tests.unit.reconciler.compose.agreeing import problems

GRAPH = {
    "graph": [{"router": "ensemble", "steps": [{"deployment": "deployments/api"}, {"deployment": "deployments/b"}]}]
}
BOTH = {"deployments__b": {}, "deployments__both": GRAPH}


def test_a_graph_of_deployments_is_sound() -> None:
    assert problems(**BOTH) == []


def test_what_is_about_one_model_names_one_of_its_members() -> None:
    what = "deployments/both combines several models, and this is about one"
    hint = "name one of deployments/api, deployments/b"
    for told in (
        problems(**BOTH, monitors__api={"deployment": "deployments/both"}),
        problems(**BOTH, promotions__go={"deployment": "deployments/both"}),
    ):
        assert any(what in line and hint in line for line in told), told


def test_the_values_of_its_spec_are_promoted_as_any_others_are() -> None:
    values = {"spec": "deployments/both", "fields": ["replicas"], "route": ["dev"]}
    assert not [line for line in problems(**BOTH, promotions__values=values) if "several models" in line]


def test_a_graph_has_no_graphs() -> None:
    outer = {"graph": [{"router": "ensemble", "steps": [{"deployment": "deployments/both"}]}]}
    (told,) = problems(**BOTH, deployments__outer=outer)
    assert "deployments/both is a graph of models itself" in told
