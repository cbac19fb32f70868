"""Backing off: a change that failed is left alone for a while that doubles, with a jitter of its own."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, CommitId
from reconciler.model.plan import Outcome, Plan
from reconciler.model.reason import Reason

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often in a row a resource's changes have failed on one commit, the last outcome, and when it is due again."""

    commit: CommitId
    failures: int
    outcome: Outcome
    due: datetime


Attempts = Mapping[Address, Attempt]
NONE: Attempts = MappingProxyType({})


def hold(plan: Plan, attempts: Attempts, now: datetime) -> Plan:
    """Take from a plan the changes that wait for their next attempt, with all that comes after them in their resource.

    A newer commit ends the wait, and so does a decision that no longer wants the change.
    """
    held = {
        address: _held(plan.decisions[address], attempt)
        for address, attempt in attempts.items()
        if attempt.due > now and attempt.commit == plan.commit and _is_wanted(attempt, plan.decisions.get(address))
    }
    if not held:
        return plan
    decisions: Mapping[Address, Decision] = MappingProxyType({**plan.decisions, **held})
    return replace(plan, decisions=decisions)


def retold(decision: Decision, outcome: Outcome) -> Decision:
    """Return a decision as it stands after a change of it has failed: what comes next is a retry, or a person."""
    hint = f" ({outcome.hint})" if outcome.hint else ""
    return replace(
        decision,
        phase=Phase.WAITING if outcome.retry else Phase.STALLED,
        reason=Reason.RETRYING if outcome.retry else Reason.REFUSED,
        message=f"{outcome.change.verb} {outcome.change.target}: {outcome.error}{hint}",
    )


def _is_wanted(attempt: Attempt, decision: Decision | None) -> bool:
    return decision is not None and attempt.outcome.change in decision.changes


def _held(decision: Decision, attempt: Attempt) -> Decision:
    before = decision.changes[: decision.changes.index(attempt.outcome.change)]
    return replace(retold(decision, attempt.outcome), changes=before, wake=attempt.due)


def after(attempts: Attempts, plan: Plan, outcomes: tuple[Outcome, ...], now: datetime) -> Attempts:
    """Return the attempts as they stand after a pass: failures counted, successes and old stories forgotten."""
    former = {
        address: attempt
        for address, attempt in attempts.items()
        if attempt.commit == plan.commit and address in plan.decisions and now - attempt.due < 2 * LONGEST
    }
    kept = dict(former)
    for outcome in outcomes:
        address = outcome.change.address
        if outcome.error:
            failures = former[address].failures + 1 if address in former else 1
            kept[address] = Attempt(plan.commit, failures, outcome, now + delay(failures, address))
        elif address in former and former[address].outcome.change == outcome.change:
            del kept[address]
    return MappingProxyType(kept)


def delay(failures: int, address: Address) -> timedelta:
    """Return how long to wait after so many failures in a row: doubling up to five minutes, half of it jitter.

    The jitter is the resource's own, so that many don't come back at once and the same story is always told the same.
    """
    whole = min(FIRST.total_seconds() * 2 ** min(failures - 1, 16), LONGEST.total_seconds())
    jitter = zlib.crc32(f"{address}#{failures}".encode()) % 1000 / 1000
    return timedelta(seconds=whole * (0.5 + jitter / 2))
