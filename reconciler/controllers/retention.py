"""Retention: former versions go by their age, where a spec says how old they may get."""

from datetime import timedelta

from reconciler.controllers.run_lifecycle import being_read, finished_at, read_moment
from reconciler.model.change import Change, DropRun
from reconciler.model.decision import View
from reconciler.model.ids import Address, RunName


def expired(address: Address, span: timedelta | None, wanted: frozenset[RunName], view: View) -> tuple[Change, ...]:
    """Drop the versions that were made longer ago than a span, beside those that are wanted; without a span, none.

    One that a job still reads stays until it has ended, and so does one of which nobody knows when it was made.
    """
    if span is None:
        return ()
    busy, oldest = wanted | being_read(view), view.actual.now - span
    ours = [v.run for v in view.versions_by_owner.get(address, ()) if v.here and v.run not in busy]
    made = {run: read_moment(finished_at(view.actual.results.get(run, {}))) for run in sorted(ours)}
    why = "it is older than the spec keeps"
    old = [run for run, moment in made.items() if moment is not None and moment < oldest]
    return tuple(DropRun(address=address, run=run, why=why, accepted=True) for run in old)
