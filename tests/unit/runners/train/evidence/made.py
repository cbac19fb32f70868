"""A trial that was trained, made by hand around a model that is mostly right."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from runners.contract import Violation
from runners.models import load
from runners.train.examples import Examples, Parts
from runners.train.findings import evaluate
from runners.train.fitted import Fitted, History
from runners.train.ranking import rank
from runners.train.trained import Trained
from tests.unit.runners.evaluate.conftest import trial
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_importance import ill

PROVENANCE = {"commit": "a" * 40, "input_dataset": "datasets/test/0123456789ab", "spec": "specs/x.yaml"}


def trained(folder: Path, *, violations: tuple[Violation, ...] = (), **told: Any) -> Trained:
    """Return a trial with a model, 150 rows that trained it, 50 that ranked it and 100 that tested it."""
    model = load(trial(folder))
    rows: Examples = replace(ill(), notes=("3 rows without ill",))
    parts = Parts(*(rows.take(np.arange(*ends)) for ends in ((150,), (150, 200), (200, 300))))
    asked = Asking(folder).trial(Path("dataset"), {"C": 0.5}, target="ill", **{"slices": ["town"], **told})
    prediction = model.predict(parts.test.inputs)
    signature = model.signature
    fitted = Fitted("model.onnx", "onnx", signature.inputs, signature.tensors, "score", "positive",
                    history=History("epoch", "loss", (1, 2), {"train": (0.9, 0.5), "validation": (0.9, 0.6)}),
                    reported=told.get("reported"))  # fmt: skip
    findings = evaluate(asked, model, parts.test, prediction, None)
    ranking = rank(asked, model, parts.validation, None)
    return Trained(
        asked, parts, fitted, model, prediction, ranking, findings, violations, datetime(2024, 1, 2, tzinfo=UTC)
    )
