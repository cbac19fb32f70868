"""Jobs of a Kubernetes cluster, admitted by Kueue: each attempt of a run is one Job of a deterministic name.

Law of the room: the cluster is all that is remembered. A job carries its order as an annotation, a queue the spec of
its pool; whoever opens the namespace next knows all that the one before did. What Kubernetes and Kueue do by themselves
(admitting, timing out, preempting, tidying pods up) is left to them, and their fields are never written.

    kinds         the kinds that are used, and the labels by which ours are told
    names         how runs, pools and teams are named in the cluster
    manifests     from an order to a Job, its Secret and its Service
    job_state     what a Job says of itself, as a value
    pods          what its pods say: how they ended, what they wait for
    workloads     why Kueue doesn't let it in
    kueue_health  whether Kueue answers at all
    job_listing   from all of that to what the port shows
    quotas        from a pool's spec to what each team has
    queues        from quotas to Kueue's objects
    drift         whether those are in the cluster as they should be
    pool_state    the pools as they stand: configured, drifted, used
    cluster       informers of all of that, each asked only when it is needed
    cleanup       which jobs nobody needs, and which wait in the wrong queue
    pool          the port's verbs, in these terms
"""

from reconciler.providers.pools.kubernetes.pool import KubernetesPool

__all__ = ["KubernetesPool"]
