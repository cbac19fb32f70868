"""Predictions as a source: rows that a model makes of the rows of another dataset."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from reconciler.model.kinds.spec import DNS_LABEL, Block, reference
from reconciler.model.text import printable
from runners.contract.one_or_many import Names

Scorer = Annotated[str, StringConstraints(pattern=rf"^(deployments|experiments)/{DNS_LABEL[1:]}")]
"""What has a model: a deployment or an experiment."""
ANSWERS = ("prediction", "predicted_probability", "model")
OF_CLASS = "probability_"
"""What a column of the answers is called, or begins with."""


class PredictionsSource(Block):
    """What a model says of each row of another dataset. Rows that came are scored; by another model, all of them."""

    of: reference("datasets") = Field(description="The dataset whose rows are scored.")  # type: ignore[valid-type]
    by: Scorer = Field(
        description="Whose model: that which answers for all requests of a deployment, or the best of an experiment.",
        examples=["deployments/credit", "experiments/credit"],
        json_schema_extra={"x-reference": "deployments"},
    )
    keep: Names = Field(
        default=(),
        max_length=1000,
        description="Columns of the rows that stand beside the answers; unset, the one that names a row.",
        examples=[["id", "region"]],
    )

    @model_validator(mode="after")
    def _keeps_no_answer(self) -> "PredictionsSource":
        if odd := next((name for name in self.keep if name in ANSWERS or name.startswith(OF_CLASS)), None):
            what = f"keep names {printable(odd)}, and a column of the answers is called so"
            raise ValueError(f"{what}: rename it by a query first, or leave it out")
        return self

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it."""
        return self.model_dump(mode="json")
