"""What a `label` job is told. The twin of a spec's fields: see `reconciler.model.kinds.labels`."""

from typing import Literal

from runners.label.questions import Kind
from runners.label.scales import Scale
from runners.parameters import Block

Format = Literal["label-studio", "label-studio-csv", "coco", "yolo", "pascal-voc", "cvat", "conll", "doccano"]

Written = Format | Literal["label-studio-min"]
"""What merged labels are written in: JSON-MIN has a name of its own there, and is read as `label-studio`."""


class Exports(Block):
    """Where the annotations are, their format, and for Label Studio the `from_name` of the control tag that is read.

    `transcript` is that of what is written of each region.
    """

    url: str
    format: Format = "label-studio"
    question: str | None = None
    transcript: str | None = None


class Agreement(Block):
    """The lowest Krippendorff's alpha that is accepted, the fewest answers an example needs, the answers' scale.

    With a confidence, alpha is at least that high with it.
    """

    alpha: float = 0.0
    annotators: int = 1
    scale: Scale | None = None
    confidence: float | None = None


class Writing(Block):
    """The formats that merged labels are written in too, and the column of the texts that were annotated."""

    formats: tuple[Written, ...]
    text: str | None = None


class KnownAnswers(Block):
    """The table of the known answers to gold questions, where they are no version of labels."""

    url: str | None = None
    format: Literal["csv", "jsonl", "parquet"] = "csv"


class HeldTo(KnownAnswers):
    """How often annotators have to be right in gold questions, and whether others' answers are left out."""

    minimum: float | None = None
    leaves_out: bool = False


class Asked(Block):
    """The campaign whose answers are merged: its question, how many answers an example is to get, and whose count.

    Answers with a label that is retired don't count. `gain` is of how many of the newest answers it is told what they
    changed; `prelabelled` says that people were shown what a model said.
    """

    question: str
    answers: int = 1
    at_most: int = 1
    annotators: tuple[str, ...] | None = None
    retired: tuple[str, ...] = ()
    gold: HeldTo | None = None
    gain: int | None = None
    prelabelled: bool = False


class Things(Block):
    """The dataset's columns that name the things of a pair."""

    left: str
    right: str


class Parameters(Block):
    """The parameters of one merge of labels: of exports, or of the answers to a campaign."""

    exports: Exports | None = None
    campaign: Asked | None = None
    answer: Kind = "label"
    compared: Things | None = None
    merge: Literal["majority", "dawid-skene", "mace", "glad", "bradley-terry"] = "majority"
    choices: tuple[str, ...] | None = None
    agreement: Agreement = Agreement()
    dispute_below: float = 0.7
    disputed: Literal["keep", "drop"] = "keep"
    write: Writing | None = None
    note: str = ""
