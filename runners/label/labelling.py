"""One merge of labels from its exports to its result: match, merge, measure, judge."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from runners.contract import Result
from runners.ingest.content import content_of_table
from runners.label.agreement import alpha_of, annotators_of, pairs_of
from runners.label.examples import Examples, read_examples
from runners.label.exports import Answer, read_exports
from runners.label.merging import RULES, Answers, Merged
from runners.label.parameters import Parameters
from runners.label.pictures import draw_agreement
from runners.label.verdict import SHOWN, judge
from runners.tables.columns import plain

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
    answers, strays = _match(read_exports(params.exports), examples)
    merged = RULES[params.merge](answers) if answers else {}
    alpha, annotators = alpha_of(answers), annotators_of(answers, merged)
    table = _table(answers, merged)
    parquet.write_table(table, folder / LABELS, compression="zstd")
    disputes = _disputes(answers, merged, params.dispute_below)
    _write_json(folder / DISPUTES, disputes)
    figures = {"alpha": alpha, "annotators": annotators, "pairs": pairs_of(answers), "note": params.note}
    _write_json(folder / AGREEMENT, figures)
    draw_agreement(folder / PICTURE, answers, merged, annotators, params.note)
    violations = tuple(judge(params, answers, strays, alpha))
    return Result(
        accepted=not violations,
        violations=violations,
        metrics=_metrics(len(examples), answers, len(disputes), alpha) | {"annotators": len(annotators)},
        facts={
            "alpha": alpha,
            "annotators": _busiest(annotators),
            "disputes": len(disputes),
            "most_disputed": disputes[:SHOWN],
            "labels": _counts(merged),
            "unlabelled": len(examples) - len(merged),
            "merge": params.merge,
            "note": params.note,
        },
        content=content_of_table(table.select(["id", "label", "confidence"])),
    )


def _metrics(examples: int, answers: Answers, disputes: int, alpha: float | None) -> dict[str, float]:
    counts = {"examples": examples, "labelled": len(answers), "disputes": disputes}
    counts["answers"] = sum(map(len, answers.values()))
    coverage = {"coverage": len(answers) / examples if examples else 0.0}
    return counts | coverage | ({} if alpha is None else {"alpha": alpha})


def _match(given: Iterable[Answer], examples: Examples) -> tuple[Answers, tuple[str, ...]]:
    """Bring answers to their examples, in the dataset's order, and name the tasks that show none of them.

    Of one annotator's answers to one example, the last counts.
    """
    found: dict[Any, dict[str, str]] = {}
    strays: dict[str, None] = {}
    for answer in sorted(given, key=lambda answer: answer.given):
        example = examples.find(answer.data)
        if example is None:
            strays[answer.task] = None
        else:
            found.setdefault(example, {})[answer.annotator] = answer.label
    ordered = {example: found[example] for example in examples.by_text.values() if example in found}
    return ordered, tuple(sorted(strays))


def _table(answers: Answers, merged: Mapping[Any, Merged]) -> Any:
    """Return the labels as a table, ids typed as in the dataset."""
    ids = plain(pa.array(list(answers))) if answers else pa.array([], pa.string())
    each = pa.list_(pa.struct([("annotator", pa.string()), ("answer", pa.string())]))
    told = [[{"annotator": a, "answer": said} for a, said in sorted(given.items())] for given in answers.values()]
    return pa.table(
        {
            "id": ids,
            "label": pa.array([merged[example].label for example in answers], pa.string()),
            "confidence": pa.array([merged[example].confidence for example in answers], pa.float64()),
            "votes": pa.array([len(given) for given in answers.values()], pa.int64()),
            "answers": pa.array(told, each),
        }
    )


def _disputes(answers: Answers, merged: Mapping[Any, Merged], below: float) -> list[dict[str, Any]]:
    """List the examples whose confidence is too low, the most disputed first."""
    disputed = [example for example in answers if merged[example].confidence < below]
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


def _counts(merged: Mapping[Any, Merged]) -> dict[str, int]:
    counted = Counter(one.label for one in merged.values())
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:20])


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
