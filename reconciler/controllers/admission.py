"""Admission: whether a deployment may begin with the model that is pinned. What has traffic keeps it all the same.

1. It has served in every environment that its route comes by before this one.
2. It is in the data store, and is the very model that was pinned.
3. Where models have to be signed, an allowed signer vouches for it.
4. Where it is one of a graph, it has all the traffic of its own deployment.
"""

from reconciler.controllers.deployment_case import Case
from reconciler.controllers.members import unproven
from reconciler.controllers.run_lifecycle import describe_error
from reconciler.controllers.served import skipped
from reconciler.model.change import AcceptRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import RunName
from reconciler.model.kinds.deployments import Model
from reconciler.model.reason import Reason
from runners.contract.formats import RESULT, is_newer


def hindrance(case: Case) -> Decision | None:
    """Return what keeps the pinned model from being begun with; None where nothing does."""
    each = (_missing(case, model) or _unverified(case, model) for model in case.models.values())
    return _skipping(case) or next((found for found in each if found), None) or _unproven(case)


def _missing(case: Case, model: Model) -> Decision | None:
    run = RunName(model.trial)
    version, result = case.view.actual.data.versions.get(run), case.view.actual.results.get(run)
    if version is None or result is None:
        message = f"the pinned {run} is not in the data store: train it here, or pin another"
        return case.told(Phase.STALLED, Reason.MODEL_NOT_FOUND, message)
    if is_newer(result, RESULT):
        return case.told(Phase.STALLED, Reason.NEWER_FORMAT, describe_error(result))
    known = result.get("facts", {}).get("model", {}).get("digest")
    if known != model.digest:
        message = f"the pin says {model.digest[:19]}… and {run} is {str(known)[:19]}…: correct model.digest"
        return case.told(Phase.STALLED, Reason.DIGEST_MISMATCH, message)
    if not version.here:
        accept = AcceptRun(address=case.resource.address, run=run, why="its model is pinned here")
        return case.told(Phase.RECONCILING, Reason.FETCHING_MODEL, f"{run} is being taken over", (accept,))
    return None


def _skipping(case: Case) -> Decision | None:
    """Refuse to begin with a model that has skipped an environment of its route; what serves goes on."""
    if case.running and case.endpoint.traffic.get(case.revision):
        return None
    message = skipped(case.resource, case.pinned, case.view)
    return case.told(Phase.STALLED, Reason.SKIPPED_ENVIRONMENT, message) if message else None


def _unproven(case: Case) -> Decision | None:
    """Hold a graph back until each of its models has all the traffic of its own deployment; what serves goes on."""
    if not case.members or case.endpoint.traffic.get(case.revision):
        return None
    message = unproven(case.spec, case.members, case.view)
    return case.told(Phase.WAITING, Reason.WAITS_FOR_MEMBERS, message) if message else None


def _unverified(case: Case, model: Model) -> Decision | None:
    """Hold a model back that no allowed signer vouches for, unless it has traffic already."""
    view = case.view
    if view.desired.model_signers is None or case.endpoint.traffic.get(case.revision):
        return None
    flaw = view.actual.verdicts.get(model)
    if flaw is None:
        message = f"the statement about {model.trial} is verified once it is pinned"
        return case.told(Phase.WAITING, Reason.UNVERIFIED, message)
    if not flaw:
        return None
    message = f"{model.trial} isn't served: its statement {flaw}; `setpoint verify` tells more"
    return case.told(Phase.STALLED, Reason.UNVERIFIED, message)
