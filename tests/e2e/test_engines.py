"""The sample repository converges on real engines, by another `environment.yaml` and nothing else."""

from pathlib import Path

import pytest

from reconciler.cli.demo.display import Display
from tests.demo.play import playing
from tests.servers.ray import needs_ray

TURNS = "whole lives"
CLUSTER = pytest.param(
    "cluster",
    marks=[
        pytest.mark.servers("lakefs", "etcd", "kubernetes", "kwok", "kueue", "kserve"),
        pytest.mark.turns(TURNS, "the sample on a cluster"),
    ],
)
RAY = pytest.param(
    "ray",
    marks=[pytest.mark.servers, needs_ray, pytest.mark.turns(TURNS, "the sample on Ray")],
)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("environment", [CLUSTER, RAY])
def test_from_an_empty_cluster_to_a_monitored_endpoint(environment: str, tmp_path: Path) -> None:
    with playing(environment, tmp_path, Display(quiet=True)) as acts:
        for _, act in acts:
            act()
