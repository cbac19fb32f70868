"""One merge of labels from its exports to its result: match, merge, measure, judge."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet

from runners.contract import InputError, Result
from runners.label.agreement import undefined
from runners.label.annotators import LabelsIn, by_label
from runners.label.answers import Answers
from runners.label.campaign_answers import answers_of_campaign
from runners.label.campaigns import unsure
from runners.label.comparisons import Compared
from runners.label.disputed import write_examples
from runners.label.examples import read_examples, read_texts
from runners.label.formats import read_exports
from runners.label.kinds import Kind, kind_of
from runners.label.matching import Matched, match
from runners.label.merging import NOBODYS, Labels
from runners.label.outcome import content_of, disputes_of, table_of
from runners.label.parameters import Exports, Parameters
from runners.label.pictures import draw_agreement, draw_scores
from runners.label.reliability import DRAWS, Reliability, reliability_of
from runners.label.verdict import SHOWN, judge
from runners.label.written import Shown, draw_disputed, write_all

MOST_ANNOTATORS = 20
"""Annotators that the facts name; `agreement.json` has all."""
MOST_LABELS = 20
"""Labels that the facts count."""
LABELS, DISPUTES, AGREEMENT, PICTURE = "labels.parquet", "disputes.json", "agreement.json", "agreement.png"
OVERLAYS, STRENGTHS = "disputes.png", "strengths.json"
MOST_THINGS = 20
"""Things whose strengths the facts tell, the best first; `strengths.json` has all."""


def label(
    params: Parameters, dataset: str, folder: Path, exports: Exports | None = None, gold: str | None = None
) -> Result:
    """Merge the exports' answers about a dataset into a folder.

    Args:
        params: which exports, and how they are merged and judged.
        dataset: URL of the dataset's folder.
        folder: where everything is written.
        exports: where they are, where the parameters don't say: the answers to a campaign.
        gold: URL of the labels that hold the known answers to a campaign's gold questions.

    Raises:
        InputError: the exports or the dataset are wrong.
        SourceUnavailable: one of them is out of reach.
    """
    examples = read_examples(dataset)
    place = exports or params.exports
    if place is None:
        raise InputError("there are no answers", "exports", "give exports, or a campaign")
    shown = Shown(dataset, examples.identifier)
    if params.campaign is not None:
        matched, told = answers_of_campaign(params, place, examples, folder, gold)
    else:
        matched, told = match(read_exports(place, params.answer), examples), {}
    result = settle(params, matched, len(examples), folder, shown)
    return result.model_copy(update={"facts": {**result.facts, **told}})


def settle(params: Parameters, matched: Matched, examples: int, folder: Path, shown: Shown | None = None) -> Result:
    """Merge what was said of so many examples into a folder, measure the agreement and judge it.

    Args:
        params: how answers are merged, judged and written.
        matched: what was said of each example.
        examples: how many there are.
        folder: where everything is written.
        shown: what the annotators were shown; left out, only `labels.parquet` holds the labels.

    Raises:
        InputError: an answer has no place on the scale of agreement.
    """
    compared = _compared(params, shown)
    answers, kind = matched.answers, kind_of(params, matched, compared)
    reliability = reliability_of(answers, kind.distance, kind.parts)
    merged = kind.merge(answers).held_to(answers, matched.truths, kind.labels_in)
    is_used = _used(params, merged)
    labelled = int(is_used.sum())
    annotators = kind.annotators(matched, merged)
    table = table_of(answers, merged, is_used, kind, params.dispute_below)
    parquet.write_table(table, folder / LABELS, compression="zstd")
    written = write_all(params, _settled(answers, merged, is_used), folder, shown) if shown else {}
    disputes = disputes_of(answers, merged, params.dispute_below, kind)
    _write_disputes(params.answer, answers, disputes, folder, shown)
    whole = _whole(annotators, by_label(answers, merged, kind.labels_in))
    figures = _agreement(reliability, kind) | {"annotators": whole, "pairs": kind.pairs(answers), "note": params.note}
    _write_json(folder / AGREEMENT, figures)
    _draw(folder / PICTURE, kind, answers, merged, annotators=annotators, note=params.note)
    violations = tuple(judge(params, matched, labelled, reliability, kind.labels_in))
    counts = {"examples": examples, "labelled": labelled, "disputes": len(disputes), "answers": len(answers)}
    facts = {
        "undefined": "" if reliability.alpha is not None else undefined(answers),
        "answered": len(merged),
        "ground_truth": len(matched.truths),
        "labels": _counts(merged, is_used, kind.labels_in),
        "unlabelled": examples - labelled,
        **({"written": written} if written else {}),
        **_strengths(compared, answers, folder),
    }
    return Result(
        accepted=not violations,
        violations=violations,
        metrics=_metrics(counts, reliability.alpha) | {"annotators": len(annotators)},
        facts=_facts(params, kind, reliability, annotators)
        | _of_disputes(merged, disputes, kind)
        | facts
        | unsure(params.campaign, answers, merged, params.dispute_below),
        content=content_of(merged, is_used, table),
    )


def _write_disputes(
    answer: str, answers: Answers, disputes: Sequence[dict[str, Any]], folder: Path, shown: Shown | None
) -> None:
    """Write what is in dispute and what people were shown of the first of it; draw that where it is of pictures."""
    _write_json(folder / DISPUTES, disputes)
    if shown:
        write_examples((one["id"] for one in disputes), folder, shown)
        draw_disputed(answer, _said_of(answers, disputes), folder / OVERLAYS, shown)


def _compared(params: Parameters, shown: Shown | None) -> Compared | None:
    """Return the things of each pair, as the dataset names them; None where answers compare nothing."""
    if params.compared is None or shown is None:
        return None
    left, right = (
        read_texts(shown.url, shown.identifier, column, where="compared")
        for column in (params.compared.left, params.compared.right)
    )
    return Compared({name: (left[name], right[name]) for name in left.keys() & right.keys()})


def _strengths(compared: Compared | None, answers: Answers, folder: Path) -> dict[str, Any]:
    """Write how good compared things are; return what the facts tell of it."""
    if compared is None:
        return {}
    strengths = compared.strengths(answers).figures()
    _write_json(folder / STRENGTHS, strengths)
    return {"strengths": strengths[:MOST_THINGS]}


def _whole(annotators: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told | {"labels": labels[name]} for name, told in annotators.items()}


def _draw(
    path: Path, kind: Kind, answers: Answers, merged: Labels, *, annotators: Mapping[str, Any], note: str
) -> None:
    if kind.score:
        draw_scores(path, annotators, kind.score, note)
    else:
        draw_agreement(path, answers, merged, annotators, note)


def _settled(answers: Answers, merged: Labels, is_used: NDArray[np.bool_]) -> Iterator[tuple[Any, str]]:
    """Yield each example that has a label which is used, and that."""
    for place in np.flatnonzero(is_used).tolist():
        yield answers.examples[place], merged.names[merged.label[place]]


def _said_of(answers: Answers, disputes: Sequence[dict[str, Any]]) -> Iterator[tuple[Any, float, Mapping[str, str]]]:
    """Yield each example in dispute with its confidence, and what each annotator said of it."""
    places = {str(example): place for place, example in enumerate(answers.examples)} if disputes else {}
    for one in disputes:
        place = places[str(one["id"])]
        yield answers.examples[place], one["confidence"], answers.of(place)


def _facts(
    params: Parameters, kind: Kind, reliability: Reliability, annotators: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what facts tell of how labels were merged and of the agreement."""
    return {
        "alpha": reliability.alpha,
        "interval": reliability.interval,
        "scale": kind.distance_name,
        "annotators": _busiest(annotators),
        "disputed": params.disputed,
        "merge": params.merge,
        "note": params.note,
    }


def _of_disputes(merged: Labels, disputes: Sequence[dict[str, Any]], kind: Kind) -> dict[str, Any]:
    """Return what facts tell of disputes."""
    return {
        "disputes": len(disputes),
        "most_disputed": [_brief(one, kind) for one in disputes[:SHOWN]],
        "ties": int((merged.label == NOBODYS).sum()),
    }


def _brief(dispute: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Return what facts tell of a dispute: regions and texts are as long as they are, and stand in the file alone."""
    return {key: value for key, value in dispute.items() if not kind.score or key in ("id", "confidence")}


def _agreement(reliability: Reliability, kind: Kind) -> dict[str, Any]:
    return {
        **reliability.figures(),
        "distance": kind.distance_name,
        "draws": DRAWS,
        "labels": {name: one.figures() for name, one in reliability.labels.items()},
    }


def _used(params: Parameters, merged: Labels) -> NDArray[np.bool_]:
    """Tell which labels are used: not those of ties, and those in dispute only where the spec keeps them."""
    least = params.dispute_below if params.disputed == "drop" else 0.0
    is_used: NDArray[np.bool_] = (merged.label != NOBODYS) & (merged.confidence >= least)
    return is_used


def _metrics(counts: Mapping[str, int], alpha: float | None) -> dict[str, float]:
    coverage = counts["labelled"] / counts["examples"] if counts["examples"] else 0.0
    return {**counts, "coverage": coverage} | ({} if alpha is None else {"alpha": alpha})


def _busiest(annotators: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the annotators with the most answers, in the order of their names."""
    first = sorted(annotators, key=lambda name: (-annotators[name]["answers"], name))[:MOST_ANNOTATORS]
    return {name: annotators[name] for name in sorted(first)}


def _counts(merged: Labels, is_used: NDArray[np.bool_], labels_in: LabelsIn) -> dict[str, int]:
    """Return the most frequent labels and how many examples have each."""
    counts: Counter[str] = Counter()
    for text, count in zip(
        merged.names, np.bincount(merged.label[is_used], minlength=len(merged.names)).tolist(), strict=True
    ):
        counts.update({label: count for label in labels_in(text) if count})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_LABELS])


def _write_json(path: Path, value: Any) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
