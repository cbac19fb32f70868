"""From what moved and what it costs to few causes, each with what to do: the alerts of a report, told once."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from runners.monitor.causes.costs import Cost
from runners.monitor.causes.told import Action, CausePart, Kind
from runners.monitor.findings import Findings
from runners.monitor.verdict import Alert

MOST, TOLERATED = 8, 0.03
"""Causes that are told; the drop that counts as none where the spec doesn't say."""
_OF_COLUMNS = ("missing values", "unseen categories")
_OF_ROWS = ("columns drift", "distance from the reference", "outliers")
_KINDS: Mapping[str, tuple[Kind, Action]] = MappingProxyType(
    {
        "risk rose": ("outcomes", "retrain"),
        "error rate": ("service", "fix"),
        "p99 latency in ms": ("service", "fix"),
    }
)


def ranked(
    costs: Sequence[Cost], found: Findings, alerts: Sequence[Alert], tolerated: float | None = None
) -> tuple[CausePart, ...]:
    """Return the causes of a report's alerts, the dearest first, then what moved without harm.

    An alert belongs to the columns that explain it; one that none explains is a cause by itself.

    Args:
        costs: what moved.
        found: the figures of the window.
        alerts: which of them are beyond their thresholds.
        tolerated: the drop of the estimated metric that is no alert: what surely costs less than that is no harm.
    """
    most = TOLERATED if tolerated is None else tolerated
    told = [_of_column(cost, found, alerts, most) for cost in costs]
    harmful = [one for one in told if one.is_harmful]
    explained = {what for one in harmful for what in one.alerts}
    if harmful:
        rest = [one.what for one in alerts if one.what not in explained and _is_explained(one, found, harmful)]
        harmful[0] = harmful[0].model_copy(update={"alerts": (*harmful[0].alerts, *rest)})
        explained |= set(rest)
    others = [_by_itself(one, harmless=bool(told)) for one in alerts if one.what not in explained]
    calm = [one for one in told if not one.is_harmful]
    return tuple([*harmful, *others, *calm][:MOST])


def left_out(costs: Sequence[Cost], causes: Sequence[CausePart]) -> tuple[str, ...]:
    """Say which columns moved and aren't told of, as there are more causes than are told."""
    told = {name for one in causes for name in one.columns}
    names = [name for cost in costs for name in cost.moved.player.names if name not in told]
    if not names:
        return ()
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return (
        f"Moved too, and not told as causes, of which there are {MOST} at the most: {', '.join(names[:MOST])}{more}.",
    )


def _drop(found: Findings, metric: str) -> float | None:
    """Return the estimated drop of a metric, where it is beyond its noise."""
    for one in found.performance:
        drop, error = one.drop(is_realized=False), one.error(is_realized=False)
        if one.metric == metric and drop is not None and drop > 2 * (error or 0.0):
            return drop
    return None


def _of_column(cost: Cost, found: Findings, alerts: Sequence[Alert], most: float) -> CausePart:
    names, parts, drop = cost.moved.player.names, cost.moved.parts, _drop(found, cost.metric)
    part = parts.names[cost.part]
    raised = tuple(_raised(alerts, names, found, cost))
    action = _action(cost, raised, most)
    worth = cost.worth
    return CausePart(
        kind="column",
        what=f"{_named(names)} moved: {part} in {cost.was:.1%} → {cost.now:.1%} of the rows",
        action=action,
        fix=_fix(action, cost, part, is_raised=bool(raised)),
        columns=names,
        alerts=raised if action != "nothing" else (),
        part=part,
        was=cost.was,
        now=cost.now,
        metric=cost.metric,
        cost=worth.gain if worth else None,
        low=worth.low if worth else None,
        high=worth.high if worth else None,
        share=worth.gain / drop if worth and drop else None,
        why=cost.why,
    )


def _named(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}, in the same rows,"


def _raised(alerts: Sequence[Alert], names: Sequence[str], found: Findings, cost: Cost) -> Iterator[str]:
    """Yield which alerts a group of columns has raised by itself."""
    is_dear = cost.worth is not None and cost.worth.is_beyond_noise
    for alert in alerts:
        is_of_them = any(alert.where == name or alert.where.startswith(f"{name}: ") for name in names)
        drifts = (is_dear or cost.worth is None) and bool(set(names) & set(found.drifted))
        told = {"columns drift": drifts, **dict.fromkeys(_OF_COLUMNS, is_of_them)}
        if told.get(alert.what, is_dear and alert.what.startswith("estimated ")):
            yield alert.what


def _action(cost: Cost, raised: Sequence[str], most: float) -> Action:
    is_alien = cost.moved.is_alien or cost.moved.parts.names[cost.part] == "missing"
    if any(what in _OF_COLUMNS for what in raised):
        return "fix"
    if cost.worth is None:
        return "fix" if is_alien else "look"
    if not cost.worth.is_beyond_noise:
        return "nothing" if cost.worth.high <= most else "look"
    return "fix" if is_alien else "retrain"


def _fix(action: Action, cost: Cost, part: str, *, is_raised: bool) -> str:
    name = _named(cost.moved.player.names).removesuffix(", in the same rows,")
    if action == "fix":
        cheap = cost.worth is not None and not cost.worth.is_beyond_noise and is_raised
        told = " It costs nothing that can be measured." if cheap else ""
        return f"Fix the source of {name}: the model hardly ever saw a row like this ({part}).{told}"
    if action == "retrain":
        return f"Retrain by proposal on rows that have {name} as it is now (`alert: {{action: retrain}}`)."
    if action == "look" and cost.worth:
        return f"See whether {name} is to be like this: it may cost nothing or {cost.worth.high:.2g} of {cost.metric}."
    if action == "look":
        return f"See whether {name} is to be like this: what it costs can't be told, since {cost.why}."
    if cost.worth and cost.worth.high < 0:
        return f"Nothing: without it the estimated {cost.metric} would be worse."
    return "Nothing: what it costs is below noise, and surely less than what is tolerated."


def _is_explained(alert: Alert, found: Findings, harmful: Sequence[CausePart]) -> bool:
    """Tell whether an alert that no column raised by itself goes with the columns that moved."""
    if alert.what in _OF_ROWS:
        return True
    is_dear = any(one.low is not None and one.low > 0 for one in harmful)
    return is_dear and alert.what.startswith("realised ") and not _is_beyond_estimate(found)


def _is_beyond_estimate(found: Findings) -> bool:
    """Tell whether the realised metric fell by more than the estimated one, beyond the noise of both."""
    first = next(iter(found.performance), None)
    drops = [first.drop(is_realized=side) if first else None for side in (True, False)]
    errors = [(first.error(is_realized=side) if first else None) or 0.0 for side in (True, False)]
    if drops[0] is None or drops[1] is None:
        return True
    return bool(drops[0] - drops[1] > 2 * (errors[0] ** 2 + errors[1] ** 2) ** 0.5)


def of_segment(alert: Alert) -> CausePart:
    """Return an alert of a segment as a cause: it is of rows that all rows together hide."""
    what = f"{alert.what}: {alert.value:.4g}, threshold {alert.threshold:.4g} ({alert.where})"
    is_known = alert.what.startswith(("realised ", "risk rose"))
    return CausePart(
        kind="segment", what=what, action="retrain" if is_known else "look", fix=alert.fix, alerts=(alert.what,)
    )


def _by_itself(alert: Alert, *, harmless: bool) -> CausePart:
    """Return an alert that no column explains as a cause."""
    kind, action = _KINDS.get(alert.what, ("rows", "look"))
    fix, what = alert.fix, f"{alert.what}: {alert.value:.4g}, threshold {alert.threshold:.4g} ({alert.where})"
    if alert.what.startswith("realised "):
        kind, action = "outcomes", "retrain"
    if kind == "outcomes":
        fix = f"Outcomes no longer follow from the columns as they did. {alert.fix}"
    elif alert.what.startswith("estimated "):
        fix = f"No column that moved explains it by itself. {alert.fix}"
    elif alert.what in _OF_ROWS and harmless:
        fix = f"No column that moved costs anything that can be measured. {alert.fix}"
    return CausePart(kind=kind, what=what, action=action, fix=fix, alerts=(alert.what,))
