"""A campaign: which examples people are asked about in a labelling tool, what, how often, and until when."""

from typing import Any, Literal, Self
from xml.etree import ElementTree as Xml

from pydantic import Field, model_validator

from reconciler.model.kinds.gold import Gold
from reconciler.model.kinds.label_config import Shown, Wanted, compact, control_of, problem_of
from reconciler.model.kinds.selection import MOST_ITEMS, ByModel, Select
from reconciler.model.kinds.spec import Block, reference

MOST_SLOTS = 20
"""People who are asked about one example."""


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


class Gain(Block):
    """How little newer answers may change: of the examples that they were about, few have another label by them."""

    answers: int = Field(ge=1, description="So many of the newest answers are looked at.")
    below: float = Field(
        gt=0,
        le=1,
        description="The upper bound of the 95 % interval of the share of examples whose label they changed.",
    )


class Stop(Block):
    """When nobody is asked anything more: as soon as one of these holds. What was asked already may be answered."""

    answers: int | None = Field(default=None, ge=1, description="So many answers were given: the budget is spent.")
    alpha: float | None = Field(
        default=None, ge=-1, le=1, description="The lower bound of alpha's 95 % interval has reached this."
    )
    disputed: float | None = Field(
        default=None, ge=0, le=1, description="No more than this share of the answered examples is disputed."
    )
    gain: Gain | None = Field(default=None, description="The newest answers changed hardly any label.")


class Prelabels(Block):
    """What a model says of an example, shown to those who answer, who may keep it or not."""

    deployment: reference("deployments") = Field(description="Whose model is asked.")  # type: ignore[valid-type]
    without: float = Field(
        default=0.2,
        ge=0,
        le=0.9,
        description="Share of the tasks in which nobody is shown what the model says: by them it is told how far "
        "people follow it. Where it is 0, nobody can tell.",
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
        description="The column that people are shown; the question is made from `answer` and `choices`. Of a dataset "
        "of pictures `image` is the picture itself, of recordings `audio` the recording.",
    )
    as_: Literal["text", "image", "audio"] = Field(default="text", alias="as", description="What stands in the column.")
    at: str | None = Field(
        default=None,
        pattern=r"^(https?://|s3://|gs://|azure-blob://|/)[^\s$]*$",
        max_length=2_000,
        examples=["https://pictures.example.org/shapes/"],
        description="Where people's browsers find the files of a dataset of pictures or recordings: a file's name "
        "comes right behind it. Unset, pictures stand in the tasks themselves, 64 MiB of them at most.",
    )
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
    prelabels: Prelabels | None = Field(default=None, description="Shows people what a served model says.")
    gold: Gold | None = Field(default=None, description="Mixes in questions whose answers are known.")
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

    def check(self, answer: str, choices: tuple[str, ...] | None) -> None:
        """See that it can be asked.

        Raises:
            ValueError: it can't be.
        """
        config = self.asked(answer, choices)
        if self.gold and answer != "label":
            raise ValueError(f"gold questions have one label each, and an answer is {answer}: leave campaign.gold out")
        tag = control_of(config, self.question)[0]
        if self.prelabels and (answer != "label" or tag != "Choices"):
            raise ValueError("a model says one label, to be chosen: leave campaign.prelabels out, or ask for choices")

    def columns(self, config: str) -> tuple[str, ...]:
        """Return the columns that a configuration shows, each once."""
        found = (value for tag in Xml.fromstring(config).iter() for value in tag.attrib.values())
        return tuple(dict.fromkeys(value[1:] for value in found if value.startswith("$") and len(value) > 1))

    @property
    def endpoints(self) -> dict[str, str]:
        """Return the deployments whose models are asked about the examples, by what for."""
        return self.select.endpoints | ({"prelabels": self.prelabels.deployment} if self.prelabels else {})

    def params(self, answer: str, choices: tuple[str, ...] | None) -> dict[str, Any]:
        """Return the parameters of the `choose` runner, where all models have answered that are asked."""
        config = self.asked(answer, choices)
        told = self.select.model_dump(mode="json", exclude_none=True, exclude={"disagreement", "lacking"})
        told = {"columns": list(self.columns(config)), **({"at": self.at} if self.at else {}), **told}
        if isinstance(self.select.uncertain, ByModel):
            told |= {"uncertain": None, "by": self.select.uncertain.by}
        if self.select.disagreement:
            told["disagreement"] = "labels" if self.select.disagreement.labels else "models"
        if self.select.lacking:
            told["lacking"] = self.select.lacking.model_dump(mode="json", include={"column", "target"})
        if self.gold:
            told["gold"] = {"share": self.gold.share, **self.gold.place}
        if self.prelabels:
            told["prelabels"] = {"question": self.question, "to": control_of(config, self.question)[1]}
        return told

    @property
    def merged(self) -> dict[str, Any]:
        """Return what the `label` runner has to know of it."""
        told: dict[str, Any] = {"question": self.question, "answers": self.answers.wanted, "at_most": self.answers.most}
        told |= {"annotators": list(self.annotators)} if self.annotators is not None else {}
        told |= {"retired": list(self.retire)} if self.retire else {}
        if self.gold:
            told["gold"] = {
                "minimum": self.gold.minimum,
                "leaves_out": self.gold.under == "left-out",
                **self.gold.place,
            }
        if self.stop.gain:
            told["gain"] = self.stop.gain.answers
        return told | ({"prelabelled": True} if self.prelabels else {})
