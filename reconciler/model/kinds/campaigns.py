"""A campaign: which examples people are asked about in a labelling tool, what, how often, and until when."""

from typing import Any, Literal, Self
from xml.etree import ElementTree as Xml

from pydantic import Field, model_validator

from reconciler.model.kinds.label_config import Shown, Wanted, compact, problem_of
from reconciler.model.kinds.spec import Block

MOST_ITEMS = 50_000
"""Examples of one campaign."""
MOST_SLOTS = 20
"""People who are asked about one example."""


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
    uncertain: str | None = Field(
        default=None,
        max_length=200,
        description="A column with a model's probability, from 0 to 1: the examples nearest to 0.5 come first.",
    )

    @model_validator(mode="after")
    def _spreads_a_sample(self) -> Self:
        if self.each is not None and self.sample is None:
            raise ValueError("each spreads a sample: give sample, or leave each out")
        return self


class Answers(Block):
    """How many people are asked about each example: so many, and more only where they leave it unsure."""

    wanted: int = Field(default=1, ge=1, le=MOST_SLOTS, description="Answers that each example gets.")
    at_most: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SLOTS,
        description="Answers that an example may get, one after another, while its label is surer by less than "
        "`dispute_below`. Unset, none gets more than it was meant to.",
    )

    @model_validator(mode="after")
    def _most_is_more(self) -> Self:
        if self.at_most is not None and self.at_most < self.wanted:
            raise ValueError(f"at_most is {self.at_most}, and {self.wanted} are wanted: raise it, or leave it out")
        return self

    @property
    def most(self) -> int:
        """Return how many answers an example may get."""
        return self.at_most or self.wanted


class Stop(Block):
    """When nobody is asked anything more: as soon as one of these holds. What was asked already may be answered."""

    answers: int | None = Field(default=None, ge=1, description="So many answers were given: the budget is spent.")
    alpha: float | None = Field(
        default=None, ge=-1, le=1, description="The lower bound of alpha's 95 % interval has reached this."
    )
    disputed: float | None = Field(
        default=None, ge=0, le=1, description="No more than this share of the answered examples is disputed."
    )


class TaskDeletion(Block):
    """How many unanswered tasks one pass may delete without a person's word: the smaller of a number and a share."""

    number: int = Field(default=100, ge=0, description="Tasks that one pass may delete.")
    share: float = Field(default=0.1, ge=0, le=1, description="Share of all tasks that one pass may delete.")

    def allowed(self, tasks: int) -> int:
        """Return how many of so many tasks one pass may delete: one at least, unless the number is 0."""
        return min(self.number, max(1, int(self.share * tasks)))


class Campaign(Block):
    """Asks people in the environment's labelling tool, instead of reading exports."""

    show: Shown | None = Field(
        default=None,
        description="The column that people are shown; the question is made from `answer` and `choices`.",
    )
    as_: Literal["text", "image", "audio"] = Field(default="text", alias="as", description="What stands in the column.")
    rating: int | None = Field(default=None, ge=2, le=10, description="Asks for so many stars, instead of a label.")
    config: str | None = Field(
        default=None,
        max_length=100_000,
        description="Instead of `show`, a labelling configuration of one's own: Label Studio's XML.",
    )
    question: str = Field(
        default="answer",
        pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,99}$",
        description="`from_name` of the control tag whose answers count.",
    )
    guide: str = Field(default="", max_length=50_000, description="What people are told before they begin, Markdown.")
    select: Select = Field(default=Select(), description="Which examples they are asked about.")
    answers: Answers = Field(default=Answers(), description="How many people are asked about each.")
    batch: int | None = Field(
        default=None,
        ge=1,
        le=MOST_ITEMS,
        description="Asks about so many examples, and about the next so many when those are answered, until `stop`.",
    )
    stop: Stop = Field(default=Stop(), description="When nobody is asked anything more.")
    every: int | None = Field(
        default=None,
        ge=1,
        description="New answers after which all are merged anew; unset, a tenth of those that there were. "
        "The last ones always are.",
    )
    retire: tuple[str, ...] = Field(
        default=(),
        max_length=100,
        description="Labels that were given and may go from the question; unless they stand here, it isn't changed.",
    )
    deletion: TaskDeletion = Field(default=TaskDeletion(), description="How many unanswered tasks one pass may delete.")
    annotators: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        examples=[["ada@example.org", "ben@example.org"]],
        description="Whose answers count, by the e-mail addresses of their accounts; unset, everybody's.",
    )

    @model_validator(mode="after")
    def _asks_one_way(self) -> Self:
        if (self.show is None) == (self.config is None):
            raise ValueError("give either show, the column that people are shown, or config, Label Studio's XML")
        if self.config is not None and self.rating is not None:
            raise ValueError("rating goes with show: config says by itself what it asks")
        if self.config is not None and (wrong := problem_of(self.config, self.question)):
            raise ValueError(f"config {wrong}")
        return self

    def asked(self, answer: str, choices: tuple[str, ...] | None) -> str:
        """Return the labelling configuration.

        Raises:
            ValueError: it can't be made of what is said.
        """
        if self.config is not None:
            return self.config.strip()
        assert self.show is not None
        return compact(Wanted(self.question, self.show, self.as_, answer, choices, self.rating))

    def columns(self, config: str) -> tuple[str, ...]:
        """Return the columns that a configuration shows, each once."""
        found = (value for tag in Xml.fromstring(config).iter() for value in tag.attrib.values())
        return tuple(dict.fromkeys(value[1:] for value in found if value.startswith("$") and len(value) > 1))

    def params(self, answer: str, choices: tuple[str, ...] | None) -> dict[str, Any]:
        """Return the parameters of the `choose` runner."""
        columns = self.columns(self.asked(answer, choices))
        return {"columns": list(columns), **self.select.model_dump(mode="json", exclude_none=True)}

    @property
    def merged(self) -> dict[str, Any]:
        """Return what the `label` runner has to know of it."""
        told: dict[str, Any] = {"question": self.question, "answers": self.answers.wanted, "at_most": self.answers.most}
        told |= {"annotators": list(self.annotators)} if self.annotators is not None else {}
        return told | ({"retired": list(self.retire)} if self.retire else {})
