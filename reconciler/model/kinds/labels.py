"""`labels`: what several people said of the examples of a dataset, merged by a stated rule."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.campaigns import Campaign
from reconciler.model.kinds.pins import Pin
from reconciler.model.kinds.spec import Block, Cron, JobSpec, reference

Format = Literal["label-studio", "label-studio-csv", "coco", "yolo", "pascal-voc", "cvat", "conll", "doccano"]
Answer = Literal[
    "label",
    "labels",
    "boxes",
    "spans",
    "polygons",
    "masks",
    "points",
    "segments",
    "relations",
    "text",
    "ranking",
    "comparison",
]
_ASKING = ("label-studio", "label-studio-csv")
_ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "coco": ("boxes", "polygons", "masks", "points"),
        "yolo": ("boxes", "polygons"),
        "pascal-voc": ("boxes",),
        "cvat": ("boxes", "polygons", "masks", "points", "label", "labels"),
        "conll": ("spans",),
        "doccano": ("spans", "label", "labels", "text"),
    }
)
"""What an answer may be in each format; in Label Studio's it may be anything."""


_REGIONS = ("boxes", "spans", "polygons", "masks", "points", "segments", "relations")
ONE_WAY = (*_REGIONS, "text", "ranking")
"""Answers that are merged in one way, and that no experiment here learns from."""


class Exports(Block):
    """Annotations as a tool exports them: one file for each project or annotator, or a folder for each annotator."""

    url: str = Field(description="An fsspec URL of a file, a folder or a glob of exports.")
    format: Format = Field(default="label-studio", description="What the exports are written in.")
    question: str | None = Field(
        default=None,
        description="`from_name` of the control tag whose answers are read; of Label Studio's formats alone.",
    )
    transcript: str | None = Field(
        default=None,
        description="`from_name` of the text area that is written for each segment, of Label Studio's JSON alone.",
    )

    @model_validator(mode="after")
    def _asks_where_questions_are(self) -> Self:
        if self.format in _ASKING and self.question is None:
            raise ValueError("give question, the `from_name` of the control tag whose answers are read")
        if self.format not in _ASKING and self.question is not None:
            raise ValueError(f"question is of Label Studio's formats: {self.format} has none, leave it out")
        if self.transcript is not None and self.format != "label-studio":
            raise ValueError(f"transcript is of Label Studio's JSON: {self.format} has none, leave it out")
        return self


WRITTEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("label-studio", "label-studio-min", "label-studio-csv"),
            ("label", "labels", "text", "boxes", "polygons", "masks", "points", "spans", "segments"),
        ),
        "coco": ("boxes", "polygons", "masks"),
        "yolo": ("boxes", "polygons"),
        "pascal-voc": ("boxes",),
        "cvat": ("boxes", "polygons", "masks", "points", "label", "labels"),
        "conll": ("spans",),
        "doccano": ("spans", "label", "labels", "text"),
    }
)
"""The answers that each format is written of."""


class Writing(Block):
    """Files of the merged labels for other tools, beside `labels.parquet`."""

    formats: tuple[Format | Literal["label-studio-min"], ...] = Field(
        min_length=1, description="The formats. What one can't say of an example leaves that out, and the facts tell."
    )
    text: str | None = Field(default=None, description="The dataset's column of the texts, for conll and doccano.")

    @model_validator(mode="after")
    def _knows_the_texts(self) -> Self:
        if self.text is None and (asking := sorted({"conll", "doccano"} & set(self.formats))):
            raise ValueError(f"{asking[0]} holds the texts themselves: give text, the dataset's column of them")
        return self


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


class Compared(Block):
    """The dataset's columns that name the two things of each row."""

    left: str = Field(min_length=1, description="The column of what is shown on the left.")
    right: str = Field(min_length=1, description="The column of what is shown on the right.")


class Labels(JobSpec):
    """A labelled version of a dataset, with agreement figures and a list of examples in dispute."""

    kind: ClassVar[str] = "labels"

    dataset: reference("datasets") = Field(description="The data that was labelled.")  # type: ignore[valid-type]
    exports: Exports | None = Field(default=None, description="Where the annotators' answers are, as a tool's exports.")
    campaign: Campaign | None = Field(
        default=None, description="Instead of exports: asks people in the environment's labelling tool."
    )
    answer: Answer = Field(
        default="label",
        description="What an answer is: one label, a set of labels (a multiple choice), each merged on its own, boxes, "
        "polygons, masks or points of a picture, spans of a text or relations between them, segments of a recording or "
        "a series, a text (a transcript), a ranking of several things, or which of two is better (a comparison).",
    )
    compared: Compared | None = Field(default=None, description="Of comparisons: which columns name what is compared.")
    merge: Literal["majority", "dawid-skene", "mace", "glad", "bradley-terry"] = Field(
        default="majority",
        description="How several answers become one: by count; weighed by each one's errors (dawid-skene), by who "
        "answers without knowing (mace), or by ability and difficulty (glad). Regions by count. Comparisons also by "
        "how good things are in all of theirs (bradley-terry).",
    )
    choices: tuple[str, ...] | None = Field(default=None, description="The labels allowed; others are refused.")
    agreement: Agreement = Field(default=Agreement(), description="How much the annotators must agree.")
    dispute_below: float = Field(default=0.7, ge=0, le=1, description="Confidence under which a label is disputed.")
    disputed: Literal["keep", "drop"] = Field(
        default="keep",
        description="Whether disputed labels are used or left out. Where equally many say otherwise there is no label "
        "in any case.",
    )
    write: Writing | None = Field(default=None, description="Files of the merged labels for other tools.")
    note: str = Field(default="", max_length=2000, description="Said wherever the labels are shown.")
    refresh: Cron | None = Field(default=None, description="When to read the answers again.")
    keep: int | None = Field(default=None, ge=1, description="Accepted versions to keep; unset, all.")
    pin: Pin | None = Field(
        default=None,
        description="The version to stand on, usually in an environment's patch: then nothing is made anew here.",
    )

    @model_validator(mode="after")
    def _sets_have_no_scale(self) -> Self:
        if self.answer != "label" and self.agreement.scale is not None:
            raise ValueError("agreement.scale is of single labels: other answers have one distance, leave it out")
        return self

    @model_validator(mode="after")
    def _has_answers(self) -> Self:
        if (self.exports is None) == (self.campaign is None):
            raise ValueError("give either exports, where the answers are, or a campaign, which asks for them")
        if self.campaign is not None:
            self.campaign.check(self.answer, self.choices)
        return self

    @model_validator(mode="after")
    def _can_be_read_and_merged(self) -> Self:
        able = _ANSWERS.get(self.exports.format) if self.exports else None
        if self.exports and able is not None and self.answer not in able:
            raise ValueError(f"in {self.exports.format} an answer is {' or '.join(able)}: say answer: {able[0]}")
        if self.exports and self.exports.transcript is not None and self.answer != "segments":
            raise ValueError("exports.transcript is written for segments: say answer: segments, or leave it out")
        if self.answer in ONE_WAY and self.merge != "majority":
            raise ValueError(f"answer: {self.answer} is merged in one way: leave merge out")
        if (self.answer == "comparison") != (self.compared is not None):
            raise ValueError("compared names the columns of what a comparison compares: give both, or neither")
        if self.answer != "comparison" and self.merge == "bradley-terry":
            raise ValueError("bradley-terry merges comparisons: say answer: comparison, or another merge")
        if self.answer in ("text", "ranking", "comparison") and self.choices is not None:
            raise ValueError(f"choices are labels, and an answer is a {self.answer}: leave them out")
        return self

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        for format_ in self.write.formats if self.write else ():
            if self.answer not in WRITTEN[format_]:
                raise ValueError(f"{format_} is written of {' or '.join(WRITTEN[format_])}, not of {self.answer}")
        return self

    @cached_property
    def label_params(self) -> dict[str, Any]:
        """Return the parameters of the `label` runner."""
        fields = {
            "exports",
            "answer",
            "compared",
            "merge",
            "choices",
            "agreement",
            "dispute_below",
            "disputed",
            "write",
            "note",
        }
        told = self.model_dump(mode="json", include=fields, exclude_none=True)
        return told if self.campaign is None else {**told, "campaign": self.campaign.merged}
