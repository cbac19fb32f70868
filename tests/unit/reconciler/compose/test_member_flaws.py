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
        problems(**BOTH, monitors__api={"test_rows": "deployments/both"}),
        problems(**BOTH, promotions__go={"deployment": "deployments/both"}),
    ):
        assert any(what in line and hint in line for line in told), told


def watching(**spec: object) -> list[str]:
    return problems(**BOTH, monitors__api={"deployment": "deployments/both", **spec})


def test_a_monitor_of_a_graph_says_whose_test_rows_it_is_held_against() -> None:
    assert watching(test_rows="deployments/api") == []
    (told,) = watching()
    assert "deployments/both combines several models, and it isn't said whose test rows it is held against" in told
    assert "say `test_rows`, or watch one of them: deployments/api, deployments/b" in told
    (told,) = problems(
        **BOTH, deployments__c={}, monitors__api={"deployment": "deployments/both", "test_rows": "deployments/c"}
    )
    assert "deployments/both doesn't ask deployments/c" in told
    assert "name one of deployments/api, deployments/b" in told


def test_columns_are_those_of_the_test_rows() -> None:
    (told,) = watching(test_rows="deployments/api", columns=["income", "postcode"])
    assert "the models of experiments/score have no feature `postcode`" in told


def test_a_graph_is_not_rolled_back_by_an_alert() -> None:
    (told,) = watching(test_rows="deployments/api", alert={"action": "rollback"})
    assert "deployments/both pins no model of its own, so an alert can't roll it back" in told


def test_one_model_has_test_rows_of_its_own() -> None:
    (told,) = problems(**BOTH, monitors__api={"test_rows": "deployments/b"})
    assert "deployments/api has one model, whose own test rows its answers are held against" in told


def test_the_values_of_its_spec_are_promoted_as_any_others_are() -> None:
    values = {"spec": "deployments/both", "fields": ["replicas"], "route": ["dev"]}
    assert not [line for line in problems(**BOTH, promotions__values=values) if "several models" in line]


def test_a_graph_has_no_graphs() -> None:
    outer = {"graph": [{"router": "ensemble", "steps": [{"deployment": "deployments/both"}]}]}
    (told,) = problems(**BOTH, deployments__outer=outer)
    assert "deployments/both is a graph of models itself" in told
