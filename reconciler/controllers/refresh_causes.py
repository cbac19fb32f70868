"""Causes: why a version of a dataset is made beside its spec, and how an environment finds the newest that others made.

A run's name holds its cause, so environments share a version only where they know of the same one. One that has no
memory of a dataset, because it is new or its status was lost, looks among the versions of the store: a cause that a
version tells, put into the environment's own order, gives the version's name only if all else is equal, too.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from reconciler.controllers.run_lifecycle import finished_at, read_moment
from reconciler.model.decision import View
from reconciler.model.facts import DatasetFacts
from reconciler.model.ids import Address, RunName

DUE, ALERT, FORMER = "due", "alert", "former"
"""Under these names a version's provenance tells its cause."""


class Cause(NamedTuple):
    """Why a version is made beside its spec: the moment since which it is due, and the report whose alert asks.

    `former` is the version that a growing one goes on with: the newest when the cause came up, whatever is newer since.
    """

    due: str | None
    alert: str | None
    former: str | None = None

    def told(self) -> dict[str, Any]:
        """Return it as provenance; what there isn't is left out."""
        return {key: value for key, value in zip((DUE, ALERT, FORMER), self, strict=True) if value}

    def named(self) -> dict[str, Any]:
        """Return what of it a run is named by."""
        return {DUE: self.due, ALERT: self.alert} | ({FORMER: self.former} if self.former else {})

    def is_as(self, other: "Cause") -> bool:
        """Tell whether two ask for the same, whatever they go on with."""
        return (self.due, self.alert) == (other.due, other.alert)


def newest_known(address: Address, now: Cause, name_of: Callable[[Cause], RunName], view: View) -> Cause:
    """Return the cause of the newest version that some environment accepted, where this one has no memory of any.

    Args:
        address: the dataset.
        now: what asks for a version here by itself.
        name_of: names the run that this environment would order for a cause.
        view: the world.
    """
    if view.facts_of(address, DatasetFacts).get("run") or now.alert:
        return now
    found = [
        (moment, cause)
        for version in view.versions_by_owner.get(address, ())
        if (moment := read_moment(finished_at(view.actual.results.get(version.run, {}))))
        and name_of(cause := _cause_of(version.run, view)) == version.run
    ]
    due = read_moment(now.due)
    newer = [(moment, cause) for moment, cause in found if due is None or moment > due]
    return max(newer, key=lambda item: item[0])[1] if newer else now


def _cause_of(run: RunName, view: View) -> Cause:
    told = view.actual.results[run].get("provenance")
    known = told if isinstance(told, dict) else {}
    return Cause(*(str(known[key]) if known.get(key) else None for key in (DUE, ALERT, FORMER)))
