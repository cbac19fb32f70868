"""The order in which examples are asked about: by a model's doubt, or by how far former labels or two models differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyarrow import parquet

from runners.contract import InputError
from runners.label.scores import apart, doubt, read_scores
from runners.staging import local

LABELS = "labels.parquet"
_LAST = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """An order of examples by the texts of their identifiers, smallest first; without a name it says nothing."""

    name: str = ""
    rank: Callable[[str], tuple[float, ...]] = lambda _: ()


def order_of(by: str | None, disagreement: str | None, inputs: Mapping[str, str]) -> Order:
    """Return the order that is asked for, as far as there is what it goes by.

    Args:
        by: how a model's doubt is measured.
        disagreement: of what: former labels, or two models.
        inputs: URLs of what runs have left, by role.

    Raises:
        InputError: what was left is something else.
    """
    if by is not None and "uncertain" in inputs:
        scores = read_scores(local(inputs["uncertain"]))
        return Order(by, lambda name: (doubt(scores.get(name), by),))
    if disagreement == "models" and {"disagreement", "against"} <= inputs.keys():
        one, other = (read_scores(local(inputs[role])) for role in ("disagreement", "against"))
        return Order("models", lambda name: apart(one.get(name), other.get(name)))
    if disagreement == "labels" and "disagreement" in inputs:
        agreed = agreement_in(inputs["disagreement"])
        return Order("labels", lambda name: (agreed.get(name, _LAST),))
    return Order()


def agreement_in(url: str) -> dict[str, float]:
    """Return the share of answers of former labels that say what most say, by the text of their example's identifier.

    An example with a single answer says nothing of disagreement and isn't there.

    Raises:
        InputError: the folder holds no labels.
    """
    file = local(url) / LABELS
    if not file.is_file():
        raise InputError(f"these labels hold no {LABELS}", "select.disagreement", "merge them again")
    found: dict[str, float] = {}
    for batch in parquet.ParquetFile(file).iter_batches(columns=["id", "answers"]):
        for row in batch.to_pylist():
            said = [_text(answer["answer"]) for answer in row["answers"] or ()]
            if len(said) > 1:
                found[str(row["id"])] = max(map(said.count, said)) / len(said)
    return found


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else repr(answer)
