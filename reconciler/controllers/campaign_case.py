"""A campaign in one pass: what is asked for, what is known of it, and what the pass comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.controllers.run_lifecycle import Lifecycle, finished_at
from reconciler.model.change import Change
from reconciler.model.decision import DataVersion, Phase, View
from reconciler.model.facts import LabelFacts
from reconciler.model.ids import RunName
from reconciler.model.kinds.campaigns import Campaign
from reconciler.model.kinds.labels import Labels
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource

PORT = "labelling"


@dataclass(frozen=True, slots=True)
class Pulled:
    """A version of a campaign's answers: of which state of its project, how many, and since when one was due."""

    run: RunName
    content: str
    state: str
    answers: int
    due: str


@dataclass(frozen=True, slots=True)
class Case:
    """A campaign in one pass: what is asked for, and what is known of it.

    `due` is since when a new version is due, `pulled` the newest answers that were pulled, `merged` how far they are
    merged.
    """

    resource: Resource
    spec: Labels
    data: DataVersion
    view: View
    due: str = ""
    pulled: Pulled | None = None
    merged: Lifecycle | None = None

    @property
    def campaign(self) -> Campaign:
        """Return what is asked for."""
        assert self.spec.campaign is not None
        return self.spec.campaign

    @property
    def facts(self) -> LabelFacts:
        """Return what was recorded of it."""
        return self.view.facts_of(self.resource.address, LabelFacts)


@dataclass(slots=True)
class Step:
    """What a pass comes to for a campaign. `held` says why something waits for a person; `notes` are asides.

    `is_stopped` tells that nobody is asked anything more.
    """

    changes: list[Change] = field(default_factory=list)
    runs: set[RunName] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    held: str = ""
    reason: Reason = Reason.WAITING
    phase: Phase = Phase.WAITING
    drifted: str = ""
    is_stopped: bool = False

    def hold(self, why: str, reason: Reason) -> None:
        """Wait for a person; the first reason is the one that is told."""
        if not self.held:
            self.held, self.reason, self.phase = why, reason, Phase.STALLED


def newest_answers(resource: Resource, view: View) -> Pulled | None:
    """Return the newest version of the answers that is in the data store."""
    found = []
    for version in view.versions_by_owner.get(resource.address, ()):
        result = view.actual.results.get(version.run, {})
        told = result.get("facts", {}).get("pulled")
        if version.here and isinstance(told, Mapping) and isinstance(told.get("answers"), int):
            pulled = Pulled(
                version.run,
                str(result.get("content") or version.run),
                str(told.get("state", "")),
                told["answers"],
                str(told.get("due", "")),
            )
            found.append((finished_at(result), pulled.run, pulled))
    return max(found)[2] if found else None
