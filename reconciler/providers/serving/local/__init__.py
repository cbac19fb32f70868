"""The embedded serving: KServe processes of this machine behind Caddy, and plain files are all that it remembers.

Law of the room: endpoints belong to the folder, not to the daemon. Whoever opens the folder next adopts every process
in it, and an endpoint goes on answering while no daemon runs.

    store              the folder: what is written where
    records            what the files say of one endpoint, as values
    replica_lifecycle  what comes next for a replica and a revision: pure functions
    scale              how many replicas are wanted: pure functions
    routing            Caddy's configuration: pure functions
    counters           what Caddy has counted, as values: pure functions
    counter_totals     what was counted of every endpoint, through all changes
    processes          processes that outlive the daemon, known by their locks
    replicas           replicas as processes
    proxy              one Caddy as a process; `proxies` is the two of them together, with their ports
    access             who may ask, as Caddy holds it; `cors` is from which pages: pure functions
    authorizer         checks tokens and counts requests, in a process of its own, `authorizer_process`
    controller         brings processes and Caddy to what is written down
    serving            the port's verbs, in these terms
"""

from reconciler.providers.serving.local.serving import LocalServing

__all__ = ["LocalServing"]
