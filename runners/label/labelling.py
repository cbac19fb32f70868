"""One merge of labels from its exports to its result: match, merge, measure, judge."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from runners.contract import Result
from runners.label.agreement import alpha_of, annotators_of, pairs_of, undefined
from runners.label.examples import read_examples
from runners.label.exports import read_exports
from runners.label.matching import Matched, match
from runners.label.merging import RULES, Answers, Merged
from runners.label.parameters import Parameters
from runners.label.pictures import draw_agreement
from runners.label.scales import values_of
from runners.label.verdict import SHOWN, judge
from runners.tables.columns import plain
from runners.tables.content import content_of_table

MOST_ANNOTATORS = 20
"""Annotators that the facts name; `agreement.json` has all."""
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
    matched = match(read_exports(params.exports), examples)
    answers, scale = matched.answers, params.agreement.scale or matched.scale
    values = values_of({said for given in answers.values() for said in given.values()}, scale, params.choices)
    alpha = alpha_of(answers, values, by_rank=scale == "ordinal")
    merged = _merged(params, matched)
    labels = _used(params, merged)
    annotators = annotators_of(answers, merged)
    table = _table(answers, merged, labels)
    parquet.write_table(table, folder / LABELS, compression="zstd")
    disputes = _disputes(answers, merged, params.dispute_below)
    _write_json(folder / DISPUTES, disputes)
    figures = {"alpha": alpha, "scale": scale, "annotators": annotators, "pairs": pairs_of(answers)}
    _write_json(folder / AGREEMENT, figures | {"note": params.note})
    draw_agreement(folder / PICTURE, answers, merged, annotators, params.note)
    violations = tuple(judge(params, matched, len(labels), alpha))
    return Result(
        accepted=not violations,
        violations=violations,
        metrics=_metrics(len(examples), answers, len(labels), len(disputes), alpha) | {"annotators": len(annotators)},
        facts={
            "alpha": alpha,
            "undefined": undefined(answers),
            "scale": scale,
            "annotators": _busiest(annotators),
            "answered": len(answers),
            "ground_truth": len(matched.truths),
            "disputes": len(disputes),
            "disputed": params.disputed,
            "most_disputed": disputes[:SHOWN],
            "ties": sum(one.label is None for one in merged.values()),
            "labels": _counts(labels),
            "unlabelled": len(examples) - len(labels),
            "merge": params.merge,
            "note": params.note,
        },
        content=content_of_table(table.select(["id", "label", "confidence"])),
    )


def _merged(params: Parameters, matched: Matched) -> Mapping[Any, Merged]:
    """Merge the answers to each example; where somebody has marked the ground truth, that is the label."""
    merged = RULES[params.merge](matched.answers) if matched.answers else {}
    return {**merged, **{example: Merged(label, 1.0) for example, label in matched.truths.items()}}


def _used(params: Parameters, merged: Mapping[Any, Merged]) -> Mapping[Any, str]:
    """Return the labels that are used: not those of ties, and those in dispute only where the spec keeps them."""
    least = params.dispute_below if params.disputed == "drop" else 0.0
    return {example: one.label for example, one in merged.items() if one.label is not None and one.confidence >= least}


def _metrics(examples: int, answers: Answers, labelled: int, disputes: int, alpha: float | None) -> dict[str, float]:
    counts = {"examples": examples, "labelled": labelled, "disputes": disputes}
    counts["answers"] = sum(map(len, answers.values()))
    coverage = {"coverage": labelled / examples if examples else 0.0}
    return counts | coverage | ({} if alpha is None else {"alpha": alpha})


def _table(answers: Answers, merged: Mapping[Any, Merged], labels: Mapping[Any, str]) -> Any:
    """Return the labels as a table, ids typed as in the dataset; a row without a label trains nothing."""
    ids = plain(pa.array(list(answers))) if answers else pa.array([], pa.string())
    each = pa.list_(pa.struct([("annotator", pa.string()), ("answer", pa.string())]))
    told = [[{"annotator": a, "answer": said} for a, said in sorted(given.items())] for given in answers.values()]
    return pa.table(
        {
            "id": ids,
            "label": pa.array([labels.get(example) for example in answers], pa.string()),
            "confidence": pa.array([merged[example].confidence for example in answers], pa.float64()),
            "votes": pa.array([len(given) for given in answers.values()], pa.int64()),
            "answers": pa.array(told, each),
        }
    )


def _disputes(answers: Answers, merged: Mapping[Any, Merged], below: float) -> list[dict[str, Any]]:
    """List the examples whose confidence is too low or that are ties, the most disputed first."""
    disputed = [example for example in answers if merged[example].label is None or merged[example].confidence < below]
    disputed.sort(key=lambda example: (merged[example].confidence, -len(set(answers[example].values())), str(example)))
    return [
        {
            "id": example if isinstance(example, int) else str(example),
            "label": merged[example].label,
            "confidence": merged[example].confidence,
            "answers": dict(sorted(answers[example].items())),
        }
        for example in disputed
    ]


def _busiest(annotators: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the annotators with the most answers, in the order of their names."""
    first = sorted(annotators, key=lambda name: (-annotators[name]["answers"], name))[:MOST_ANNOTATORS]
    return {name: annotators[name] for name in sorted(first)}


def _counts(labels: Mapping[Any, str]) -> dict[str, int]:
    counted = Counter(labels.values())
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:20])


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
