"""Freshness: how old data may be that is promoted, or that a model was made from. Of unknown age is too old."""

from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.controllers.following import told
from reconciler.controllers.gate_statuses import DATA
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.run_lifecycle import finished_at
from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import RunName
from reconciler.model.moment import moment_of
from reconciler.model.quantity import format_duration
from reconciler.model.reason import Reason
from reconciler.model.reviews import Verdict


@dataclass(frozen=True, slots=True)
class Age:
    """What a gate on the age of the data says, in words that stay the same as time goes by."""

    line: str
    is_fresh: bool


def freshness(case: Case, candidate: Candidate) -> Age | None:
    """Hold the age of a candidate's data against what the spec allows; None where it allows any."""
    most = case.spec.freshness
    if most is None:
        return None
    bound = f"at most {format_duration(most)} old is asked for"
    made = _made(case, candidate)
    if made is None:
        return Age(f"nobody knows when its data was made, and {bound}", is_fresh=False)
    return Age(f"its data is of {made:%Y-%m-%d %H:%M} UTC, and {bound}", case.view.actual.now - made <= most)


def stale_data(case: Case, candidate: Candidate, age: Age, changes: tuple[Change, ...]) -> Decision:
    """Tell of a candidate whose data is too old, and on what is proposed of it already."""
    message = f"{candidate.run} isn't promoted: {age.line}"
    changes = told(case, DATA, Verdict.FAILURE, age.line) + changes
    return case.told(Phase.STALLED, Reason.GATES_FAILED, message, changes, facts={"candidate": candidate.run})


def _made(case: Case, candidate: Candidate) -> datetime | None:
    """Return when the version of the data was made, as its runner told."""
    made = moment_of(finished_at(case.view.actual.results.get(RunName(candidate.data)) or {}))
    return made.astimezone(UTC) if made else None
