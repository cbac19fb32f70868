"""Curves: pictures of how a model answers the test rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.drawing import AMBER, BLUE, INK, shares_map
from runners.evaluate.drawing import CYCLE, FAINT, SMALL, label, picture
from runners.evaluate.metrics import measure
from runners.evaluate.predictions import Answers
from runners.train.fitted import History
from runners.train.trained import Trained

Array = NDArray[Any]
FOLDER = "curves"
MOST_CLASSES, MOST_BARS, MOST_POINTS = 10, 12, 4000
BINS = 10


def draw_curves(trained: Trained) -> tuple[str, ...]:
    """Draw what fits the task into `curves/`; return the paths of the pictures."""
    answers, classes = trained.findings.answers, [str(label) for label in trained.model.signature.classes]
    folder = trained.trial.folder / FOLDER
    for name, draw in _drawings(trained, answers, classes).items():
        draw(folder / f"{name}.png")
    return tuple(f"{FOLDER}/{path.name}" for path in sorted(folder.glob("*.png")))


def _drawings(trained: Trained, answers: Answers, classes: list[str]) -> dict[str, Callable[[Path], None]]:
    drawings: dict[str, Callable[[Path], None]] = {}
    if answers.task == "regression":
        drawings |= {
            "predicted": lambda path: predicted(answers, path),
            "residuals": lambda path: residuals(answers, path),
        }
    elif answers.task != "multilabel":
        drawings["confusion"] = lambda path: confusion(answers, classes, path)
    if answers.scores is not None and len(classes) <= MOST_CLASSES:
        drawings["roc"] = lambda path: roc(answers, classes, path)
        drawings["precision_recall"] = lambda path: precision_recall(answers, classes, path)
        drawings["calibration"] = lambda path: calibration(answers, path)
    history, bars = trained.fitted.history, dict(list(trained.findings.importance.items())[:MOST_BARS])
    if history:
        drawings["learning"] = lambda path: learning(history, path)
    if bars:
        drawings["importance"] = lambda path: importance(bars, trained.trial.told.metric.name, path)
    return drawings


def _against_rest(answers: Answers, classes: list[str]) -> list[tuple[str, Array, Array]]:
    """Return (name, is it this class, its score): the positive class only where there are two."""
    scores = answers.scores if answers.scores is not None else np.zeros((len(answers), 0))
    codes = [1] if answers.task == "binary" else range(len(classes))
    if answers.task == "multilabel":
        return [(classes[code], answers.truth[:, code] == 1, scores[:, code]) for code in codes]
    return [(classes[code], answers.truth == code, scores[:, code]) for code in codes]


def _cumulated(is_true: Array, scores: Array) -> tuple[Array, Array]:
    """Return how many true and false rows score at least as high as each threshold, from high to low."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    trues = np.cumsum(is_true[order])[ends]
    return np.insert(trues, 0, 0), np.insert(ends + 1 - trues, 0, 0)


def roc(answers: Answers, classes: list[str], path: Path) -> None:
    """Draw the ROC curve, of several classes one for each against the rest."""
    area = measure(answers)["roc_auc"]
    with picture(path, f"ROC, area {area:.3f}") as axes:
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
        for colour, (name, is_true, scores) in zip(CYCLE, _against_rest(answers, classes), strict=False):
            trues, falses = _cumulated(is_true, scores)
            if trues[-1] and falses[-1]:
                told = {} if answers.task == "binary" else {"label": name}
                axes.plot(falses / falses[-1], trues / trues[-1], color=colour, linewidth=1.6, **told)
        label(axes, "false positive rate", "true positive rate")


def precision_recall(answers: Answers, classes: list[str], path: Path) -> None:
    """Draw precision over recall, of several classes one curve for each."""
    known = measure(answers).get("average_precision")
    with picture(path, "Precision and recall" + (f", average {known:.3f}" if known is not None else "")) as axes:
        for colour, (name, is_true, scores) in zip(CYCLE, _against_rest(answers, classes), strict=False):
            trues, falses = (counts[1:] for counts in _cumulated(is_true, scores))
            if trues[-1]:
                told = {} if answers.task == "binary" else {"label": name}
                axes.plot(trues / trues[-1], trues / (trues + falses), color=colour, linewidth=1.6, **told)
        if answers.task == "binary":
            axes.axhline(float(answers.truth.mean()), color=INK, linewidth=0.8, linestyle=":")
        axes.set_ylim(0, 1.02)
        label(axes, "recall", "precision")


def calibration(answers: Answers, path: Path) -> None:
    """Draw how often the model is right over how sure it is, in bins of equally many rows."""
    if answers.scores is None:
        return
    is_binary = answers.task == "binary"
    sure = answers.scores[:, 1] if is_binary else answers.scores.max(axis=1)
    if answers.task == "multilabel":  # each decision on a label is one
        is_binary, sure, right = True, answers.scores.ravel(), answers.truth.ravel()
    else:
        right = answers.truth if is_binary else answers.truth == answers.prediction
    parts = [part for part in np.array_split(np.argsort(sure, kind="stable"), BINS) if len(part)]
    with picture(path, "Calibration") as axes:
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
        axes.plot([sure[p].mean() for p in parts], [right[p].mean() for p in parts], "o-", color=BLUE, markersize=4)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        label(axes, "predicted probability", "observed share" if is_binary else "share that is right")


def confusion(answers: Answers, classes: list[str], path: Path) -> None:
    """Draw how many rows of each class are predicted as which."""
    from matplotlib.colors import PowerNorm

    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (answers.truth, answers.prediction), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = min(2.6 + 0.2 * len(classes), 8)
    with picture(path, "Confusion", side + 0.4, side) as axes:
        axes.imshow(shares, cmap=shares_map(), norm=PowerNorm(0.5, 0, 1), aspect="auto")
        axes.grid(visible=False)
        if len(classes) <= 2 * MOST_CLASSES:
            axes.set_xticks(range(len(classes)), classes)
            axes.set_yticks(range(len(classes)), classes)
            for (row, column), count in np.ndenumerate(counts):
                axes.text(
                    column,
                    row,
                    _count(int(count)),
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=INK if shares[row, column] < 0.3 else "white",
                )
        label(axes, "predicted", "true")


def _count(count: int) -> str:
    return "" if not count else f"{count:,}" if count < 100_000 else f"{count / 1000:,.0f}k"


def predicted(answers: Answers, path: Path) -> None:
    """Draw predicted over true numbers."""
    step = max(1, len(answers) // MOST_POINTS)
    truth, prediction = answers.truth[::step], answers.prediction[::step]
    ends = [min(truth.min(), prediction.min()), max(truth.max(), prediction.max())]
    with picture(path, f"Predicted, R² {measure(answers)['r2']:.3f}") as axes:
        axes.scatter(truth, prediction, s=6, color=BLUE, alpha=0.35, linewidths=0)
        axes.plot(ends, ends, color=INK, linewidth=0.8, linestyle=":")
        label(axes, "true", "predicted")


def residuals(answers: Answers, path: Path) -> None:
    """Draw how the errors are distributed."""
    with picture(path, "Errors") as axes:
        axes.hist(answers.prediction - answers.truth, bins=40, color=BLUE)
        axes.axvline(0, color=INK, linewidth=0.8, linestyle=":")
        label(axes, "predicted minus true", "rows")


def learning(history: History, path: Path) -> None:
    """Draw how training went."""
    with picture(path, "Learning") as axes:
        for colour, (name, values) in zip((AMBER, BLUE, INK), history.series.items(), strict=False):
            axes.plot(history.steps, values, color=colour, linewidth=1.6, label=name)
        label(axes, history.step, history.figure)


def importance(losses: dict[str, float], metric: str, path: Path) -> None:
    """Draw by how much the metric gets worse when a column is shuffled."""
    names = list(losses)[::-1]
    with picture(path, "Importance", 4.4, 1.1 + 0.22 * len(names)) as axes:
        axes.barh(names, [losses[name] for name in names], color=BLUE, height=0.65)
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.grid(visible=False, axis="y")
        label(axes, f"loss of {metric} when shuffled", "")
