"""Kubernetes, spoken as its API is: typed verbs over a few lasting HTTP connections, without an SDK.

Law of the room: a list is complete or it raises; nothing is remembered between calls but connections, a token and what
an `Informer` saw for as long as its watch is silent; an error says what was asked of which kind in which namespace and
what to do, and never holds a credential. The room knows nothing of jobs, endpoints or any other kind: who uses it
brings its own `Kind`s..
"""

from reconciler.kubernetes.access import Access
from reconciler.kubernetes.client import Kubernetes
from reconciler.kubernetes.informer import Informer
from reconciler.kubernetes.kinds import Kind, Manifest
from reconciler.kubernetes.kubeconfig import find_access

__all__ = ["Access", "Informer", "Kind", "Kubernetes", "Manifest", "find_access"]
