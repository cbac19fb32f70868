"""From an order to an InferenceService, and from one that is there to the same with other bounds. Pure functions."""

from reconciler.kubernetes.kinds import Manifest
from reconciler.plugins.refusals import demand, logged_whole
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve import drift, endpoint_key
from reconciler.providers.serving.kserve import predictor as p
from reconciler.providers.serving.kserve.access import has_use
from reconciler.providers.serving.kserve.kinds import SEAL, TRIAL, VISIBILITY, revision_labels, revision_name
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.scale import scale

LOCAL = {"networking.kserve.io/visibility": "cluster-local"}
"""KServe gives a revision no way in from outside: the endpoint's is ours."""

SCRAPED = {f"prometheus.io/{name}": value for name, value in (("scrape", "true"), ("port", str(p.PORT)))}
"""How Prometheus is usually told which pods to ask."""


def inference_service(order: RevisionOrder, options: Options) -> Manifest:
    """Return the InferenceService of a revision.

    Raises:
        Refused: its model lies where KServe's runtime can't reach.
    """
    name = revision_name(order.deployment, order.revision)
    manifest: Manifest = {
        "metadata": {
            "name": name,
            "labels": {
                **revision_labels(order.deployment, order.revision),
                **LOCAL,
                VISIBILITY: order.visibility,
            },
            "annotations": {
                "serving.kserve.io/deploymentMode": "Standard",
                "serving.kserve.io/autoscalerClass": options.autoscaler,
                "serving.kserve.io/stop": "false",
                TRIAL: order.trial,
                **endpoint_key.annotations(order),
                **(SCRAPED if options.is_scraped else {}),
            },
        },
        "spec": {"predictor": {**_answering(order, options, name), **scale(order, options)}},
    }
    manifest["metadata"]["annotations"][SEAL] = drift.of(manifest)
    return manifest


def _answering(order: RevisionOrder, options: Options, name: str) -> Manifest:
    if options.runtime is None:
        secret = name if has_use(order, options) else options.secrets
        volumes = [*options.pod.get("volumes", ()), *endpoint_key.volumes(order)]
        pod = {**options.pod, **({"volumes": volumes} if volumes else {})}
        return {**pod, "containers": [p.container(order, options, secret)]}
    told: Manifest = {**options.pod, "model": p.model(order, options.runtime)}
    told |= {"serviceAccountName": name} if has_use(order, options) else {}
    if options.runtime.logger and order.log_payloads:
        demand(logged_whole(order.payloads, options.runtime.logger, is_logged=order.log_payloads))
        told["logger"] = {"mode": "all", "url": options.runtime.logger}
    return told


def rescaled(listed: Manifest, order: RevisionOrder, options: Options) -> Manifest:
    """Return an InferenceService as it was ordered, whatever the options say by now, with the order's bounds."""
    kept = drift.ours(listed)
    kept["spec"]["predictor"] |= scale(order, options)
    return kept
