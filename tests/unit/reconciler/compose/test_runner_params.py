"""A wrong parameter is told with its place before anything runs, whatever sweep it stands in."""

from pathlib import Path

import pytest

from reconciler.compose import Cache, compose
from reconciler.model.ids import Address
from tests.unit.reconciler.compose.samples import EXPERIMENT, SMALL, tree
from tests.unit.reconciler.plugins.packages import RUNNERS, package, plugins_with

FILE = "specs/experiments/loans.yaml"


def told(params: str, runner: str = "tabular", cache: Cache | None = None) -> list[str]:
    """Return what is wrong with an experiment that has these params."""
    text = EXPERIMENT.replace("runner: tabular", f"runner: {runner}").replace(
        'params: {model: "choice(logistic, gbm)"}', f"params: {params}"
    )
    found = compose(tree({**SMALL, FILE: text}), "dev", cache or Cache()).all_problems()
    return [str(problem).removeprefix(f"{FILE}:") for problem in found]


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        (
            "{model: gbm, num_leafs: 3}",
            "4:22: params.num_leafs: tabular (gbm) has no parameter `num_leafs` (did you mean `num_leaves`?)",
        ),
        ("{model: linear}", "4:17: params.model: `linear` is not for the task binary (it is for regression)"),
        ('{model: "choice(gbm, linear)"}', "4:17: params.model: `linear` is not for the task binary"),
        ("{num_leafs: 3}", "4:10: params.num_leafs: tabular has no parameter `num_leafs` (did you mean"),
        ("{model: gmb}", "4:17: params.model: expected logistic, linear, gbm, forest, tree, mlp, not `gmb` (did"),
        ("{model: gbm, n_estimators: many}", "4:36: params.n_estimators: expected a whole number, not `many`"),
        ("{model: gbm, n_estimators: 0}", "4:36: params.n_estimators: must be at least 1, and is 0"),
        ("{model: gbm, n_estimators: true}", "4:36: params.n_estimators: expected a whole number, not `true`"),
        ("{model: forest, max_features: sqr}", "4:39: params.max_features: expected a whole number or a number or"),
        ("{model: forest, max_features: 1.5}", "4:39: params.max_features: must be at most 1, and is 1.5"),
        ("{model: mlp, hidden_layer_sizes: []}", "params.hidden_layer_sizes: it may have at least 1 entries"),
        (
            '{model: gbm, learning_rate: "interval(-1, 1)"}',
            "4:37: params.learning_rate: must be above 0, and is -0.998",
        ),
        ('{model: gbm, subsample: "interval(0.1, 3)"}', "4:33: params.subsample: must be at most 1, and is 2.9"),
        ('{model: gbm, num_leaves: "range(0, 9)"}', "4:34: params.num_leaves: must be at least 2, and is 0"),
        ('{model: gbm, num_leaves: "choice(31, 15, many)"}', "4:34: params.num_leaves: expected a whole number, not"),
        (
            '{model: "choice(gbm, forest)", num_leaves: 7}',
            "4:40: params.num_leaves: tabular (forest) has no parameter `num_leaves`",
        ),
        ('{model: logistic, C: 1, eta0: "${.C}"}', "4:33: params.eta0: tabular (logistic) has no parameter `eta0`"),
    ],
)
def test_a_wrong_parameter_is_told_with_its_place(params: str, problem: str) -> None:
    found = told(params)
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    ("runner", "params"),
    [
        ("tabular", "{}"),
        ("tabular", "{model: logistic, learning_rate: 0.1, eta0: 1}"),
        (
            "tabular",
            '{model: forest, max_depth: null, max_features: 0.5, n_estimators: "range(10, 90, 40)"}',
        ),
        ("tabular", '{model: gbm, subsample: "interval(0, 1)", num_leaves: "int(interval(2, 9))"}'),
        ("images", "{size: 16, colour: true, C: 2}"),
        ("torch-images", '{epochs: 3, channels: [8, 16], dropout: "interval(0, 1)"}'),
        ("{command: [train]}", "{anything: [goes], really: true}"),
    ],
)
def test_what_a_runner_takes_is_taken(runner: str, params: str) -> None:
    assert told(params, runner) == []


@pytest.mark.parametrize(
    ("runner", "params", "problem"),
    [
        ("images", "{size: 2}", "params.size: must be at least 4, and is 2"),
        ("torch-images", "{dropout: 1}", "params.dropout: must be below 1, and is 1"),
        ("torch-images", "{model: gbm}", "torch-images (gbm) has no parameter `model`"),
        ("tabulr", "{}", "3:9: runner: there is no runner `tabulr` that trains (did you mean `tabular`?"),
        ("evaluate", "{}", "3:9: runner: there is no runner `evaluate` that trains"),
    ],
)
def test_every_runner_has_its_own(runner: str, params: str, problem: str) -> None:
    found = told(params, runner)
    assert len(found) == 1
    assert problem in found[0]


def test_it_is_told_beside_what_else_is_wrong() -> None:
    text = EXPERIMENT.replace("choice(logistic, gbm)", "gmb") + "bugdet: {}\n"
    found = compose(tree({**SMALL, FILE: text}), "dev", Cache()).all_problems()
    assert [problem.path for problem in found] == ["params.model", "bugdet"]


def test_a_runner_of_others_brings_its_schema_and_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    code = (
        "from runners.declared import Runner\n"
        "TREES = Runner('x:run', 7, {'required': ['trees'], 'properties': {'trees': {'minimum': 1}}})\n"
        "ODD = Runner('x:run', 1, {'type': 'tree'})\n"
        "FAR = Runner('x:run', 1, {'properties': {'a': {'$ref': 'http://127.0.0.1:9/schema.json'}}})\n"
        "FREE = Runner('x:run', 1)\n"
    )
    names = {name: f"tree_package:{name.upper()}" for name in ("trees", "odd", "far", "free")}
    cache = Cache(plugins_with(*package(tmp_path, "tree_package", {RUNNERS: names}, code)))
    assert told("{trees: 0}", "trees", cache)[0].startswith("4:17: params.trees: must be at least 1, and is 0")
    assert told("{}", "trees", cache)[0].startswith("4:9: params.trees: `trees` is missing (trees needs it)")
    assert "3:9: runner: the runner odd declares no JSON Schema" in told("{}", "odd", cache)[0]
    assert "3:9: runner: the runner far" in told("{a: 1}", "far", cache)[0]
    assert told("{any: thing}", "free", cache) == []
    good = EXPERIMENT.replace("tabular", "trees").replace('{model: "choice(logistic, gbm)"}', "{trees: 3}")
    desired = compose(tree({**SMALL, FILE: good}), "dev", cache)
    assert desired.resources[Address("experiments/loans")].runner_version == 7
