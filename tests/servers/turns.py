"""Which real engine a test is for: they take turns, so that a run has one of them, whole, and all runs all.

One engine's share is the promises of its port, its faults, and what else only it can show. What needs no server runs
always: the fakes and the embedded providers of each port, and the wire of each engine against its description.
"""

from collections.abc import Set

WHAT = "real engines"
_SERVING = ("kserve", "serving", "gateway")
_OTHERS = {
    "ray": "Ray",
    "ray_cluster": "Ray",
    "gitea": "Gitea",
    "own_gitea": "Gitea",
    **dict.fromkeys(("lakefs", "own_lakefs", "lakefs_on_s3", "seaweedfs", "postgres", "mariadb"), "stores and labels"),
    **dict.fromkeys(("label", "label_studio", "own_label_studio", "label-studio"), "stores and labels"),
}


def engine(named: Set[str], file: str) -> str:
    """Return the engine of a test; empty if it needs none.

    Args:
        named: the fixtures that it asks for, what it is marked with, and the first words of its groups.
        file: the name of its file: by it a cluster's jobs and its endpoints are told from each other.
    """
    if named & {"cluster", "own_cluster", "kubernetes"}:
        return "KServe" if any(word in file for word in _SERVING) else "Kubernetes"
    return min((_OTHERS[name] for name in named & set(_OTHERS)), default="")
