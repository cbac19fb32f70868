"""The engines of an environment, started for one play: lakeFS with a Kubernetes cluster, or a Ray cluster."""

import base64
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.servers.kubernetes import Cluster
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant
from tests.servers.ray import RayCluster

NAMESPACE = "setpoint"
IMAGE = "setpoint/runners:0.1.0"
SECRETS = "SETPOINT_SECRET_"
KINDS = ("Role", "ClusterRole")
RIGHTS = Path(__file__).parents[2] / "docs/engines"


@dataclass(frozen=True)
class Engines:
    """What a play needs to know of its engines.

    `options` go over those of `environment.yaml`, `secrets` to the daemon; `reach` gives the URL by which this process
    reaches an endpoint. `tenant` is the repository of lakeFS, where there is one.
    """

    environment: str
    options: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, str]
    reach: Callable[[str], str]
    tenant: Tenant | None = None


@contextmanager
def started(environment: str, folder: Path, jobs: Mapping[str, str]) -> Iterator[Engines]:
    """Start the servers of an environment; they are ended afterwards.

    Args:
        environment: `cluster` or `ray`.
        folder: for all that they keep.
        jobs: the secrets that jobs are to find, `SETPOINT_SECRET_NAME` by value.
    """
    with ExitStack() as ends:
        yield {"cluster": _cluster, "ray": _ray}[environment](folder, jobs, ends)


def _ray(_folder: Path, jobs: Mapping[str, str], ends: ExitStack) -> Engines:
    ray = RayCluster({"num-cpus": 8, "memory": 2**35}, {"num-cpus": 4, "memory": 2**34}, secrets=jobs)
    ends.callback(ray.close)
    ray.start()
    return Engines("ray", {"pool": {"address": ray.address, "python": sys.executable}}, {}, lambda url: url)


def _cluster(folder: Path, jobs: Mapping[str, str], ends: ExitStack) -> Engines:
    lakefs = LakeFS(folder / "lakefs")
    ends.callback(lakefs.stop)
    tenant = Tenant(lakefs.start())
    cluster = Cluster(folder / "cluster")
    ends.callback(cluster.stop)
    cluster.start()
    cluster.create_namespace(NAMESPACE)
    data = {name.removeprefix(SECRETS): base64.b64encode(value.encode()).decode() for name, value in jobs.items()}
    metadata = {"name": "sources", "namespace": NAMESPACE}
    cluster.admin.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
    return engines_of(cluster, tenant, folder)


def engines_of(cluster: Cluster, tenant: Tenant, folder: Path) -> Engines:
    """Return what is to be said of a cluster and a repository of lakeFS; payloads are logged below a folder."""
    reached = {"namespace": NAMESPACE, "image": IMAGE, "kubeconfig": _kubeconfig(cluster)}
    keys = tenant.options("cluster")
    names = {key: f"LAKEFS_{key.upper()}" for key in keys if "key" in key}
    return Engines(
        "cluster",
        {
            "data": {**keys, **{key: f"${{secret:{name}}}" for key, name in names.items()}},
            "pool": {**reached, "secrets": "sources"},
            "serving": {**reached, "payloads": (folder / "payloads").as_uri(), "autoscaler": "none"},
        },
        {f"{SECRETS}{name}": keys[key] for key, name in names.items()},
        lambda url: _address(cluster, url),
        tenant,
    )


def _kubeconfig(cluster: Cluster) -> str:
    """Return the kubeconfig of a service account that may do what the shipped manifests say, and nothing else."""
    roles = [one for name in ("kubernetes", "kserve") for one in yaml.safe_load_all(_rights(name)) if "rules" in one]
    rules = {
        kind: [rule for one in roles if one["kind"] == kind for rule in one["rules"]]
        for kind in ("Role", "ClusterRole")
    }
    token = cluster.create_user(NAMESPACE, "setpoint", rules["Role"], rules["ClusterRole"])
    return str(cluster.place.kubeconfig_of("setpoint", token))


def _rights(engine: str) -> str:
    return (RIGHTS / engine / "rbac.yaml").read_text("utf-8")


def _address(cluster: Cluster, url: str) -> str:
    """Return the URL of a pod behind a service, by the table that stands in for DNS and kube-proxy."""
    parts = urlsplit(url)
    host = str(parts.hostname)
    table = json.loads((cluster.place.folder / "pods/services.json").read_text("utf-8"))
    (address, port), *_ = table[host.partition(".svc")[0]][str(parts.port or 80)]
    return f"http://{address}:{port}{parts.path}"
