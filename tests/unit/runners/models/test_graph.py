"""Graphs of models: what each router answers, and what doesn't fit together."""

from typing import Any

import numpy as np
import pytest

from runners.models import Column, Model, ModelInputError, ModelRefused
from runners.models.graph import Node, Step, combined
from tests.unit.runners.models.graphed import constant, model, node, number

RISK = model(lambda given: given["age"] / 100, {"age": "FP32"})
PRICE = number(lambda given: given["risk"] * given["size"], {"risk": "FP32", "size": "FP64"})


def refusal(nodes: list[Node], models: dict[str, Model]) -> str:
    with pytest.raises(ModelRefused) as refused:
        combined(nodes, models)
    assert refused.value.fix
    return refused.value.what


def test_in_a_sequence_one_models_answer_is_a_column_of_the_next_and_the_last_one_answers() -> None:
    steps = Step("risk"), Step("price", {"risk": "risk.predicted_probability"})
    graph = combined([node("sequence", *steps)], {"risk": RISK, "price": PRICE})
    assert [column.name for column in graph.signature.inputs] == ["age", "size"]
    assert graph.signature.task == "regression"
    assert graph.predict({"age": [20, 50], "size": [100, 10]}).prediction == pytest.approx([20, 5])


def test_a_class_is_handed_on_as_text_and_one_classs_probability_by_its_name() -> None:
    named = number(lambda given: [len(text) for text in given["who"]], {"who": "BYTES"})
    steps = Step("risk"), Step("named", {"who": "risk.prediction"})
    graph = combined([node("sequence", *steps)], {"risk": RISK, "named": named})
    assert graph.predict({"age": [20, 80]}).prediction.tolist() == [2, 3]
    doubled = number(lambda given: given["x"] * 2, {"x": "FP32"})
    steps = Step("risk"), Step("doubled", {"x": "risk.probabilities.no"})
    graph = combined([node("sequence", *steps)], {"risk": RISK, "doubled": doubled})
    assert graph.predict({"age": [20]}).prediction == pytest.approx([1.6])


def test_an_ensemble_answers_the_weighted_mean_whatever_the_order_of_the_classes() -> None:
    other = constant(0.8, classes=("yes", "no"), reading="probabilities")
    other.engine._answer = lambda given: np.full((len(given["age"]), 2), [0.8, 0.2])  # type: ignore[attr-defined]
    models = {"a": constant(0.2), "b": other}
    graph = combined([node("ensemble", Step("a", weight=3), Step("b"))], models)
    answer = graph.predict({"age": [1, 2]})
    assert answer.probability == pytest.approx([0.35, 0.35])
    assert answer.prediction.tolist() == ["no", "no"]
    assert [column.name for column in graph.signature.outputs] == ["prediction", "predicted_probability"]


def test_an_ensemble_of_numbers_answers_their_mean() -> None:
    models = {n: number(lambda given, n=n: given["x"] * int(n), {"x": "FP32"}) for n in ("1", "3")}
    assert combined([node("ensemble", Step("1"), Step("3"))], models).predict({"x": [2.0]}).prediction.tolist() == [4]


def test_votes_are_counted_by_weight() -> None:
    models = {name: constant(p) for name, p in (("a", 0.51), ("b", 0.51), ("c", 0.01))}
    steps = Step("a"), Step("b"), Step("c")
    assert combined([node("ensemble", *steps)], models).predict({"age": [1]}).prediction.tolist() == ["no"]
    voted = combined([node("ensemble", *steps, combine="vote")], models).predict({"age": [1]})
    assert voted.prediction.tolist() == ["yes"]
    assert voted.probability == pytest.approx([2 / 3])


def test_models_without_probabilities_vote_and_have_no_mean() -> None:
    told: dict[str, Any] = {"reading": "label", "outputs": (Column("prediction", "BYTES", (-1,)),)}
    silent = model(lambda given: ["yes"] * len(given["age"]), {"age": "FP32"}, **told)
    models = {"a": silent, "b": constant(0.1), "c": silent}
    steps = Step("a"), Step("b"), Step("c")
    assert combined([node("ensemble", *steps, combine="vote")], models).predict({"age": [1]}).prediction[0] == "yes"
    assert "say combine" not in refusal([node("ensemble", *steps)], models)
    switch = node("switch", Step("a", values=(1,)), Step("b"), column="age")
    assert combined([switch], models).predict({"age": [1, 2]}).prediction.tolist() == ["yes", "no"]


def test_a_switch_has_each_row_answered_by_the_model_of_its_value() -> None:
    models = {"north": constant(0.9), "rest": RISK}
    switch = node("switch", Step("north", values=("N", "NE")), Step("rest"), column="region")
    graph = combined([switch], models)
    assert [(one.name, one.datatype) for one in graph.signature.inputs] == [("age", "FP32"), ("region", "BYTES")]
    answer = graph.predict({"age": [10, 20, 30], "region": ["N", None, "NE"]})
    assert answer.probability == pytest.approx([0.9, 0.2, 0.9])


def test_a_row_that_no_model_is_for_is_the_clients_mistake() -> None:
    switch = node("switch", Step("a", values=(1,)), Step("b", values=(2,)), column="age")
    graph = combined([switch], {"a": constant(0.1), "b": constant(0.2)})
    with pytest.raises(ModelInputError, match=r"age of row 1 is 3.0, and there are models for 1, 2"):
        graph.predict({"age": [1, 3]})


def test_a_refusal_names_the_row_of_the_request() -> None:
    whole = model(lambda given: given["age"] * 0.0, {"age": "INT64"})
    switch = node("switch", Step("a", values=("x",)), Step("b"), column="sort")
    graph = combined([switch], {"a": constant(0.1), "b": whole})
    with pytest.raises(ModelInputError, match=r"b: age of row 2 is 1\.5"):
        graph.predict({"age": [1, 2.5, 1.5], "sort": ["x", "x", "y"]})


def test_nodes_are_steps_of_others() -> None:
    models = {"a": constant(0.2), "b": constant(0.4), "risk": RISK}
    nodes = [node("ensemble", Step("mean"), Step("risk")), node("ensemble", Step("a"), Step("b"), name="mean")]
    assert combined(nodes, models).predict({"age": [50]}).probability == pytest.approx([0.4])


def test_what_does_not_fit_together_is_refused_before_anybody_asks() -> None:
    models = {"a": constant(0.2), "price": PRICE, "risk": RISK}
    whole = {"c": number(lambda given: given["n"], {"n": "INT64"}), "t": number(lambda given: [1], {"age": "BYTES"})}
    models |= whole | {"three": constant(0.1, classes=("no", "yes", "maybe"))}
    ab, first = (Step("a"), Step("three")), Step("a")
    told = [
        (node("ensemble", first, Step("price")), "a of the node root is of the task binary, and price of regression"),
        (node("ensemble", *ab), "the classes of a in the node root are no, yes"),
        (node("ensemble", Step("price"), combine="vote"), "the node root votes on numbers"),
        (node("ensemble", Step("nobody")), "the graph asks nobody"),
        (node("sequence", first, Step("price", {"rsk": "a.prediction"})), "price takes no column "),
        (node("sequence", first, Step("price", {"risk": "a.prediction"})), "price takes risk as FP32, and a.predictio"),
        (node("sequence", first, Step("c", {"n": "a.predicted_probability"})), "c takes n as INT64, and a.predicted_"),
        (node("sequence", first, Step("price", {"risk": "a.probabilities.maybe"})), "a.probabilities.maybe is of no"),
        (node("sequence", first, Step("price", {"risk": "a.upper"})), "a.upper isn't answered"),
        (node("sequence", first, Step("t")), "a takes `age` as FP32 [-1, 1], and t as BYTES"),
        (
            node("switch", Step("a", values=("x",)), Step("risk"), column="age"),
            "the column age of the switch root is a",
        ),
    ]
    for nodes, what in told:
        assert refusal([nodes], models).startswith(what)


def test_nodes_are_read_as_the_daemon_tells_of_them() -> None:
    steps = [{"model": "a", "inputs": {}, "weight": 1, "values": [1]}]
    steps += [{"node": "n", "inputs": {}, "weight": 2, "values": []}]
    told = {"name": "root", "router": "switch", "combine": "mean", "column": "age", "steps": steps}
    assert Node.of(told) == node("switch", Step("a", values=(1,)), Step("n", weight=2.0), column="age")
