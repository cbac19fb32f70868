"""The model card: on one page what a model is for, how good it is and for whom, and what it was made from.

After Mitchell et al., "Model Cards for Model Reporting" (2019), https://arxiv.org/abs/1810.03993.
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np

from runners.evaluate.markdown import figure, table
from runners.evaluate.slices import Slices
from runners.train.evidence.covered import covered
from runners.train.evidence.inputs import differences, inputs
from runners.train.examples import Examples
from runners.train.trained import Trained

FILE = "model-card.md"
MOST = 10


def write_card(trained: Trained, pictures: Iterable[str]) -> None:
    """Write `model-card.md`, which shows the pictures at these paths."""
    (trained.trial.folder / FILE).write_text(card(trained, pictures), "utf-8")


def card(trained: Trained, pictures: Iterable[str]) -> str:
    """Return the card as Markdown."""
    told, signature = trained.trial.told, trained.model.signature
    classes = ", ".join(f"`{label}`" for label in signature.classes[:20])
    task = f"{told.task}: {classes}" if classes else told.task
    parts = [
        f"# {trained.trial.request.run}",
        f"Predicts `{told.target}` ({task}) from {len(signature.inputs)} columns. "
        f"Learned from {len(trained.parts.train):,} rows, tested on {len(trained.parts.test):,} others.",
        _refused(trained),
        inputs(trained),
        _sides(trained),
        "## Metrics\n\n" + _metrics(trained) + _ranked(trained),
        covered(trained),
        _labels(trained),
        _slices(trained.findings.slices, trained.findings.cut, told.metric.name),
        _importance(trained),
        "## Pictures\n\n" + " ".join(f"![{path.rsplit('/', 1)[-1].removesuffix('.png')}]({path})" for path in pictures),
        differences(trained),
        _origin(trained),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _refused(trained: Trained) -> str:
    lines = [f"- `{v.where}`: {v.what}" for v in trained.violations]
    return "**Not accepted:**\n\n" + "\n".join(lines) if lines else ""


def _sides(trained: Trained) -> str:
    """Tell how many rows are on each side, and of which class or of which mean."""
    parts = trained.parts
    sides = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    rows = [(name, f"{len(one):,}", _balance(one)) for name, one in sides.items()]
    told = trained.trial.told
    split = told.sides.model_dump(mode="json", exclude_defaults=True) if told.sides else None
    how = f"As the dataset states: `{json.dumps(split, ensure_ascii=False)}`.\n\n" if split is not None else ""
    head = "mean" if not parts.train.classes else "classes"
    return "## Rows\n\n" + how + table(("side", "rows", head), rows)


def _balance(examples: Examples) -> str:
    if not examples.classes:
        return figure(float(np.mean(examples.codes)))
    codes, labels = examples.codes, len(examples.classes)
    shares = codes.mean(axis=0) if examples.is_joint else np.bincount(codes, minlength=labels) / len(examples)
    shown = [f"{name} {share:.1%}" for name, share in zip(examples.classes[:MOST], shares.tolist(), strict=False)]
    return ", ".join(shown) + (", …" if len(examples.classes) > MOST else "")


def _metrics(trained: Trained) -> str:
    findings = trained.findings
    rows = []
    for name, value in findings.metrics.items():
        known = findings.intervals.get(name)
        between = f"{figure(known.low)} to {figure(known.high)}" if known and known.low is not None else ""
        rows.append((name, figure(value), between))
    return table(("metric", "value", "95 % interval"), rows)


def _ranked(trained: Trained) -> str:
    """Say by which figure the trial was ranked, which is not what it is judged by."""
    name, ranking = trained.trial.told.metric.name, trained.ranking
    known = ranking.intervals.get(name)
    between = f" ({figure(known.low)} to {figure(known.high)})" if known and known.low is not None else ""
    value = figure(ranking.metrics.get(name))
    where = f"{ranking.rows:,} other rows, the validation rows"
    return f"\n\nAmong its experiment's trials it is ranked by {name} {value}{between} on {where}."


def _labels(trained: Trained) -> str:
    """Tell how rightly each of several labels is said, and from which probability on it is."""
    limits = dict(zip(map(str, trained.model.signature.classes), trained.model.signature.thresholds, strict=False))
    rows = [
        (name, f"{told['rows']:,}", figure(told["f1"]), _between(told["interval"]), figure(told["precision"]),
         figure(told["recall"]), figure(limits.get(name)))
        for name, told in trained.findings.labels.items()
    ]  # fmt: skip
    head = ("label", "rows", "f1", "95 % interval", "precision", "recall", "threshold")
    return "## By label\n\n" + table(head, rows) if rows else ""


def _between(interval: Sequence[float | None]) -> str:
    low, high = interval
    return f"{figure(low)} to {figure(high)}" if low is not None else ""


def _slices(slices: Slices, cut: Sequence[str], metric: str) -> str:
    rows = [
        (f"{column} = {value}", figure(figures.get(metric)), f"{figures['rows']:,.0f}")
        for column, values in slices.items()
        for value, figures in values.items()
    ]
    parts = ["## By slice", table(("slice", metric, "rows"), rows), *cut]
    return "\n\n".join(parts) if rows else ""


def _importance(trained: Trained) -> str:
    rows: Sequence[tuple[str, str]] = [
        (name, figure(value)) for name, value in list(trained.findings.importance.items())[:MOST]
    ]
    head = f"## Importance\n\nBy how much {trained.trial.told.metric.name} gets worse when a column is shuffled.\n\n"
    return head + table(("column", "loss"), rows) if rows else ""


def _origin(trained: Trained) -> str:
    trial, signature = trained.trial, trained.model.signature
    lines = [f"- model: `{signature.file}`, `{signature.digest}`", f"- runner: `{trial.request.runner}`"]
    lines += [f"- parameters: {', '.join(f'`{key}={value}`' for key, value in trial.params.items())}"] * bool(
        trial.params
    )
    lines += [f"- {key}: `{value}`" for key, value in sorted(trial.request.provenance.items())]
    notes = [*trained.parts.train.notes, *trained.fitted.notes]
    lines += [f"- note: {note}" for note in notes[:MOST]]
    return "## Origin\n\n" + "\n".join(lines)
