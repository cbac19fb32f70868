"""Reverting: a model whose release failed is taken back in Git too, with the measurements that caused it.

1. A release has failed when the deployment has stalled on the pinned model: its rollout's gates took it back, its smoke
   test failed, it didn't become ready, or it doesn't start. A model that had all the traffic last was released: what
   stalls then is another revision of it, and the fault of its spec.
2. The revert pins the model that had all the traffic before and that nobody took back. Where there was none, there is
   nothing to go back to.
3. It is proposed once, merged where `revert` is `auto`, and a person who declines it has the last word.
4. The model that was taken back isn't proposed again: it has been live, and isn't any more.
"""

from collections.abc import Sequence

from reconciler.controllers.promoting import pinning
from reconciler.controllers.promotion_case import Case
from reconciler.controllers.proposals import edited, is_open, merge_of, propose_once, was_proposed
from reconciler.controllers.served import Served, told
from reconciler.model.decision import Decision, Phase
from reconciler.model.facts import DeploymentFacts
from reconciler.model.ids import digest
from reconciler.model.kinds.promotions import REVERT
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource

FAILURES = frozenset({Reason.ROLLED_BACK, Reason.SMOKE_TEST_FAILED, Reason.DEADLINE_EXCEEDED, Reason.REVISION_FAILED})
"""Why a deployment stalls when the release of its model has failed."""


def revert(case: Case, deployment: Resource) -> Decision | None:
    """Take back a pinned model whose release has failed; None where none has, or a person wants it kept."""
    above = case.view.upstream.get(deployment.address)
    how = case.spec.revert or case.spec.approval
    if above is None or case.live is None or how == "never":
        return None
    if above.phase is not Phase.STALLED or above.reason not in FAILURES:
        return None
    served = told(case.view.facts_of(deployment.address, DeploymentFacts))
    former = _former(case, served)
    if former is None or served[-1].pin == case.live:
        return None
    name = f"{case.resource.identity}/{digest(['revert', case.live.run, case.live.digest, former.run])}"
    if was_proposed(case.address, name, case.view) and not is_open(name, case.view):
        return None
    title = f"{REVERT} {deployment.address} to {former.run} in {case.environment}"
    wanted = pinning(case, former.pin, name, title, _body(case, deployment, above, former), why="its release failed")
    changes = propose_once(wanted, case.view)
    message = f"the release of {case.live.run} failed ({above.message}); its revert to {former.run}"
    if is_open(name, case.view) and how == "auto" and not edited(case.address, case.view):
        changes += merge_of(wanted, case.view, f"the release failed: {above.message}")
        return case.told(Phase.RECONCILING, Reason.REVERTING, f"{message} is merged", changes)
    return case.told(Phase.WAITING, Reason.REVERTING, f"{message} waits for its merge", changes)


def _former(case: Case, served: Sequence[Served]) -> Served | None:
    """Return the model that had all the traffic last, but for the one that is pinned and those that were taken back."""
    assert case.live is not None, "something is pinned"
    held = case.memory.get("taken_back") or ()
    return next((one for one in reversed(served) if one.pin != case.live and one.run not in held), None)


def _body(case: Case, deployment: Resource, failed: Decision, former: Served) -> str:
    assert case.live is not None, "something is pinned"
    return (
        f"The release of `{case.live.run}` to `{deployment.address}` in {case.environment} failed:\n\n"
        f"> {failed.message}\n\n"
        f"This pins `{former.run}` again, which had all the traffic since {former.since:%Y-%m-%d %H:%M} UTC. "
        f"`{case.live.run}` isn't proposed again; `setpoint promote` lifts that.\n\n"
        f"- reason: {failed.reason}\n- address: `{deployment.address}`\n"
    )
