"""From all that was read of the cluster to endpoints. Pure functions.

An InferenceService that hasn't changed since the last look, by its uid and its version, is the same value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.kubernetes.kinds import Manifest
from reconciler.model.ids import Address, Digest, RunName, name_of
from reconciler.model.observed import Endpoint, Figures, Revision, RevisionState
from reconciler.providers.serving.kserve import drift
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.endpoint_key import TOKEN
from reconciler.providers.serving.kserve.health import health, moment, stuck_since
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.pods import trouble
from reconciler.providers.serving.kserve.predictor import logs_of
from reconciler.providers.serving.kserve.prometheus import metrics_url
from reconciler.providers.serving.kserve.routes import Way, url_of
from reconciler.providers.serving.kserve.scale import scale_of

Version = tuple[str, str]
PodsByRevision = Mapping[tuple[Address, Digest], Sequence[Manifest]]


@dataclass(frozen=True, slots=True)
class Served:
    """A revision as its InferenceService tells it.

    `ending` is since when it is being deleted, `asks` whether it lets in by tokens alone.
    """

    deployment: Address
    revision: Revision
    name: str
    version: Version
    visibility: str
    ending: datetime | None = None
    asks: bool = False

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is expected to happen to it by itself."""
        return self.revision.state is RevisionState.READY


def version_of(listed: Manifest) -> Version:
    """Return what tells one state of a thing from the next."""
    return listed["metadata"]["uid"], listed["metadata"]["resourceVersion"]


def served(listed: Manifest, options: Options) -> Served:
    """Read an InferenceService of ours."""
    metadata, predictor = listed["metadata"], listed["spec"]["predictor"]
    labels, annotations = metadata["labels"], metadata.get("annotations") or {}
    found, bounds = health(listed), scale_of(predictor)
    revision = Revision(
        digest=Digest(labels[k.REVISION]),
        trial=RunName(annotations.get(k.TRIAL, "")),
        state=found.state,
        url=_url(listed, options),
        ready=found.ready,
        wanted=max(bounds[0], found.ready),
        reason=found.reason,
        scale=bounds,
        started=moment(metadata.get("creationTimestamp")),
        changed="" if drift.is_whole(listed) else "its InferenceService was changed by hand",
    )
    return Served(
        k.deployment_of(labels),
        revision,
        metadata["name"],
        version_of(listed),
        labels.get(k.VISIBILITY, "internal"),
        stuck_since(listed),
        annotations.get(k.ASKS) == TOKEN,
    )


def _url(listed: Manifest, options: Options) -> str:
    """Return where a revision alone answers: as KServe tells it, which knows headless Services, or as it will."""
    told = ((listed.get("status") or {}).get("address") or {}).get("url")
    metadata = listed["metadata"]
    return str(told or f"http://{metadata['name']}{k.PREDICTOR}.{metadata['namespace']}.svc.{options.domain}")


def explained(one: Served, pods: Sequence[Manifest], now: datetime, patience: timedelta) -> Served:
    """Add to a revision that doesn't answer what its pods, or the time, tell of it."""
    revision = one.revision
    if one.ending is not None:
        reason = _stuck(one) if now > one.ending + patience else ""
        return replace(one, revision=replace(revision, reason=reason))
    told = trouble(pods) if revision.state is RevisionState.STARTING else None
    if told is None:
        return one
    state = RevisionState.FAILED if told.final else RevisionState.STARTING
    is_missing = f'secret "{one.name}" not found' in told.reason
    changed = revision.changed or ("its Secret is missing" if is_missing else "")
    return replace(one, revision=replace(revision, state=state, reason=told.reason, changed=changed))


def _stuck(one: Served) -> str:
    return (
        f"its end was asked for at {one.ending:%Y-%m-%d %H:%M:%S} and it is still there: see its finalizers with "
        f"`kubectl get inferenceservice {one.name} -o yaml`, and that KServe's controller runs"
    )


def by_revision(pods: Iterable[Manifest]) -> PodsByRevision:
    """Group pods by the revision that they belong to."""
    found: dict[tuple[Address, Digest], list[Manifest]] = {}
    for pod in pods:
        labels = pod["metadata"]["labels"]
        found.setdefault((k.deployment_of(labels), Digest(labels[k.REVISION])), []).append(pod)
    return found


def endpoints(
    revisions: Iterable[Served], ways: Mapping[Address, Way], namespace: str, options: Options
) -> dict[Address, Endpoint]:
    """Put revisions and ways in together; a way in without any revision is an endpoint too, so that it can go."""
    grouped: dict[Address, dict[Digest, Revision]] = {deployment: {} for deployment in ways}
    for one in revisions:
        grouped.setdefault(one.deployment, {})[one.revision.digest] = one.revision
    return {
        deployment: _endpoint(deployment, found, ways.get(deployment), namespace, options)
        for deployment, found in grouped.items()
    }


def _endpoint(
    deployment: Address, revisions: Mapping[Digest, Revision], way: Way | None, namespace: str, options: Options
) -> Endpoint:
    name = name_of(deployment)
    return Endpoint(
        deployment=deployment,
        url=way.url if way else url_of(deployment, namespace, options),
        revisions=revisions,
        traffic=way.traffic if way else {},
        since=way.since if way else None,
        logs_url=logs_of(name, options),
        metrics_url=metrics_url(deployment, options),
        blocked=way.trouble if way else "",
        figures=Figures() if options.is_scraped else None,
    )


def is_gated(endpoint: Endpoint) -> bool:
    """Tell whether a rollout goes on that figures may hold back."""
    return endpoint.figures is not None and endpoint.since is not None and len(endpoint.revisions) > 1
