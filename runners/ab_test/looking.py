"""One look at a test: what has come since the last one is counted, and what is known by now is told."""

import json
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

from runners.ab_test.outcomes import SERVICE, Values, values_of
from runners.ab_test.parameters import ABTestParams, Pair, State
from runners.ab_test.units import FEWEST, Dealt, Unit, dealt
from runners.contract import InputError, Request, Result
from runners.models import ModelRefused
from runners.models.signature import read_signature
from runners.sequential.arms import Arms, bounds_of, compared, mismatch
from runners.staging import local
from runners.tables import Reading

DOCUMENT = "ab_test.json"
MISMATCH = 0.001
"""The probability with which units that were dealt out as stated are ever taken for others."""
LOST = 0.005
"""The share of the units of former looks that the log may have lost."""


def looked(request: Request, folder: Path) -> Result:
    """Look at a test.

    Raises:
        InputError: an input isn't there, or the outcomes' source is wrong.
    """
    params = request.params_as(ABTestParams)
    reading = None if params.metric in SERVICE else _reading(request)
    try:
        found = dealt(local(_url(request, "logs")), params, reading.identifier if reading else None)
    except FileNotFoundError:
        found = Dealt()
    values, notes = values_of(found.fresh, params, reading)
    former = params.former or State(until=params.start)
    assigned = _added(former.assigned, [unit.arm for unit in found.fresh])
    arms = _counted(former.arms(), found.fresh, values, params)
    told = _told(params, arms, found, assigned) | {"notes": list(notes)}
    told["state"] = State.of(arms, params.until, assigned).model_dump(mode="json")
    (folder / DOCUMENT).write_text(json.dumps(told, indent=2, allow_nan=False) + "\n", "utf-8")
    return Result(facts=told)


def _url(request: Request, role: str) -> str:
    if role not in request.inputs:
        raise InputError(f"a test needs `{role}` among its inputs", f"inputs.{role}", "give its URL")
    return request.inputs[role]


def _reading(request: Request) -> Reading | None:
    try:
        return read_signature(local(_url(request, "live"))).schema
    except ModelRefused as error:
        raise InputError(error.what, error.where, error.fix) from error


def _added(former: Pair, arms: Sequence[int]) -> Pair:
    return former[0] + len(arms) - sum(arms), former[1] + sum(arms)


def _counted(former: Arms, units: Sequence[Unit], values: Values, params: ABTestParams) -> Arms:
    known = [(unit.arm, value) for unit, value in zip(units, values, strict=True) if value is not None]
    return compared(former, [float(arm) for arm, _ in known], [value for _, value in known], params.design)


def _told(params: ABTestParams, arms: Arms, found: Dealt, assigned: Pair) -> dict[str, Any]:
    low, high = bounds_of(arms, params.design)
    means, counts = arms.means, arms.units
    gain = means[1] - means[0] if means[0] is not None and means[1] is not None else None
    told: dict[str, Any] = {"means": list(means), "gain": gain, "low": low, "high": high}
    told |= {"units": list(counts), "assigned": list(assigned), "waiting": found.waiting, "crossed": found.crossed}
    why = _obstacle(params, found) or _mismatch(params, assigned, counts)
    return told | {"why": why, "verdict": "stop" if why else _verdict(params, arms, low, high)}


def _verdict(params: ABTestParams, arms: Arms, low: float, high: float) -> str:
    """Tell what is sure by now; empty where nothing is, and it goes on."""
    if low > 0.0:
        return "promote"
    if high < params.effect:
        return "reject"
    return "none" if sum(arms.units) >= params.most else ""


def _obstacle(params: ABTestParams, found: Dealt) -> str:
    """Say why units can't be told apart any more; empty where they can."""
    if not params.keyed:
        return ""
    for name, requests, keyless, others, other in zip(
        (params.live, params.challenger), found.requests, found.keyless,
        found.requests[::-1], found.keyless[::-1], strict=True,
    ):  # fmt: skip
        if requests == keyless >= FEWEST and 2 * other < others:
            return (
                f"revision {name} logs no keys, and the other one does: its replicas began before an upgrade of "
                "Setpoint. Have it started anew, and reconcile"
            )
    counted = sum(params.former.assigned) if params.former else 0
    if counted and counted - found.before > max(1, LOST * counted):
        lost = counted - found.before
        return (
            f"the payload log no longer holds {lost:,} of {counted:,} units, so nobody knows who asks again: "
            "raise payload_quota of the serving provider"
        )
    return ""


def _mismatch(params: ABTestParams, assigned: Pair, known: Pair) -> str:
    """Say that units, or those of which something is known, weren't dealt out as stated; empty where they were."""
    what = {"units were dealt out": assigned, "outcomes or answers are known of": known}
    for words, counts in what.items():
        if mismatch(counts, params.share) >= log(1.0 / MISMATCH):
            share, stated = counts[1] / sum(counts), params.share
            return (
                f"{words} {counts[1]:,} of {sum(counts):,} to the challenger, {share:.1%}, where {stated:.0%} was "
                "stated, by more than chance explains (sample ratio mismatch): what differs between both is more than "
                "the model"
            )
    return ""
