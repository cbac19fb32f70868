"""The two pictures of docs/worth.md."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from matplotlib.figure import Figure

from tests.worth.losses import Losses
from tests.worth.page import POLICIES, percent
from tests.worth.results import LAG, MIDDLE, PRICES, Result

OURS, OTHERS = "#3f51b5", "#b0b4c8"
SHOWN = "Agrawal"
"""The stream whose losses are shown."""


def policies(results: Sequence[Result], file: Path) -> None:
    """Draw the mean cost of each policy by price, over that of the oracle."""
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    for axes, price in zip(figure.subplots(1, len(PRICES), sharey=True), PRICES, strict=True):
        those = [one for one in results if one.price == price and one.lag == LAG and not one.stream.is_for_tuning]
        costs = [fmean(one.over_oracle[policy] for one in those) for policy in POLICIES]
        axes.barh(POLICIES, [cost - 1.0 for cost in costs], left=1.0, color=_colors())
        for place, cost in enumerate(costs):
            axes.text(cost + 0.02, place, f"{cost:.2f}", va="center", fontsize=8)
        axes.set_title(f"a training costs {percent(price)} of a chunk", fontsize=9)
        axes.set_xlim(1.0, max(costs) + 0.4)
        axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("mean cost over the best in hindsight", fontsize=9)
    figure.savefig(file, dpi=110, metadata={"Software": None})


def one_stream(results: Sequence[Result], losses: Losses, file: Path) -> None:
    """Draw the mean loss by chunk of the first model, of the newest possible, and when policies trained."""
    result = next(one for one in results if one.stream.name == SHOWN and one.lag == LAG and one.price == MIDDLE)
    means, chunks = losses.costs / losses.rows, range(1 + LAG, losses.chunks)
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    above.plot(chunks, [means[0, chunk] for chunk in chunks], color=OTHERS, label="the first model")
    above.plot(
        chunks, [means[chunk - 1 - LAG, chunk] for chunk in chunks], color=OURS, label="trained before each chunk"
    )
    for row in result.stream.changes:
        above.axvline(row / result.stream.chunk, color="black", linestyle=":", linewidth=1)
    above.set_ylabel("mean loss")
    above.legend(fontsize=8, frameon=False)
    shown = ("DDM", "ADWIN", "CARA", "ours", "oracle")
    for place, name in enumerate(shown):
        trained = result.played[name].trainings
        below.plot(trained, [place] * len(trained), "|", markersize=10, color=OURS if name == "ours" else "black")
    below.set_yticks(range(len(shown)), shown, fontsize=8)
    below.set_ylim(-0.6, len(shown) - 0.4)
    below.set_xlabel(f"chunk of {SHOWN}; dotted: it changes; below: trainings", fontsize=9)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=110, metadata={"Software": None})


def _colors() -> list[str]:
    return [OURS if policy == "ours" else OTHERS for policy in POLICIES]
