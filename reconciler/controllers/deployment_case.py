"""One deployment in one pass: what is known of it, what is done to its endpoint, and how it tells what it decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.controllers.endpoints import live_of
from reconciler.controllers.promotable import Pinned
from reconciler.controllers.served import kept_served, told, with_served
from reconciler.model.change import Change, Route, StartRevision, StopRevision
from reconciler.model.decision import Decision, Live, Phase, View
from reconciler.model.facts import DeploymentFacts
from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.deployments import Deployment, Model, Replicas
from reconciler.model.observed import Endpoint, Revision
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one deployment in one pass."""

    resource: Resource
    spec: Deployment
    model: Model
    revision: Digest
    endpoint: Endpoint
    view: View
    members: Mapping[str, Model] = field(default_factory=dict)
    """The models that a graph combines, by their name in it; none where it is one model."""

    @property
    def models(self) -> Mapping[str, Model]:
        """Return the models that are loaded, by the name that a run is told of each."""
        return {f"model_{name}": model for name, model in self.members.items()} or {"model": self.model}

    @property
    def answering(self) -> str:
        """Say who answers."""
        if not self.members:
            return f"{self.model.trial} answers"
        return f"{' and '.join(model.trial for model in self.members.values())} answer together"

    @property
    def bounds(self) -> Replicas:
        """Return the bounds of scale that hold now."""
        return self.spec.replicas.at(self.view.actual.now)

    @property
    def running(self) -> Revision | None:
        """Return the revision that the spec asks for, if it is there."""
        return self.endpoint.revisions.get(self.revision)

    @property
    def pinned(self) -> Pinned:
        """Return the model that is pinned, as all that is promoted is."""
        return Pinned(self.model.trial, self.model.digest)

    @property
    def rolled_back(self) -> list[str]:
        """Return the revisions that were rolled back, the newest last."""
        former = self.view.facts_of(self.resource.address, DeploymentFacts).get("rolled_back") or ()
        return [str(item) for item in former][-20:]

    @property
    def name(self) -> Address | None:
        """Return the endpoint's name, where the deployment has got another one since."""
        return self.resource.identity if self.resource.former else None

    def start(self, why: str) -> StartRevision:
        """Start the revision."""
        spec = self.spec
        return StartRevision(
            address=self.resource.address,
            revision=self.revision,
            model=self.model,
            members=self.members,
            graph=spec.graph,
            replicas=self.bounds,
            resources=spec.resources,
            visibility=spec.visibility,
            access=spec.access,
            log_payloads=spec.log_payloads,
            payloads=spec.payloads,
            why=why,
            endpoint=self.name,
        )

    def route(self, traffic: Mapping[Digest, int], why: str, key: str = "") -> Route:
        """Divide the traffic among revisions, in percent, by a header's values where one is told."""
        return Route(address=self.resource.address, traffic=traffic, why=why, key=key, endpoint=self.name)

    def stop(self, revision: Digest, why: str) -> StopRevision:
        """Stop a revision."""
        return StopRevision(address=self.resource.address, revision=revision, why=why, endpoint=self.name)

    def told(
        self,
        phase: Phase,
        reason: Reason,
        message: str,
        changes: tuple[Change, ...] = (),
        *,
        wake: datetime | None = None,
        rolled_back: list[str] | None = None,
        drifted: str = "",
        serves: bool = False,
        test: Mapping[str, Any] | None = None,
    ) -> Decision:
        """Decide, and tell how the endpoint stands; `serves` says that the pinned model has all the traffic.

        What was told of the revision's A/B test stays, unless another `test` is told.
        """
        facts = self._facts(self.rolled_back if rolled_back is None else rolled_back, test, serves=serves)
        return Decision(
            address=self.resource.address,
            phase=phase,
            reason=reason,
            message=message,
            changes=changes,
            facts=facts,
            output=self._live(facts),
            drifted=drifted,
            wake=wake,
        )

    def _live(self, facts: DeploymentFacts) -> Live | None:
        """Return the model that answers, and since when: another access is another revision, and no other model."""
        live, served = live_of(self.endpoint), told(facts)
        if live is None or live.since is None or not served or served[-1].run != live.trial:
            return live
        return replace(live, since=min(live.since, served[-1].since))

    @property
    def test(self) -> Mapping[str, Any]:
        """Return what was told last of the A/B test of the revision; nothing where there was none."""
        return kept if (kept := self.recorded_test).get("revision") == self.revision else {}

    @property
    def recorded_test(self) -> Mapping[str, Any]:
        """Return what was told last of an A/B test, whichever revision's."""
        kept = self.view.facts_of(self.resource.address, DeploymentFacts).get("test")
        return kept if isinstance(kept, Mapping) else {}

    def _facts(self, rolled_back: list[str], test: Mapping[str, Any] | None, *, serves: bool) -> DeploymentFacts:
        facts: DeploymentFacts = {
            "url": self.endpoint.url,
            "trial": self.model.trial,
            "revision": self.revision,
            "traffic": dict(sorted(self.endpoint.traffic.items())),
            "revisions": {
                name: {"trial": item.trial, "state": item.state.value, "ready": item.ready}
                for name, item in sorted(self.endpoint.revisions.items())
            },
        }
        facts |= {"models": {name: pin.trial for name, pin in self.members.items()}} if self.members else {}
        address, view = self.resource.address, self.view
        served = with_served(address, self.pinned, view) if serves else kept_served(address, view)
        facts |= {"served": served} if served else {}
        facts |= {"test": dict(kept)} if (kept := self.test if test is None else test) else {}
        return facts | ({"rolled_back": rolled_back} if rolled_back else {})
