"""`experiments`: trials over a space of parameters, each a run that leaves a model and its metrics."""

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from reconciler.model.kinds.spec import DNS_LABEL, Block, JobSpec, reference
from reconciler.model.text import printable
from runners.contract.coverage import AskedCoverage
from runners.contract.one_or_many import Names
from runners.contract.preparations import Preparations, Step, as_told, flaw


class Metric(Block):
    """The figure that ranks trials, on the validation rows."""

    name: str = Field(description="A metric of the runner's, such as roc_auc, accuracy or rmse.")
    goal: Literal["maximize", "minimize"] = Field(default="maximize", description="Which way is better.")


class Budget(Block):
    """How much an experiment may cost. A sweep that is larger is refused, not cut short in silence."""

    trials: int = Field(
        default=16, ge=1, le=10_000, description="Most trials of the sweep; intervals are sampled up to it."
    )
    gpu_hours: float = Field(default=0.0, ge=0, description="Most GPU hours of all trials together.")


class Command(Block):
    """Code of one's own: a command that reads `$SETPOINT_TRAIN` and leaves a model under `$SETPOINT_OUTPUT`."""

    command: tuple[str, ...] = Field(min_length=1, description="The program and its arguments, one to an entry.")
    code: str | None = Field(default=None, description="A folder of this repository, there as the work directory.")
    image: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        pattern=r"^[!-~]+$",
        description="A container image that has the runners too, for pools on Kubernetes; others refuse the job.",
    )


class Module(Block):
    """Code of one's own: a Python module that is run with `python -m`."""

    module: str = Field(
        pattern=r"^[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)*$", description="The module's dotted name, such as churn.train."
    )
    code: str | None = Field(default=None, description="A folder of this repository, there as the work directory.")


class Split(Block):
    """How the rows are divided into three sets: at random by seed, or the last shares in the order of a column."""

    test: float = Field(
        default=0.25, gt=0, lt=1, description="Share of the rows on which models are judged: gates, evidence, monitors."
    )
    validation: float = Field(
        default=0.15, gt=0, lt=1, description="Share of the rows by which trials are ranked; the rest train."
    )
    by: str | None = Field(
        default=None, description="Column to order by; the last rows test, and those before them validate."
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**32,
        description="Seed by which rows are dealt out; unset, the experiment's `seed`, so that another one of those "
        "deals the rows anew, too.",
    )

    @model_validator(mode="after")
    def _leaves_rows(self) -> Self:
        if self.test + self.validation >= 1:
            raise ValueError("test and validation together leave no rows to train on")
        return self


class Experiment(JobSpec):
    """A sweep of trials on one version of a dataset."""

    kind: ClassVar[str] = "experiments"

    dataset: reference("datasets") = Field(description="The data to learn from.")  # type: ignore[valid-type]
    labels: reference("labels") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Labels of that data, where people made them.",
        json_schema_extra={"x-reference": "labels"},
    )
    weigh: Literal["confidence"] | None = Field(
        default=None, description="By what each training row counts: the confidence of its label; unset, all the same."
    )
    soft: bool = Field(
        default=False,
        description="Whether training rows are learned from by how probable each class is, as the labels' answers tell "
        "(soft labels), not by the one label. Models are ranked and judged by the one label in any case.",
    )
    disputed: Literal["keep", "drop"] = Field(
        default="keep", description="Whether training rows whose label is in dispute train, or are left out."
    )
    target: str = Field(
        description="The column that is predicted: `label` of labels; of sets one (`labels.cat`) or all (`labels`)."
    )
    task: Literal["binary", "multiclass", "multilabel", "regression"] = Field(
        default="binary", description="What the target is; `multilabel` is several labels at once, of `labels` of sets."
    )
    features: Names | None = Field(default=None, description="Columns to learn from; unset, all others.")
    exclude: Names = Field(default=(), description="Columns to leave out.")
    slices: Names = Field(default=(), description="Columns by whose values the metrics are shown again.")
    split: Split = Field(default=Split(), description="Which rows train, which rank trials, and which test.")
    runner: Annotated[str, StringConstraints(pattern=DNS_LABEL)] | Command | Module = Field(
        description="What trains: a runner by its name, or a command or module of one's own."
    )
    preparations: Preparations | Literal["proposed"] | None = Field(
        default=None,
        description="What is done with columns before `tabular` or `images` learns from them; `proposed` has them "
        "proposed by what the data shows. A column without any is prepared as ever.",
        examples=[{"opened": [{"datetime": {"parts": ["year", "month"]}}], "note": [{"text": {"terms": 500}}]}],
    )
    coverage: AskedCoverage | None = Field(
        default=None,
        description="Has models answer, beside a prediction, what holds the truth in this share of rows: `lower` and "
        "`upper` of a number, a `set` of classes. Calibrated on the validation rows, measured on the test rows.",
        examples=[{"share": 0.9}],
    )
    params: dict[str, Any] = Field(default={}, description="Fixed values, or Hydra sweeps such as choice(a, b).")
    metric: Metric = Field(description="The figure by which trials are ranked.")
    budget: Budget = Field(default=Budget(), description="How much all trials may cost.")
    seed: int = Field(
        default=0,
        ge=0,
        lt=2**32,
        description="Seed of everything that is drawn at random, and of the split where that has none of its own.",
    )
    keep: int | None = Field(default=None, ge=0, description="Trials of former sweeps to keep; unset, all.")

    @model_validator(mode="after")
    def _weighs_labels(self) -> Self:
        if self.weigh is not None and self.labels is None:
            raise ValueError("weigh counts rows by the confidence of their labels: give labels, too")
        if self.weigh is not None and not isinstance(self.runner, str):
            raise ValueError("weigh is for the runners that come with Setpoint: code of your own reads `confidence`")
        return self

    @model_validator(mode="after")
    def _learns_from_labels(self) -> Self:
        if self.labels is None and (self.soft or self.disputed != "keep"):
            name = "soft" if self.soft else "disputed"
            raise ValueError(f"{name} is of what annotators said of rows: give labels, too")
        if self.soft and not isinstance(self.runner, str):
            raise ValueError("soft is for the runners that come with Setpoint: code of your own reads $SETPOINT_LABELS")
        if self.soft and self.task == "regression":
            raise ValueError("soft is of classes, and the task is regression: leave it out")
        return self

    @model_validator(mode="after")
    def _has_labels_to_join(self) -> Self:
        if self.task == "multilabel" and (self.labels is None or self.target != "labels"):
            raise ValueError("multilabel predicts the sets that people labelled: give labels, and say target: labels")
        return self

    @model_validator(mode="after")
    def _covers_what_can_be(self) -> Self:
        if self.coverage is not None and self.task == "multilabel":
            raise ValueError("coverage is of one class or one number, and multilabel predicts several: leave it out")
        by = self.coverage.by if self.coverage else None
        if by == "class" and self.task == "regression":
            raise ValueError("coverage by class is of classes, and the task is regression: say `by: prediction`")
        if by == "prediction" and self.task != "regression":
            raise ValueError("coverage by prediction is of numbers, and the task is of classes: say `by: class`")
        return self

    @model_validator(mode="after")
    def _prepares_what_can_be(self) -> Self:
        if self.preparations is not None and self.runner not in ("tabular", "images"):
            raise ValueError("preparations are for the runners tabular and images: what else trains prepares by itself")
        named = self.preparations if isinstance(self.preparations, dict) else {}
        if odd := next((name for name, steps in named.items() for one in steps if not self._fits(name, one)), None):
            raise ValueError(
                f"the preparations of {printable(odd)}: picture is for the column image of the runner images"
            )
        for column, steps in named.items():
            if not steps or (what := flaw(steps)):
                raise ValueError(f"the preparations of {printable(column)}: {what if steps else 'there are none'}")
        return self

    def _fits(self, column: str, step: Step) -> bool:
        """Tell whether a step is one of pictures where pictures are learned from, and only there."""
        return (step.picture is not None, column == "image" or step.picture is None) == (self.runner == "images", True)

    def code(self) -> str | None:
        """Return the folder of the user's own code, if the runner has one."""
        return None if isinstance(self.runner, str) else self.runner.code

    def image(self) -> str:
        """Return the container image that the user's command asks for; empty where it asks for none."""
        return (self.runner.image or "") if isinstance(self.runner, Command) else ""

    @cached_property
    def train_params(self) -> dict[str, Any]:
        """Return what every trial's training job is told, apart from the trial's own `params`."""
        fields = {"target", "task", "features", "exclude", "slices", "split", "metric", "weigh"}
        told = self.model_dump(mode="json", include=fields, exclude_none=True)
        told |= ({"soft": True} if self.soft else {}) | ({"disputed": "drop"} if self.disputed == "drop" else {})
        steps = self.preparations if isinstance(self.preparations, dict) else {}
        told |= {"coverage": self.coverage.model_dump(exclude_none=True)} if self.coverage else {}
        return told | ({"preparations": as_told(steps)} if steps else {})
