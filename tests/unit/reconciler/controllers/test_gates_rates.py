"""How often a gate lets a model pass, counted: many experiments of equally good models, chosen, compared and judged.

What is chosen among many on some rows flatters on these rows; on others it is as good as it is.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reconciler.controllers.experiments import ranked
from reconciler.controllers.gates import against_live
from reconciler.controllers.run_lifecycle import Lifecycle, Stage
from reconciler.model.ids import RunName
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.gates import Gate
from runners.evaluate.metrics import METRICS
from runners.evaluate.predictions import Answers
from runners.evaluate.resampling import bounds
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import SCORE

pytestmark = pytest.mark.slow
ACCURACY = next(metric for metric in METRICS["binary"] if metric.name == "accuracy")
EXPERIMENTS, TRIALS, ROWS, GOOD = 100, 200, 400, 0.85
Rng = np.random.Generator


def answers(hits: NDArray[np.bool_]) -> Answers:
    return Answers("binary", np.ones(len(hits), np.int64), hits.astype(np.int64))


def best(validation: NDArray[np.float64], test: NDArray[np.float64]) -> int:
    """Choose as an experiment does, from what its trials have left."""
    spec = stage.resource(SCORE, metric={"name": "accuracy"}).spec
    assert isinstance(spec, Experiment)
    results = [
        stage.trained({"accuracy": float(t)}, validation={"metrics": {"accuracy": float(v)}})
        for v, t in zip(validation, test, strict=True)
    ]
    trials = [Lifecycle(RunName(f"{n:03}"), Stage.ACCEPTED, "", result=result) for n, result in enumerate(results)]
    return int(ranked(spec, trials)[0].run)


def passing(rng: Rng, gate: Gate, candidate: float = GOOD) -> bool:
    """Choose among equally good trials, and hold the chosen one against a live model on the rows of the test."""
    validation = rng.binomial(ROWS, candidate, TRIALS) / ROWS
    tested = rng.random((TRIALS, ROWS)) < candidate
    own = tested[best(validation, tested.mean(axis=1))]
    return judged(gate, own, rng.random(ROWS) < GOOD)


def judged(gate: Gate, own: NDArray[np.bool_], live: NDArray[np.bool_]) -> bool:
    facts: dict[str, Any] = {}
    if gate.confidence is not None:
        low, high = bounds(ACCURACY, answers(live), answers(own), 7, gate.confidence)
        asked = {"metric": "accuracy", "confidence": gate.confidence, "slice": None, "value": None}
        facts = {"bounds": [{**asked, "low": low, "high": high}]}
    metrics = {"candidate.accuracy": float(own.mean()), "live.accuracy": float(live.mean())}
    (held,) = against_live({"metrics": metrics, "facts": facts}, [gate])
    return bool(held.passed)


def rate(passes: Callable[[Rng], bool]) -> float:
    return float(np.mean([passes(np.random.default_rng([3, number])) for number in range(EXPERIMENTS)]))


def gate(margin: float, confidence: float | None = None) -> Gate:
    return Gate(metric="accuracy", worse_than_live=margin, confidence=confidence)


def test_the_best_of_200_equal_models_beats_an_equal_live_one_as_often_as_not() -> None:
    """Judged on the rows that it was chosen on, it "beats" it in 99 of 100 experiments."""
    assert 0.4 < rate(lambda rng: passing(rng, gate(0.0))) < 0.66


def test_with_a_confidence_it_beats_it_as_seldom_as_that_says() -> None:
    assert 0.01 <= rate(lambda rng: passing(rng, gate(0.0, 0.95))) <= 0.12


def test_of_models_that_are_just_too_much_worse_so_many_pass() -> None:
    assert 0.01 <= rate(lambda rng: passing(rng, gate(0.02, 0.95), candidate=GOOD - 0.02)) <= 0.12
