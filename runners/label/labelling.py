"""One merge of labels from its exports to its result: match, merge, measure, judge."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from runners.contract import Result
from runners.label.agreement import alpha_of, annotators_of, pairs_of, undefined
from runners.label.answers import Answers, Places
from runners.label.examples import read_examples
from runners.label.exports import read_exports
from runners.label.matching import Matched, match
from runners.label.merging import NOBODYS, RULES, Labels
from runners.label.parameters import Parameters
from runners.label.pictures import draw_agreement
from runners.label.scales import values_of
from runners.label.verdict import SHOWN, judge
from runners.tables.columns import plain
from runners.tables.content import content_of_table

MOST_ANNOTATORS = 20
"""Annotators that the facts name; `agreement.json` has all."""
MOST_LABELS = 20
"""Labels that the facts count."""
LABELS, DISPUTES, AGREEMENT, PICTURE = "labels.parquet", "disputes.json", "agreement.json", "agreement.png"


def label(params: Parameters, dataset: str, folder: Path) -> Result:
    """Merge the exports' answers about a dataset into a folder.

    Args:
        params: which exports, and how they are merged and judged.
        dataset: URL of the dataset's folder.
        folder: where everything is written.

    Raises:
        InputError: the exports or the dataset are wrong.
        SourceUnavailable: one of them is out of reach.
    """
    examples = read_examples(dataset)
    return settle(params, match(read_exports(params.exports), examples), len(examples), folder)


def settle(params: Parameters, matched: Matched, examples: int, folder: Path) -> Result:
    """Merge what was said of so many examples into a folder, measure the agreement and judge it.

    Raises:
        InputError: an answer has no place on the scale of agreement.
    """
    answers, scale = matched.answers, params.agreement.scale or matched.scale
    values = values_of(answers.labels, scale, params.choices)
    alpha = alpha_of(answers, values, by_rank=scale == "ordinal")
    merged = RULES[params.merge](answers).held_to(answers, matched.truths)
    is_used = _used(params, merged)
    labelled = int(is_used.sum())
    annotators = annotators_of(answers, merged)
    table = _table(answers, merged, is_used)
    parquet.write_table(table, folder / LABELS, compression="zstd")
    disputes = _disputes(answers, merged, params.dispute_below)
    _write_json(folder / DISPUTES, disputes)
    figures = {"alpha": alpha, "scale": scale, "annotators": annotators, "pairs": pairs_of(answers)}
    _write_json(folder / AGREEMENT, figures | {"note": params.note})
    draw_agreement(folder / PICTURE, answers, merged, annotators, params.note)
    violations = tuple(judge(params, matched, labelled, alpha))
    counts = {"examples": examples, "labelled": labelled, "disputes": len(disputes), "answers": len(answers)}
    return Result(
        accepted=not violations,
        violations=violations,
        metrics=_metrics(counts, alpha) | {"annotators": len(annotators)},
        facts={
            "alpha": alpha,
            "undefined": undefined(answers),
            "scale": scale,
            "annotators": _busiest(annotators),
            "answered": len(merged),
            "ground_truth": len(matched.truths),
            "disputes": len(disputes),
            "disputed": params.disputed,
            "most_disputed": disputes[:SHOWN],
            "ties": int((merged.label == NOBODYS).sum()),
            "labels": _counts(merged, is_used),
            "unlabelled": examples - labelled,
            "merge": params.merge,
            "note": params.note,
        },
        content=content_of_table(table.select(["id", "label", "confidence"])),
    )


def _used(params: Parameters, merged: Labels) -> NDArray[np.bool_]:
    """Tell which labels are used: not those of ties, and those in dispute only where the spec keeps them."""
    least = params.dispute_below if params.disputed == "drop" else 0.0
    is_used: NDArray[np.bool_] = (merged.label != NOBODYS) & (merged.confidence >= least)
    return is_used


def _metrics(counts: Mapping[str, int], alpha: float | None) -> dict[str, float]:
    coverage = counts["labelled"] / counts["examples"] if counts["examples"] else 0.0
    return {**counts, "coverage": coverage} | ({} if alpha is None else {"alpha": alpha})


def _table(answers: Answers, merged: Labels, is_used: NDArray[np.bool_]) -> Any:
    """Return the labels as a table, ids typed as in the dataset; a row without a label trains nothing."""
    ids = plain(pa.array(list(answers.examples))) if answers.examples else pa.array([], pa.string())
    votes = answers.votes()
    each = pa.StructArray.from_arrays(
        [_texts(answers.annotators, answers.annotator), _texts(answers.labels, answers.label)], ["annotator", "answer"]
    )
    ends = np.concatenate([[0], np.cumsum(votes)]).astype(np.int32)
    return pa.table(
        {
            "id": ids,
            "label": _texts(merged.names, merged.label, where=is_used),
            "confidence": pa.array(merged.confidence, pa.float64()),
            "votes": pa.array(votes, pa.int64()),
            "answers": pa.ListArray.from_arrays(pa.array(ends), each),
        }
    )


def _texts(names: Sequence[str], places: Places, where: NDArray[np.bool_] | None = None) -> Any:
    """Return the names at some places, null where they don't count."""
    return pa.array(names, pa.string()).take(pa.array(places, pa.int64(), mask=None if where is None else ~where))


def _disputes(answers: Answers, merged: Labels, below: float) -> list[dict[str, Any]]:
    """List the examples whose confidence is too low or that are ties, the most disputed first."""
    said = np.bincount(answers.tally().example, minlength=len(merged))
    places = np.flatnonzero((merged.label == NOBODYS) | (merged.confidence < below)).tolist()
    places.sort(key=lambda place: (merged.confidence[place], -said[place], str(answers.examples[place])))
    return [_dispute(answers, merged, place) for place in places]


def _dispute(answers: Answers, merged: Labels, place: int) -> dict[str, Any]:
    example, label = answers.examples[place], merged.label[place]
    return {
        "id": example if isinstance(example, int) else str(example),
        "label": None if label == NOBODYS else merged.names[label],
        "confidence": float(merged.confidence[place]),
        "answers": answers.of(place),
    }


def _busiest(annotators: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the annotators with the most answers, in the order of their names."""
    first = sorted(annotators, key=lambda name: (-annotators[name]["answers"], name))[:MOST_ANNOTATORS]
    return {name: annotators[name] for name in sorted(first)}


def _counts(merged: Labels, is_used: NDArray[np.bool_]) -> dict[str, int]:
    """Return the most frequent labels and how many examples have each."""
    counted = np.bincount(merged.label[is_used], minlength=len(merged.names))
    told = [(name, int(count)) for name, count in zip(merged.names, counted, strict=True) if count]
    return dict(sorted(told, key=lambda item: (-item[1], item[0]))[:MOST_LABELS])


def _write_json(path: Path, value: Any) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
