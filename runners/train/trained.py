"""A trial that was trained: all that its steps found out."""

from dataclasses import dataclass
from datetime import datetime

from runners.contract import Violation
from runners.models import Model, Prediction
from runners.train.coverage import Measured
from runners.train.examples import Parts
from runners.train.findings import Findings
from runners.train.fitted import Fitted
from runners.train.ranking import Ranking
from runners.train.trial import Trial


@dataclass(frozen=True, slots=True)
class Trained:
    """What was told, the rows, the model, how it ranks, its answers to the test rows, and how good they are."""

    trial: Trial
    parts: Parts
    fitted: Fitted
    model: Model
    prediction: Prediction
    ranking: Ranking
    findings: Findings
    violations: tuple[Violation, ...]
    began: datetime
    coverage: Measured | None = None
    """How often the truth of test rows is in what is answered beside the prediction."""
