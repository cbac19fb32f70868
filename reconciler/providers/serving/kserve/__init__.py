"""KServe: an `InferenceService` for each revision, and one stable way in for each endpoint that we move by one write.

Law of the room: whatever is known is read from the cluster; only our own fields are written, by server-side apply. A
revision's labels and annotations never change while it lives, as KServe hands them to its pods and a change would
restart them.

    options     what `environment.yaml` says of the cluster
    kinds       the kinds of things that are read and written, and their names
    manifest    from an order to an InferenceService: pure functions
    predictor   the container or the runtime of KServe that answers: pure functions
    scale       bounds of scale, written and read: pure functions
    access      credentials of a revision: its Secret and its ServiceAccount, as pure functions
    endpoint_key  the key by which pods know the tokens that let in, as pure functions
    drift       what of an InferenceService is ours, and whether somebody changed it: pure functions
    health      where a revision is in its life, and why: pure functions
    pods        why pods don't answer: pure functions
    routes      the stable way in, as a Service or as an HTTPRoute: pure functions
    prometheus  an endpoint's figures and series, as a Prometheus knows them
    listing     from all that was read to endpoints: pure functions
    reading     all of these, listed again only after a change
    writing     all of these, by server-side apply
    serving     the port's verbs, in these terms
"""

from reconciler.providers.serving.kserve.serving import KServeServing

__all__ = ["KServeServing"]
