"""From a pool's spec to Kueue's objects."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.pools import Pool
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.queues import Piece, pieces
from tests.unit.reconciler.providers.pools.kubernetes.told import SETTINGS, SHARED

KINDS = Pool.model_validate({"capacity": {"cpus": 16, "gpu_kinds": {"a100": 8, "t4": 4}}, "teams": {"risk": {}}})


def made(spec: Pool) -> dict[tuple[str, str], Any]:
    return {(piece.kind.name, piece.name): piece.manifest for piece in pieces(SHARED, spec, SETTINGS)}


def test_each_team_has_its_queues() -> None:
    found = made(KINDS)
    assert [name for kind, name in found if kind == "ClusterQueue"] == ["ml.shared.risk", "ml.shared"]
    assert [name for kind, name in found if kind == "LocalQueue"] == ["shared.risk", "shared"]
    assert found["LocalQueue", "shared.risk"]["spec"] == {"clusterQueue": "ml.shared.risk"}
    assert found["LocalQueue", "shared.risk"]["metadata"]["namespace"] == "ml"
    queue = found["ClusterQueue", "ml.shared.risk"]["spec"]
    assert queue["cohort"] == "ml.shared"
    assert queue["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "ml"}}


def test_each_kind_of_gpu_is_a_flavour() -> None:
    found = made(KINDS)
    flavors = {name: one["spec"].get("nodeLabels") for (kind, name), one in found.items() if kind == "ResourceFlavor"}
    assert flavors == {"ml.shared.any": None, "ml.shared.a100": {"gpu": "A100"}, "ml.shared.t4": {"gpu": "T4"}}
    groups = found["ClusterQueue", "ml.shared.risk"]["spec"]["resourceGroups"]
    assert [group["coveredResources"] for group in groups] == [["cpu", "memory"], ["nvidia.com/gpu"]]
    assert [flavor["resources"][0]["nominalQuota"] for flavor in groups[1]["flavors"]] == ["8", "4"]


def test_gpus_of_one_kind_need_no_labels() -> None:
    found = made(Pool.model_validate({"capacity": {"gpus": 8}}))
    assert "nodeLabels" not in found["ResourceFlavor", "ml.shared.gpu"]["spec"]
    (tolerated,) = found["ResourceFlavor", "ml.shared.gpu"]["spec"]["tolerations"]
    assert tolerated["key"] == "nvidia.com/gpu"


def test_a_pool_without_gpus_gives_none() -> None:
    groups = made(Pool())["ClusterQueue", "ml.shared"]["spec"]["resourceGroups"]
    assert [group["coveredResources"] for group in groups] == [["cpu", "memory"]]


def test_a_limit_bounds_what_is_borrowed() -> None:
    spec = Pool.model_validate({"capacity": {"gpus": 8}, "teams": {"risk": {"limit": {"gpus": 6}}, "ads": {}}})
    groups = made(spec)["ClusterQueue", "ml.shared.risk"]["spec"]["resourceGroups"]
    assert groups[1]["flavors"][0]["resources"] == [
        {"name": "nvidia.com/gpu", "nominalQuota": "4", "borrowingLimit": "2"}
    ]
    assert "borrowingLimit" not in groups[0]["flavors"][0]["resources"][0]


def test_a_queue_carries_the_spec_of_its_pool() -> None:
    for (kind, _), manifest in made(KINDS).items():
        if kind == "ClusterQueue":
            assert Pool.model_validate_json(manifest["metadata"]["annotations"][kinds.SPEC]) == KINDS


def test_what_tells_that_all_is_there_comes_last() -> None:
    last = pieces(SHARED, KINDS, SETTINGS)[-1]
    assert (last.kind, last.name) == (kinds.CLUSTER_QUEUES, "ml.shared")


def test_a_kind_without_labels_is_refused() -> None:
    with pytest.raises(Refused, match="nodes that have gpus of kind a100") as caught:
        pieces(SHARED, KINDS, replace(SETTINGS, gpu_kinds={}))
    assert "pool.gpu_kinds.a100" in caught.value.hint


def test_a_piece_knows_its_name() -> None:
    assert Piece(kinds.COHORTS, {"metadata": {"name": "ml.shared"}}).name == "ml.shared"
