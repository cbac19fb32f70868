"""Names in the cluster: each follows from a run, a pool or a team, so that making a thing twice is making it once."""

import hashlib
import re

from reconciler.model.ids import Address, RunName, kind_of, name_of

LABEL = 63
"""Characters that a label and a host may have."""
_JOB = 36

URGENT_KINDS = frozenset({"deployments", "monitors", "promotions"})
"""Whose jobs others wait for: they are let in before a team's other jobs."""


def digest_of(run: RunName) -> str:
    """Return what stands for a run in labels."""
    return hashlib.sha256(run.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def job_name(run: RunName, attempt: int) -> str:
    """Name the Job of an attempt: words for people, the run's digest, the attempt."""
    words = re.sub(r"[^a-z0-9]+", "-", run.lower())[:_JOB].strip("-")
    return f"{words or 'job'}-{digest_of(run)}-{attempt}"


def secret_name(job: str) -> str:
    """Name the Secret of a Job."""
    return f"{job}-secrets"


def local_queue(pool: Address, team: str = "") -> str:
    """Name the queue of a team, or of all teams that the pool's spec doesn't name."""
    return fitted(".".join(filter(None, (name_of(pool), team))))


def cluster_queue(namespace: str, pool: Address, team: str = "") -> str:
    """Name what a team's queue draws from; it belongs to no namespace, so its name begins with ours."""
    return fitted(f"{namespace}.{local_queue(pool, team)}")


def cohort(namespace: str, pool: Address) -> str:
    """Name the cohort of a pool, in which its teams lend to one another."""
    return cluster_queue(namespace, pool)


def flavor(namespace: str, pool: Address, gpu_kind: str = "") -> str:
    """Name a flavour of a pool: a kind of its GPUs, or all else that it has."""
    return fitted(f"{namespace}.{name_of(pool)}.{gpu_kind or 'any'}")


def priority(namespace: str, run: RunName) -> str:
    """Name the priority class of a run's job."""
    return priority_class(namespace, urgent=kind_of(run) in URGENT_KINDS)


def priority_class(namespace: str, *, urgent: bool) -> str:
    """Name one of the two priority classes of a namespace."""
    return fitted(f"{namespace}.{'urgent' if urgent else 'usual'}")


def fitted(name: str) -> str:
    """Cut a name that is too long for a label, with a digest of the whole at its end."""
    if len(name) <= LABEL:
        return name
    return f"{name[: LABEL - 13].rstrip('.-')}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
