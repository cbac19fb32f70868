"""What the page that compares trials shows: what differs, intervals, how far from the live model, how training went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from reconciler.web.pages.charts import Chart
from reconciler.web.pages.documents import text
from reconciler.web.pages.learning import overlaid
from reconciler.web.pages.parallel import Coordinates, coordinates
from reconciler.web.pages.tables import Cell, Link, Table, intervals
from reconciler.web.pages.trials import RUN, Trial, differing

MOST_METRICS, MOST_ROWS = 4, 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What is compared: of which version of the data (empty: all), and whether with what doesn't differ."""

    version: str = ""
    is_all: bool = False

    def url(self, **changes: object) -> str:
        """Return the query of this choice with some parts changed."""
        told = {"version": self.version, "all": "1" if self.is_all else "", **changes}
        return "?" + urlencode({key: value for key, value in told.items() if value})


def choice_of(query: Mapping[str, str]) -> Choice:
    """Read a choice from a URL's query."""
    return Choice(query.get("version", "")[:200], query.get("all") == "1")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, as a picture, a table and charts; what is the same in all; who trains now."""

    table: Table
    picture: Coordinates | None
    curves: Sequence[Chart]
    same: Sequence[tuple[str, str]]
    versions: Sequence[str]
    runs: Sequence[str]
    failed: Sequence[Trial]
    training: Sequence[Trial]


def comparison(told: Sequence[Trial], chosen: Choice, ranking: str, *, is_more: bool) -> Comparison:
    """Compare trials.

    Args:
        told: all trials of an experiment.
        chosen: which of them are compared, and what of them.
        ranking: the metric that ranks them.
        is_more: whether more of it is better.
    """
    versions = list(dict.fromkeys(trial.version for trial in told))
    shown = [trial for trial in told if chosen.version in ("", _digest(trial.version))][:MOST_ROWS]
    params = differing(shown)
    every = sorted({str(name) for trial in shown for name in trial.params})
    first = next((trial.params for trial in shown if trial.params), {})
    same = [(name, text(first.get(name))) for name in every if name not in params]
    return Comparison(
        _table(shown, every if chosen.is_all else params, ranking, chosen, several=len(versions) > 1),
        coordinates(shown, params, ranking, is_more=is_more),
        overlaid(shown),
        same,
        versions,
        [trial.run for trial in shown],
        [trial for trial in shown if trial.stage and trial.message],
        [trial for trial in shown if trial.is_training],
    )


def _table(shown: Sequence[Trial], params: Sequence[str], ranking: str, chosen: Choice, *, several: bool) -> Table:
    tested = sorted({name for trial in shown for name in trial.metrics}, key=lambda name: (name != ranking, name))
    tested = tested if chosen.is_all else tested[:MOST_METRICS]
    reference = {trial.version: trial for trial in reversed(shown) if trial.is_live}
    between = intervals([_ends(trial) for trial in shown])
    heads = ["trial", "rank", f"{ranking} (validation), 95 % interval", *(["to the live model"] if reference else [])]
    heads += [*params, *(f"{name} (test)" for name in tested), *(["data"] if several else [])]
    rows: list[Sequence[Cell]] = []
    for trial, drawn in zip(shown, between, strict=True):
        told = text(trial.ranking.value) if trial.ranking.value is not None else trial.stage
        row: list[Cell] = [_name(trial), trial.rank, drawn or told]
        row += [_to_live(trial, reference.get(trial.version))] if reference else []
        row += [text(trial.params.get(name)) for name in params]
        row += [text(trial.metrics.get(name)) for name in tested]
        rows.append([*row, *([_data(trial.version)] if several else [])])
    return Table("Trials", heads, rows, _note(reference, several=several), pinned=True)


def _note(reference: Mapping[str, Trial], *, several: bool) -> str:
    note = "Ranked on the validation rows. Figures of the test rows are for the one that is chosen, not to choose by."
    if several:
        note += " Trials on different versions of the data were measured on different rows."
    if reference:
        note += (
            " Differences to the live model are of trials on the same version of the data, and have no interval: "
            "the promotion compares its candidate with the live model on the same rows, with one."
        )
    return note


def _name(trial: Trial) -> Cell:
    words = f"{trial.digest}{' live' if trial.is_live else ''}"
    return Link(words, trial.run) if RUN.fullmatch(trial.run) else words


def _data(version: str) -> Cell:
    return Link(_digest(version), version) if RUN.fullmatch(version) else _digest(version)


def _digest(version: str) -> str:
    return version.rsplit("/", 1)[-1]


def _ends(trial: Trial) -> dict[str, Any]:
    return {"low": trial.ranking.low, "value": trial.ranking.value, "high": trial.ranking.high}


def _to_live(trial: Trial, reference: Trial | None) -> str:
    if reference is None or trial.ranking.value is None or reference.ranking.value is None:
        return ""
    return "it is live" if trial.is_live else f"{trial.ranking.value - reference.ranking.value:+.4f}"
