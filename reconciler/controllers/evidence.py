"""Evidence: the Markdown that a reviewer reads beside a proposal."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.controllers.comparability import incomparable, rows_section
from reconciler.controllers.gates import GateResult
from reconciler.controllers.promotion_case import ChosenTrial
from reconciler.model.decision import Leaderboard, Trial
from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped, figure, table

_MARKS = {True: "pass", False: "**fail**", None: "not held"}


def evidence(
    deployment: Address,
    candidate: ChosenTrial,
    held: tuple[Mapping[str, Any], Iterable[GateResult]],
    live: str | None,
    sections: Iterable[str] = (),
) -> str:
    """Write why a trial should become the model of a deployment, against the model that is live now.

    `held` is the result of the comparison on the same rows, and the gates that were held against it and against what
    else was measured, of which the `sections` tell.
    """
    comparison, gates = held
    trial = candidate.trial
    parts = [
        f"Pins `{trial.run}` as the model of `{deployment}`"
        + (f", in place of `{live}`." if live else ", which has none yet."),
        _doubts(trial.doubts),
        _metrics(comparison, None if incomparable(comparison) else live),
        rows_section(comparison) if live else "",
        gates_of(gates),
        _slices(comparison, None if incomparable(comparison) else live, candidate.metric),
        *sections,
        candidate.chosen,
        "## Origin\n\n"
        + (f"- data: `{candidate.data}`\n" if candidate.data else "")
        + f"- model: `{trial.model_digest}`\n- parameters: "
        + ", ".join(code(f"{key}={value}") for key, value in sorted(trial.params.items())),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def route_of(way: str, lines: Iterable[str]) -> str:
    """Write what a model has proved in the environments before this one."""
    return f"## Route\n\n{way}\n\n" + "\n".join(f"- {line}" for line in lines)


def _doubts(doubts: Iterable[str]) -> str:
    """Write what isn't to be relied on, where people see it first."""
    return "\n".join(f"> **Warning**: {escaped(doubt)}." for doubt in doubts)


def _metrics(comparison: Mapping[str, Any], live: str | None) -> str:
    metrics = comparison.get("metrics", {})
    names = [name.removeprefix("candidate.") for name in sorted(metrics) if name.startswith("candidate.")]
    rows = comparison.get("facts", {}).get("rows", "the")
    head = f"## Metrics on the same {rows} test rows\n\n"
    if not live:
        return head.replace("the same ", "") + table(
            ("metric", "candidate"), [(n, figure(metrics.get(f"candidate.{n}"))) for n in names]
        )
    lines = [
        (n, figure(metrics.get(f"live.{n}")), figure(metrics.get(f"candidate.{n}")), _difference(metrics, n))
        for n in names
    ]
    return head + table(("metric", "live", "candidate", "difference"), lines)


def _difference(metrics: Mapping[str, float], name: str) -> str:
    candidate, live = metrics.get(f"candidate.{name}"), metrics.get(f"live.{name}")
    return "" if candidate is None or live is None else f"{candidate - live:+.4f}"


def gates_of(gates: Iterable[GateResult]) -> str:
    """Write what each gate found."""
    lines = [(escaped(g.what), figure(g.value), escaped(g.bound), _MARKS[g.passed]) for g in gates]
    return "## Gates\n\n" + table(("gate", "value", "bound", ""), lines) if lines else ""


def _slices(comparison: Mapping[str, Any], live: str | None, main: str) -> str:
    """Show one metric on each slice; nothing stands where it is undefined, as on rows of one class."""
    facts = comparison.get("facts", {})
    candidate = (facts.get("candidate") or {}).get("slices") or {}
    former = (facts.get("live") or {}).get("slices") or {}
    metric = _sliced(candidate, main)
    lines: list[tuple[str, ...]] = []
    for column, values in sorted(candidate.items()):
        for value, metrics in sorted(values.items()):
            old = former.get(column, {}).get(value, {})
            told = (figure(old.get(metric)), figure(metrics.get(metric)))[not live :]
            lines.append((escaped(f"{column} = {value}"), *told, str(int(metrics.get("rows") or 0))))
    cut = facts.get("cut_slices")
    lines += [(escaped(str(one)), *[""] * (3 if live else 2)) for one in (cut if isinstance(cut, list) else ())]
    heads = ("slice", "live", "candidate", "rows") if live else ("slice", "candidate", "rows")
    return f"## By slice: {metric}\n\n" + table(heads, lines) if lines else ""


def _sliced(slices: Mapping[str, Mapping[str, Mapping[str, float]]], main: str) -> str:
    """Return the metric that ranks where it was measured on slices, else the first that was."""
    known = [name for values in slices.values() for metrics in values.values() for name in metrics if name != "rows"]
    return main if main in known else next(iter(known), main)


def leaderboard_of(board: Leaderboard, chosen: Trial) -> str:
    """Write the leaderboard that a trial was chosen from."""
    metric = board.metric
    lines = [
        (
            f"{'**' if trial.run == chosen.run else ''}`{trial.run.rsplit('/', 1)[1]}`"
            + ("**" if trial.run == chosen.run else ""),
            escaped(", ".join(f"{key}={value}" for key, value in sorted(trial.params.items()))),
            figure(trial.validation.metrics.get(metric)),
            _between(trial.validation.interval.get(metric, {})),
        )
        for trial in board.trials[:10]
    ]
    head = "## Trials\n\nRanked on the validation rows, which the figures above say nothing of.\n\n"
    return head + table(("trial", "parameters", f"{metric} (validation)", "95 % interval"), lines)


def _between(interval: Mapping[str, float | None]) -> str:
    low, high = interval.get("low"), interval.get("high")
    return "" if low is None or high is None else f"{figure(low)} to {figure(high)}"
