"""The pool on a Ray cluster: jobs by the cluster's Jobs API, admitted in the order of the teams' shares.

Law of the room: what the cluster has taken, the cluster knows, with all that its order says; the folder holds only what
it can't know yet (the orders that wait, the pools' shares) and what it may forget (how jobs ended). So a daemon
without its folder finds every job again, and what waited is ordered anew.

    options      what the environment's file says of the cluster
    jobs_api     the few requests of the Jobs API that are needed, over plain HTTP: the daemon imports no Ray
    submission   from an order to what the cluster is asked for, and back from its metadata
    seal         secrets of single jobs, on their way across the cluster
    records      what folder and cluster know of one run, as one value
    json_folder  a folder of small files
    store        the folder: orders, pools, and runs that are being cancelled
    queue        who may start and why others wait, from records
    pool         the port's verbs, in these terms
"""

from reconciler.providers.pools.ray.pool import RayPool

__all__ = ["RayPool"]
