"""The kinds that a pool is made of, and the labels by which our things are told from everybody else's."""

from reconciler.kubernetes import Kind

CONTROLLER = "Kueue's controller"
JOBS = Kind("batch", "v1", "Job", "jobs", controller=CONTROLLER)
PODS = Kind("", "v1", "Pod", "pods")
SECRETS = Kind("", "v1", "Secret", "secrets")
SERVICES = Kind("", "v1", "Service", "services")

_KUEUE = ("kueue.x-k8s.io", "v1beta1")
WORKLOADS = Kind(*_KUEUE, "Workload", "workloads")
LOCAL_QUEUES = Kind(*_KUEUE, "LocalQueue", "localqueues", controller=CONTROLLER)
CLUSTER_QUEUES = Kind(*_KUEUE, "ClusterQueue", "clusterqueues", namespaced=False, controller=CONTROLLER)
COHORTS = Kind(*_KUEUE, "Cohort", "cohorts", namespaced=False, controller=CONTROLLER)
FLAVORS = Kind(*_KUEUE, "ResourceFlavor", "resourceflavors", namespaced=False, controller=CONTROLLER)
PRIORITIES = Kind(*_KUEUE, "WorkloadPriorityClass", "workloadpriorityclasses", namespaced=False, controller=CONTROLLER)

MANAGED_BY = {"app.kubernetes.io/managed-by": "setpoint"}
OURS = "app.kubernetes.io/managed-by=setpoint"

RUN = "setpoint/run"
"""Label: the digest of a run's name, which may hold what labels can't."""
POOL = "setpoint/pool"
TEAM = "setpoint/team"
NAMESPACE = "setpoint/namespace"
"""Label of what belongs to no namespace: whose it is."""
RENDEZVOUS = "setpoint/rendezvous"
ORDER = "setpoint/order"
"""Annotation: the order of a job, as JSON."""
REQUEST = "setpoint/request"
"""Annotation of a pod: what its runner reads, as a file."""
SPEC = "setpoint/spec"
"""Annotation: the spec that a pool was configured with, as JSON."""
QUEUE = "kueue.x-k8s.io/queue-name"
PRIORITY = "kueue.x-k8s.io/priority-class"
JOB_NAME = "batch.kubernetes.io/job-name"
INDEX = "batch.kubernetes.io/job-completion-index"
CONTAINER = "main"
