"""Sets of labels as texts: what a model of several labels at once predicts, a JSON list of them in order.

So a set is a column's value like any other, for whoever stores, serves or compares answers.
"""

import json
from collections.abc import Iterable

from runners.contract.mistakes import shown


def text_of(labels: Iterable[str]) -> str:
    """Write a set of labels, equal ones alike."""
    return json.dumps(sorted(set(labels)), ensure_ascii=False, separators=(",", ":"))


def labels_in(text: str) -> list[str]:
    """Return the labels of a set, in order.

    Raises:
        ValueError: the text is no list of texts.
    """
    try:
        told = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise ValueError(f"{shown(text[:40])} is no list of labels")
    return told
