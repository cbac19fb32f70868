"""Prometheus as the tests start it: annotated pods are scraped, as its charts for Kubernetes have it."""

from pathlib import Path
from typing import Any

import yaml

from tests.servers.building import home_of
from tests.servers.kubernetes.cluster import Cluster
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers
from tests.servers.recipes import PROMETHEUS

INTERVAL = "1s"
_POD, _ANNOTATION = "__meta_kubernetes_pod", "__meta_kubernetes_pod_annotation_prometheus_io"
RELABELLED = [
    {"source_labels": [f"{_ANNOTATION}_scrape"], "action": "keep", "regex": "true"},
    {
        "source_labels": [f"{_POD}_ip", f"{_ANNOTATION}_port"],
        "separator": ":",
        "target_label": "__address__",
    },
    {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
    {"source_labels": [f"{_POD}_name"], "target_label": "pod"},
]


class Prometheus:
    """Its process, at `process`; `url` is where it answers."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        self.url = f"http://{address}"
        config = folder / "prometheus.yaml"
        config.write_text(yaml.safe_dump(_config(cluster)), "utf-8")
        flags = {
            "config.file": config,
            "storage.tsdb.path": folder / "series",
            "web.listen-address": address,
            "log.level": "warn",
        }
        command = [home_of(PROMETHEUS) / "prometheus", *(f"--{flag}={value}" for flag, value in flags.items())]
        self.process = Process("prometheus", command, folder / "prometheus.log", lambda: answers(f"{self.url}/-/ready"))

    def start(self) -> None:
        """Start it.

        Raises:
            ServerFailedError: it ended before it was ready, or took too long.
        """
        self.process.start()

    def stop(self) -> None:
        """End it; what it has counted stays."""
        self.process.stop()


def _config(cluster: Cluster) -> dict[str, Any]:
    found = {"role": "pod", "kubeconfig_file": str(cluster.kubeconfig())}
    job = {"job_name": "pods", "kubernetes_sd_configs": [found], "relabel_configs": RELABELLED}
    return {"global": {"scrape_interval": INTERVAL, "scrape_timeout": INTERVAL}, "scrape_configs": [job]}
