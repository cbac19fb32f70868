"""The picture of the agreement: what each annotator answered, against what was merged."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from runners.counting import counted
from runners.drawing import FAINT, FILL, INK, clipped, in_order, new_figure, plain, save, shares_map
from runners.label.answers import Answers
from runners.label.merging import NOBODYS, Labels

MOST_ANNOTATORS = 6
MOST_LABELS = 20
MOST_SCORES = 20
_NUMBERED = 12
"""Labels up to which the cells hold numbers."""


def draw_agreement(
    path: Path, answers: Answers, merged: Labels, annotators: Mapping[str, Mapping[str, Any]], note: str
) -> None:
    """Draw a confusion matrix for each of the busiest annotators: rows are merged labels, columns answers."""
    used = dict(zip(answers.labels, np.bincount(answers.label).tolist(), strict=True))
    labels = sorted(sorted(used, key=lambda label: (-used[label], label))[:MOST_LABELS], key=in_order)
    shown = sorted(annotators, key=lambda name: (-annotators[name]["answers"], name))[:MOST_ANNOTATORS]
    figure = new_figure(3.4 * max(len(shown), 1), 3.9)
    panels = figure.subplots(1, max(len(shown), 1), squeeze=False)[0]
    for panel, annotator in zip(panels, sorted(shown), strict=False):
        table = confusion(answers, merged, annotator, labels)
        _draw(panel, table, labels)
        share = annotators[annotator]["accuracy"]
        told = "nothing to compare" if share is None else f"{share:.1%} as merged"
        panel.set_title(plain(f"{clipped(annotator, 30)}: {told}"), fontsize=8, color=INK)
    panels[0].set_ylabel("merged label", fontsize=8)
    figure.supxlabel(_below(merged, note), fontsize=7, color=FAINT)
    save(figure, path)


def draw_scores(path: Path, annotators: Mapping[str, Mapping[str, Any]], score: str, note: str) -> None:
    """Draw how like the merged answers each of the busiest annotators' are, by a figure from 0 to 1."""
    shown = sorted(annotators, key=lambda name: (-annotators[name]["answers"], name))[:MOST_SCORES]
    names = sorted(shown, reverse=True)
    figure = new_figure(5.2, 1.2 + 0.25 * max(len(names), 1))
    panel = figure.subplots()
    scores = [annotators[name][score] or 0.0 for name in names]
    panel.barh(range(len(names)), scores, color=FILL, height=0.6)
    panel.set_yticks(range(len(names)), [plain(clipped(name, 30)) for name in names], fontsize=8)
    panel.set_xlim(0, 1)
    panel.set_xlabel(f"mean {score} with what was merged", fontsize=8)
    figure.supxlabel(plain(clipped(note, 160)), fontsize=7, color=FAINT)
    save(figure, path)


def _below(merged: Labels, note: str) -> str:
    """Write the note and, as every answer could agree with what is shown, how many examples aren't."""
    parted = int((merged.label == NOBODYS).sum())
    told = f"; {counted(parted, 'example')} without a label left out" if parted else ""
    return (plain(clipped(note, 160)) or "annotator's answer") + told


def confusion(answers: Answers, merged: Labels, annotator: str, labels: Sequence[str]) -> NDArray[np.int64]:
    """Count an annotator's answers (columns) by the merged label (rows), both in the order of `labels`."""
    shown = {label: place for place, label in enumerate(labels)}
    of_answer = np.array([shown.get(label, NOBODYS) for label in answers.labels], np.int64)
    of_merged = np.array([*(shown.get(name, NOBODYS) for name in merged.names), NOBODYS], np.int64)
    named = list(answers.annotators).index(annotator) if annotator in answers.annotators else NOBODYS
    row, column = of_merged[merged.label][answers.example], of_answer[answers.label]
    counts = (answers.annotator == named) & (row != NOBODYS) & (column != NOBODYS)
    table = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(table, (row[counts], column[counts]), 1)
    return table


def _draw(panel: Axes, table: NDArray[np.int64], labels: Sequence[str]) -> None:
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    panel.imshow(shares, cmap=shares_map(), vmin=0, vmax=1)
    names = [plain(clipped(label, 10)) for label in labels]
    is_long = max(map(len, names), default=0) > 3
    panel.set_xticks(range(len(labels)), names, rotation=90 if is_long else 0, fontsize=7)
    panel.set_yticks(range(len(labels)), names, fontsize=7)
    panel.tick_params(length=0)
    if len(labels) > _NUMBERED:
        return
    for (row, column), count in np.ndenumerate(table):
        if count:
            color = "white" if shares[row, column] > 0.5 else INK
            panel.text(column, row, str(count), ha="center", va="center", fontsize=6, color=color)
