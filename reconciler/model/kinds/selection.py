"""Which examples of a dataset people are asked about, and in which order."""

from typing import Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block, reference

MOST_ITEMS = 50_000
"""Examples of one campaign."""


class ByModel(Block):
    """A deployment whose model is asked about the examples, and how its doubt is measured."""

    deployment: reference("deployments") = Field(description="Whose model is asked.")  # type: ignore[valid-type]
    by: Literal["entropy", "margin"] = Field(
        default="entropy",
        description="The entropy of its probabilities, or how far the second one is below the first.",
    )


class Disagreement(Block):
    """The examples come first on which former labels were least of one mind, or two models differ."""

    labels: reference("labels") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Former labels: the examples whose answers agreed least come first.",
        json_schema_extra={"x-reference": "labels"},
    )
    deployment: reference("deployments") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Instead of labels, one of two models.",
        json_schema_extra={"x-reference": "deployments"},
    )
    against: reference("deployments") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="The other one: where both are sure and yet differ comes first.",
        json_schema_extra={"x-reference": "deployments"},
    )

    @model_validator(mode="after")
    def _of_labels_or_two_models(self) -> Self:
        if (self.labels is None) != (self.deployment is not None and self.against is not None):
            raise ValueError("give labels, or deployment and against: two models")
        if self.labels is not None and (self.deployment or self.against):
            raise ValueError("give labels, or deployment and against: two models")
        if self.deployment is not None and self.deployment == self.against:
            raise ValueError(f"{self.deployment} never differs from itself: name another deployment in against")
        return self


class Lacking(Block):
    """Slices with fewer labels than they should have: of each, so many examples that it reaches the target."""

    column: str = Field(max_length=200, description="The column whose values are the slices.")
    target: int = Field(ge=1, le=MOST_ITEMS, description="Labels that each slice should have.")
    labels: reference("labels") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Labels that there are already, and that count; unset, there are none.",
        json_schema_extra={"x-reference": "labels"},
    )


class Select(Block):
    """Which examples people are asked about; all of the dataset's where nothing is said."""

    where: str | None = Field(
        default=None,
        max_length=2000,
        examples=["country = 'NL' and amount > 1000"],
        description="A condition on the dataset's columns, in SQL.",
    )
    sample: int | None = Field(
        default=None, ge=1, le=MOST_ITEMS, description="So many of them, drawn by a hash of their identifier."
    )
    each: str | None = Field(
        default=None,
        max_length=200,
        description="A column: the sample is spread evenly over its values, so that rare slices have labels too.",
    )
    uncertain: str | ByModel | None = Field(
        default=None,
        description="The most uncertain come first: a column with a model's probability, from 0 to 1, or a deployment "
        "whose model is asked.",
    )
    disagreement: Disagreement | None = Field(
        default=None, description="The examples on which former labels or two models disagree most come first."
    )
    lacking: Lacking | None = Field(default=None, description="Only as many of each slice as it lacks labels.")

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        if self.each is not None and self.sample is None:
            raise ValueError("each spreads a sample: give sample, or leave each out")
        if self.uncertain is not None and self.disagreement is not None:
            raise ValueError("uncertain and disagreement are two orders: give one of them")
        if self.each is not None and self.lacking is not None:
            raise ValueError("each and lacking both divide by slices: give one of them")
        if isinstance(self.uncertain, str) and not 0 < len(self.uncertain) <= 200:
            raise ValueError("uncertain names a column, or a deployment: {deployment: deployments/NAME}")
        return self

    @property
    def endpoints(self) -> dict[str, str]:
        """Return the deployments whose models are asked, by what for."""
        found = {"uncertain": self.uncertain.deployment} if isinstance(self.uncertain, ByModel) else {}
        told = self.disagreement
        if told and told.deployment and told.against:
            found |= {"disagreement": told.deployment, "against": told.against}
        return found

    @property
    def former(self) -> dict[str, str]:
        """Return the labels that are looked at, by what for."""
        found = {"disagreement": self.disagreement.labels} if self.disagreement and self.disagreement.labels else {}
        return found | ({"lacking": self.lacking.labels} if self.lacking and self.lacking.labels else {})
