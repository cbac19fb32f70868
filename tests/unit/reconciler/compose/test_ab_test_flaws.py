"""An A/B test that no engine deals out, or nothing could decide, is refused where it is stated."""

from typing import Any

import pytest

from tests.unit.reconciler.compose.agreeing import problems, repository
from tests.unit.reconciler.compose.samples import ENVIRONMENT, desired

TEST = {"metric": "accuracy", "minimum_effect": 0.02}
OUTCOMES = {"outcomes": {"files": {"url": "o.csv", "format": "csv"}}}


def stated(test: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {"rollout": {"ab_test": {**TEST, **(test or {})}}, **spec}


def test_one_that_outcomes_can_decide_is_taken() -> None:
    assert problems(deployments__api=stated(), monitors__api=OUTCOMES) == []
    assert problems(deployments__api=stated({"metric": "error_rate"})) == []


@pytest.mark.parametrize(
    ("deployment", "others", "words"),
    [
        (stated(), {"monitors__api": {}}, "no monitor of deployments/api says where outcomes arrive"),
        (stated(log_payloads=False), {}, "the deployment logs no requests"),
        (stated({"metric": "error", "scale": 1}), {}, "error is told of numbers, and models of experiments/score are"),
        (stated(), {"datasets__loans": {"identifier": None}}, "datasets/loans names no row"),
        (stated(payloads={"leave_out": ["id"]}), {}, "outcomes are joined by `id`, which the payload log leaves out"),
    ],
)
def test_what_nothing_could_decide_is_refused(
    deployment: dict[str, Any], others: dict[str, dict[str, Any]], words: str
) -> None:
    (line,) = problems(**{"deployments__api": deployment, "monitors__api": OUTCOMES, **others})
    assert words in line


def test_kserve_deals_out_nothing() -> None:
    files = repository(deployments__api=stated({"metric": "error_rate"}))
    files[ENVIRONMENT] = "serving: {provider: kserve, namespace: models, image: serve:1}\n"
    (problem,) = desired(files).all_problems()
    assert problem.path == "rollout.ab_test"
    assert "A/B tests aren't made on KServe" in problem.message
    assert (problem.hint, problem.line) == ("say steps instead, or serve it by the provider local", 2)
