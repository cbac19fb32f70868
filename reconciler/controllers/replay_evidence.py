"""What a reviewer reads of a replay: recent requests, answered again by the candidate."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.controllers.measured import Figures, Measured, count_of, is_finite, one_sided
from reconciler.controllers.replay import Look, lacking, outcomes_of
from reconciler.model.markdown import escaped, figure, table
from reconciler.model.text import counted, printable

MOST_TOLD = 10


def replay_section(look: Look, result: Mapping[str, Any]) -> str:
    """Write what was replayed, and what of it wasn't looked at."""
    facts = result.get("facts")
    told = facts if isinstance(facts, Mapping) else {}
    parts = [f"## On recent requests\n\n{_occasion(look, told)}"]
    if why := lacking(look, result) or str(told.get("obstacle") or ""):
        parts.append(f"**Nothing that a gate asks is known of them:** {escaped(printable(why, 300))}.")
    if look.run is not None and not told.get("obstacle"):
        parts += filter(None, (_figures(look, result), _lists(told), _outcomes(result, told)))
    return "\n\n".join(parts)


def _occasion(look: Look, told: Mapping[str, Any]) -> str:
    if look.run is None:
        return "No model answers now."
    rows, logged = count_of(told, "rows"), count_of(told, "logged")
    span = f"from {look.end - look.spec.window:%Y-%m-%d %H:%M} to {look.end:%Y-%m-%d %H:%M} UTC"
    drawn = f"{counted(rows, 'row')}, drawn of {logged:,}," if logged > rows else counted(rows, "row")
    text = f"{drawn} that `{look.live}` was asked {span}, answered again by the candidate (`{look.run.run}`)."
    unread = count_of(told, "unread")
    return text + (f" {counted(unread, 'row')} can't be replayed as logged." if unread else "")


def _figures(look: Look, result: Mapping[str, Any]) -> str:
    figures, sure = Figures(result, look.spec.confidence), look.spec.confidence
    lines = [_line(what, one) for name, what in _SHOWN.items() if (one := figures.of(name))]
    lines += list(_shifts(result)) + list(_times(result, sure))
    return table(("figure", "value", one_sided(sure), "of"), lines) if lines else ""


_SHOWN: Mapping[str, str] = {
    "differing": "share of answers that differ",
    "refused": "share of rows that it refuses",
}


def _line(what: str, one: Measured) -> tuple[str, ...]:
    return what, figure(one.value), one.between, str(one.count)


def _end(end: float | None) -> str:
    return "unknown" if end is None else figure(float(end))


def _shifts(result: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Tell how far probabilities, or numbers, are from the live model's in the mean."""
    told = result["facts"]
    scores = [(f"shift of the probability of {one.get('class')}", one) for one in _maps(told.get("scores"))]
    numbers = told.get("numbers")
    for what, one in [*scores, *([("shift of the numbers", numbers)] if isinstance(numbers, Mapping) else [])]:
        mean = one.get("mean")
        if isinstance(mean, Mapping) and is_finite(mean.get("value")):
            ends = (_end(end) if is_finite(end := mean.get(name)) else "unknown" for name in ("low", "high"))
            yield (
                escaped(printable(what, 100)),
                f"{mean['value']:+.4g}",
                " to ".join(ends),
                str(count_of(mean, "count")),
            )


def _times(result: Mapping[str, Any], sure: float) -> Iterator[tuple[str, ...]]:
    """Tell how long both models take for a row, beside each other in the job."""
    times = result["facts"].get("times")
    for who in ("candidate", "live") if isinstance(times, Mapping) else ():
        known = Figures({"facts": {"figures": times.get(who), "confidence": sure}}, sure)
        for percent in ("p50", "p99"):
            if one := known.of(percent):
                yield _line(f"{percent} of an answer in ms, {who}", one)


def _lists(told: Mapping[str, Any]) -> str:
    """Tell what it refuses, what answers become, where most differ, and whether the live model repeats itself."""
    lines = [
        f"refuses {counted(count_of(one, 'rows'), 'row')}: {one.get('kind')}" for one in _maps(told.get("refused"))
    ]
    for one in _maps(told.get("classes")):
        becomes = [pair for pair in one.get("becomes") or () if isinstance(pair, list) and len(pair) == 2]
        share = one.get("differing")
        of = count_of(share, "count") if isinstance(share, Mapping) else 0
        lines += [f"of {of} answers {one.get('class')}, {count} become {new}" for new, count in becomes[:3]]
    for one in _maps(told.get("where")):
        share = one.get("differing")
        if isinstance(share, Mapping) and is_finite(share.get("value")):
            lines.append(f"where {one.get('what')}, {100 * share['value']:.1f} % of {count_of(share, 'count')} differ")
    repeated = told.get("repeated")
    again = repeated.get("value") if isinstance(repeated, Mapping) else None
    if again is not None and is_finite(again) and again < 1:
        lines.append(f"the live model itself repeats {100 * again:.1f} % of its logged answers in the job")
    return "\n".join(f"- {escaped(printable(line, 200))}" for line in lines[: 3 * MOST_TOLD])


def _outcomes(result: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """Tell both models' metrics on the rows whose outcomes are known."""
    known, metrics = outcomes_of(told), result.get("metrics")
    rows = count_of(known, "rows")
    notes = known.get("notes")
    said = " ".join(escaped(printable(str(one), 300)) for one in (notes if isinstance(notes, list) else [])[:3])
    if not rows or not isinstance(metrics, Mapping):
        return f"No outcome of these rows is known. {said}".strip()
    names = sorted(name.removeprefix("candidate.") for name in metrics if str(name).startswith("candidate."))
    intervals = known.get("intervals")
    lines = []
    for name in names:
        own, live = (metrics.get(f"{who}.{name}") for who in ("candidate", "live"))
        one = intervals.get(name) if isinstance(intervals, Mapping) else None
        ends = one if isinstance(one, Mapping) else {}
        between = " to ".join(_end(end) if is_finite(end := ends.get(side)) else "unknown" for side in ("low", "high"))
        if own is not None and live is not None and is_finite(own) and is_finite(live):
            lines.append((escaped(name), figure(live), figure(own), f"{own - live:+.4f}", between))
    heads = ("metric", "live", "candidate", "difference", "95 % interval, two-sided, paired")
    text = f"Outcomes are known of {counted(rows, 'row')}{_left_out(known)}. {said}".strip()
    return f"{text}\n\n{table(heads, lines)}{_mcnemar(known)}" if lines else text


def _left_out(known: Mapping[str, Any]) -> str:
    """Tell how many rows with outcomes aren't among them, as a model was trained on them."""
    seen = known.get("seen")
    counts = {who: count_of(seen, who) for who in ("candidate", "live")} if isinstance(seen, Mapping) else {}
    told = [f"{count:,} that the {who} model was trained or chosen on" for who, count in counts.items() if count]
    return f", without {' and '.join(told)}" if told else ""


def _mcnemar(known: Mapping[str, Any]) -> str:
    told = known.get("mcnemar")
    if not isinstance(told, Mapping) or not is_finite(told.get("p")):
        return ""
    own, live = count_of(told, "candidate_alone"), count_of(told, "live_alone")
    alone = f"The candidate alone is right on {own}, the live model alone on {live}"
    return f"\n\n{alone} (McNemar's test: p = {told['p']:.2g})."


def _maps(told: Any) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, Mapping)][:MOST_TOLD] if isinstance(told, list) else []
