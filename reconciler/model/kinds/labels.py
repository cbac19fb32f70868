"""`labels`: what several people said of the examples of a dataset, merged by a stated rule."""

from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block, Cron, JobSpec, reference


class Exports(Block):
    """Label Studio JSON exports, one file for each project or annotator."""

    url: str = Field(description="An fsspec URL of a file, a folder or a glob of Label Studio JSON exports.")
    question: str = Field(description="`from_name` of the control tag whose answers are read.")


class Agreement(Block):
    """How much the annotators must agree before their labels are used."""

    alpha: float = Field(default=0.0, ge=-1, le=1, description="Lowest Krippendorff's alpha that is accepted.")
    annotators: int = Field(default=1, ge=1, description="Fewest answers an example needs.")
    scale: Literal["nominal", "ordinal", "interval"] | None = Field(
        default=None,
        description="How far apart two answers are: any two alike (nominal), by rank, or by difference. Unset, choices "
        "are nominal, ratings ordinal and numbers interval. An ordinal scale of texts has the order of `choices`.",
    )
    confidence: float | None = Field(
        default=None,
        ge=0.5,
        le=0.99,
        description="How sure that has to be: the lower bound of alpha's interval passes, not the figure alone.",
    )


class Labels(JobSpec):
    """A labelled version of a dataset, with agreement figures and a list of examples in dispute."""

    kind: ClassVar[str] = "labels"

    dataset: reference("datasets") = Field(description="The data that was labelled.")  # type: ignore[valid-type]
    exports: Exports = Field(description="Where the annotators' answers are.")
    answer: Literal["label", "labels"] = Field(
        default="label",
        description="What an answer is: one label, or a set of labels (a multiple choice), each merged on its own.",
    )
    merge: Literal["majority", "dawid-skene"] = Field(
        default="majority", description="How several answers become one: by count, or weighed by each one's errors."
    )
    choices: tuple[str, ...] | None = Field(default=None, description="The labels allowed; others are refused.")
    agreement: Agreement = Field(default=Agreement(), description="How much the annotators must agree.")
    dispute_below: float = Field(default=0.7, ge=0, le=1, description="Confidence under which a label is disputed.")
    disputed: Literal["keep", "drop"] = Field(
        default="keep",
        description="Whether disputed labels are used or left out. Where equally many say otherwise there is no label "
        "in any case.",
    )
    note: str = Field(default="", max_length=2000, description="Said wherever the labels are shown.")
    refresh: Cron | None = Field(default=None, description="When to read the answers again.")
    keep: int | None = Field(default=None, ge=1, description="Accepted versions to keep; unset, all.")

    @model_validator(mode="after")
    def _sets_have_no_scale(self) -> Self:
        if self.answer == "labels" and self.agreement.scale is not None:
            raise ValueError("agreement.scale is of single labels: of sets the distance is MASI, leave it out")
        return self

    @cached_property
    def label_params(self) -> dict[str, Any]:
        """Return the parameters of the `label` runner."""
        fields = {"exports", "answer", "merge", "choices", "agreement", "dispute_below", "disputed", "note"}
        return self.model_dump(mode="json", include=fields, exclude_none=True)
