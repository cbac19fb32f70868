"""How trainings went, and how those go that run yet: as charts of one run, and of several in one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.web.pages.charts import LOOKS, Chart, Series, chart
from reconciler.web.pages.documents import Facts, mapping, numbers, text
from reconciler.web.pages.trials import RUN, Trial
from runners.contract.progress import Progress, history_of

MOST_CURVES, MOST_CHARTS = 8, 8
MOST_TRAINING = 4
"""Trials that train yet which are drawn among those that have ended."""
VALIDATION = ("validation", "valid", "val", "test", "train")
"""Which series of a training is shown of several, the first that there is."""


def learning(history: Facts) -> Sequence[Chart]:
    """Draw how training went, with all that it left."""
    drawn = [_drawn(one) for one in _by_figure(history)[:MOST_CHARTS]]
    return [one for one in drawn if one is not None]


def _drawn(history: Facts) -> Chart | None:
    steps, series = numbers(history, "steps"), mapping(history, "series")
    lines = [
        Series(str(name), [(x, y) for x, y in zip(steps, numbers(series, name), strict=False) if x is not None])
        for name in list(series)[:LOOKS]
    ]
    step = text(history.get("step"))
    return chart(f"{text(history.get('figure'))} by {step}", lines, across=step)


def to_draw(shown: Sequence[Trial]) -> Sequence[Trial]:
    """Return the trials whose trainings are drawn: some that run yet, and the best of those that have ended."""
    training = [trial for trial in shown if trial.is_training][:MOST_TRAINING]
    ended = [trial for trial in shown if trial.history and not trial.is_training]
    return [*ended[: MOST_CURVES - len(training)], *training]


def with_progress(shown: Sequence[Trial], told: Mapping[str, Sequence[Progress]]) -> Sequence[Trial]:
    """Return trials with what their logs tell of how far they are.

    Args:
        shown: the trials.
        told: by run, what its log tells of its progress.
    """
    return [
        replace(trial, history=trial.history or history_of(steps), now=steps[-1])
        if (steps := told.get(trial.run)) and trial.is_training
        else trial
        for trial in shown
    ]


def overlaid(shown: Sequence[Trial]) -> list[Chart]:
    """Draw how training went of several trials, one chart for each figure and each kind of step."""
    told = [(trial, one) for trial in to_draw(shown) for one in _by_figure(trial.history)]
    kinds = list(dict.fromkeys(_kind(history) for _, history in told))[:MOST_CHARTS]
    drawn = [_overlaid([pair for pair in told if _kind(pair[1]) == kind], *kind) for kind in kinds]
    return [one for one in drawn if one is not None]


def _by_figure(history: Facts) -> Sequence[Facts]:
    """Return a history as those of its figures: where it tells none for all, each series is one by itself."""
    series = mapping(history, "series")
    if history.get("figure") or not series:
        return [history]
    return [{**history, "figure": str(name), "series": {name: series[name]}} for name in series]


def _kind(history: Facts) -> tuple[str, str]:
    return text(history.get("figure")), text(history.get("step"))


def _overlaid(told: Sequence[tuple[Trial, Facts]], figure: str, step: str) -> Chart | None:
    lines = []
    names = list[str]()
    for trial, history in told:
        series = mapping(history, "series")
        name = next((name for name in VALIDATION if name in series), next(iter(series), ""))
        steps, values = numbers(history, "steps"), numbers(series, name)
        points = [(x, y) for x, y in zip(steps, values, strict=False) if x is not None]
        names.append(str(name))
        path = trial.run if RUN.fullmatch(trial.run) else ""
        lines.append(Series(f"{trial.digest} now" if trial.is_training else trial.digest, points, path=path))
    which = ", ".join(name for name in dict.fromkeys(names) if name != figure)
    return chart(f"{figure} by {step}{', ' if which else ''}{which}", lines, across=step)
