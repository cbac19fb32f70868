"""Importance: by how much the main metric falls when a column's values are shuffled (Breiman, 2001, section 10).

It asks the exported model, so it says the same of every kind of model.
"""

from collections.abc import Mapping

import numpy as np

from runners.evaluate.metrics import Metric
from runners.evaluate.predictions import Answers, answers_of
from runners.models import Model
from runners.train.examples import Examples

ROWS, MOST_COLUMNS = 2000, 200


def importance_of(model: Model, test: Examples, answers: Answers, metric: Metric, seed: int) -> Mapping[str, float]:
    """Return how much worse the metric is without each feature, the most important first; empty for pictures."""
    names = model.signature.columns
    if test.image or not 2 <= len(names) <= MOST_COLUMNS:
        return {}
    generator = np.random.default_rng(seed)
    rows = np.sort(generator.permutation(len(test))[:ROWS])
    some, before = test.take(rows), metric.of(answers.take(rows))
    columns = {name: some.columns[name] for name in names}
    sign = 1.0 if metric.goal == "maximize" else -1.0
    lost = {}
    for name in names:
        shuffled = {**columns, name: columns[name][generator.permutation(len(rows))]}
        after = metric.of(answers_of(answers.task, some.truth, model.predict(shuffled), test.classes))
        lost[name] = round(sign * (before - after), 6)
    return dict(sorted(((n, v) for n, v in lost.items() if np.isfinite(v)), key=lambda item: (-item[1], item[0])))
