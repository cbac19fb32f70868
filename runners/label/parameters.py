"""What a `label` job is told. The twin of a spec's fields: see `reconciler.model.kinds.labels`."""

from typing import Literal

from runners.label.scales import Scale
from runners.parameters import Block


class Exports(Block):
    """Where the Label Studio exports are, and the `from_name` of the control tag whose answers are read."""

    url: str
    question: str


class Agreement(Block):
    """The lowest Krippendorff's alpha that is accepted, the fewest answers an example needs, the answers' scale.

    With a confidence, alpha is at least that high with it.
    """

    alpha: float = 0.0
    annotators: int = 1
    scale: Scale | None = None
    confidence: float | None = None


class Parameters(Block):
    """The parameters of one merge of labels."""

    exports: Exports
    answer: Literal["label", "labels"] = "label"
    merge: Literal["majority", "dawid-skene"] = "majority"
    choices: tuple[str, ...] | None = None
    agreement: Agreement = Agreement()
    dispute_below: float = 0.7
    disputed: Literal["keep", "drop"] = "keep"
    note: str = ""
