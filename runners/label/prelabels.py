"""Pre-labels: which answers keep what a model said, and whether people follow it.

Some tasks show what the model says and others, drawn by lot, keep it back: how often an answer is the model's in the
one and in the other tells how far people follow it (automation bias). Whether that differs is asked by Fisher's exact
test at 5 %; the difference has the interval of Newcombe's hybrid score method, 95 %.

Newcombe, "Interval Estimation for the Difference between Independent Proportions" (1998,
https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I), method 10.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from pyarrow import parquet

from runners.contract import InputError
from runners.contract.files import KEPT_BACK
from runners.label.annotators import wilson
from runners.label.formats.label_studio import annotator_told
from runners.label.questions import Question
from runners.sources.failures import telling
from runners.sources.files import content, find

FILE = "prelabels.parquet"
LEVEL = 0.05
"""How often the test tells of a difference where there is none."""
MOST_VERSIONS = 10
MOST_TOLD = 20


class Kept(NamedTuple):
    """An answer beside what a model said of the example: `shown` tells whether the annotator saw that."""

    example: str
    annotator: str
    said: str
    model: str
    version: str
    shown: bool

    @property
    def is_same(self) -> bool:
        """Tell whether the answer says what the model said."""
        return self.said == self.model


def kept_in(url: str, question: Question) -> Iterator[Kept]:
    """Yield the answers of a campaign to tasks of which a model said something.

    Of an annotator's answers to one task the last one counts.

    Raises:
        InputError: the answers can't be read.
        SourceUnavailable: they are out of reach.
    """
    found = find(url, "label-studio")
    for path in found.paths:
        name = found.name(path)
        with telling(name):
            text = content(found, path, name)
        try:
            tasks = msgspec.json.decode(text, type=list[msgspec.Raw])
        except (ValueError, msgspec.ValidationError) as error:
            raise InputError(f"this is no list of tasks: {error}", name, "pull the answers again") from error
        for raw in tasks:
            yield from _of_task(msgspec.json.decode(raw), question, name)


def _of_task(task: Any, question: Question, source: str) -> Iterator[Kept]:
    if not isinstance(task, dict) or (model := _model(task, question)) is None:
        return
    label, version, shown = model
    data = task.get("data")
    example = str(data.get("id", "")) if isinstance(data, dict) else ""
    last: dict[str, tuple[str, str]] = {}
    for one in task.get("annotations") or ():
        if not isinstance(one, dict) or one.get("was_cancelled"):
            continue
        results = [item for item in one.get("result") or () if isinstance(item, dict)]
        if said := question.in_results(results, source):
            who, when = annotator_told(one.get("completed_by"), source), str(one.get("updated_at") or "")
            last[who] = max(last.get(who, ("", "")), (when, said.label))
    for who, (_, label_said) in sorted(last.items()):
        yield Kept(example, who, label_said, label, version, shown)


def _model(task: Mapping[str, Any], question: Question) -> tuple[str, str, bool] | None:
    """Return what a model said, which one, and whether people were shown it; None where it said nothing."""
    for one in task.get("predictions") or ():
        if isinstance(one, dict):
            results = [item for item in one.get("result") or () if isinstance(item, dict)]
            if said := question.in_results(results, "predictions"):
                return said.label, str(one.get("model_version") or ""), True
    meta = task.get("meta")
    told = meta.get(KEPT_BACK) if isinstance(meta, dict) else None
    if isinstance(told, dict) and isinstance(told.get("label"), str):
        return told["label"], str(told.get("version") or ""), False
    return None


def write_kept(path: Path, kept: Sequence[Kept]) -> None:
    """Write each answer beside what the model said."""
    columns = {name: [getattr(one, name) for one in kept] for name in Kept._fields}
    same = pa.array([one.is_same for one in kept], pa.bool_())
    parquet.write_table(pa.table({**columns, "accepted": same}), path, compression="zstd")


def facts_of(kept: Sequence[Kept]) -> dict[str, Any]:
    """Return how often answers keep what the model said, where it was shown and where it was kept back."""
    shown, back = ([one.is_same for one in kept if one.shown is is_shown] for is_shown in (True, False))
    told: dict[str, Any] = {"shown": _share(shown), "kept_back": _share(back)}
    told["versions"] = dict(Counter(one.version for one in kept).most_common(MOST_VERSIONS))
    people = Counter(one.annotator for one in kept if one.shown).most_common(MOST_TOLD)
    told["annotators"] = {
        name: _share([one.is_same for one in kept if one.shown and one.annotator == name]) for name, _ in sorted(people)
    }
    if shown and back:
        table = (sum(shown), len(shown), sum(back), len(back))
        chance = fisher(*table)
        told |= {"difference": difference(*table), "p": round(chance, 6), "test": "Fisher's exact test, two-sided, 5 %"}
        told["follows"] = bool(chance < LEVEL and sum(shown) / len(shown) > sum(back) / len(back))
    return told


def _share(is_same: Sequence[bool]) -> dict[str, Any]:
    count, same = len(is_same), sum(is_same)
    share = round(same / count, 6) if count else None
    return {"answers": count, "accepted": same, "share": share, "interval": wilson(same, count)}


def difference(same: int, count: int, other_same: int, other_count: int) -> dict[str, Any]:
    """Return the difference of two shares, with its interval."""
    one, other = same / count, other_same / other_count
    (low, high), (other_low, other_high) = wilson(same, count) or (0, 1), wilson(other_same, other_count) or (0, 1)
    below = math.sqrt((one - low) ** 2 + (other_high - other) ** 2)
    above = math.sqrt((high - one) ** 2 + (other - other_low) ** 2)
    apart = one - other
    return {"share": round(apart, 6), "interval": [round(apart - below, 6), round(apart + above, 6)]}


def fisher(same: int, count: int, other_same: int, other_count: int) -> float:
    """Return how likely a table as extreme as this one is where both shares are the same."""
    from scipy.stats import fisher_exact

    table = [[same, count - same], [other_same, other_count - other_same]]
    return float(fisher_exact(table)[1])
