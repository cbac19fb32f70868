"""The pools as they stand."""

import copy
from typing import Any

from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Use
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.pool_state import Phase, phase, read_piece
from reconciler.providers.pools.kubernetes.queues import Piece, pieces
from tests.unit.reconciler.providers.pools.kubernetes.told import SETTINGS, SHARED

TEAMS = Pool.model_validate({"capacity": {"cpus": 16, "gpu_kinds": {"a100": 8}}, "teams": {"risk": {}, "ads": {}}})


def there(spec: Pool = TEAMS) -> list[Piece]:
    return copy.deepcopy(pieces(SHARED, spec, SETTINGS))


def look(found: list[Piece]) -> Phase:
    return phase(found, SETTINGS)


def find(found: list[Piece], kind: str, name: str) -> Any:
    return next(piece.manifest for piece in found if (piece.kind.name, piece.name) == (kind, name))


def test_a_pool_is_as_it_was_configured() -> None:
    told = look(there())
    assert (told.pools, told.drifted) == ({SHARED: TEAMS}, {})
    assert look([]).pools == {}


def test_a_changed_object_is_drift() -> None:
    found = there()
    find(found, "ClusterQueue", "ml.shared.risk")["spec"]["cohort"] = "theirs"
    told = look(found)
    assert told.drifted == {SHARED: "ClusterQueue ml.shared.risk was changed by hand: spec.cohort"}
    assert told.pools == {SHARED: TEAMS}


def test_a_missing_object_is_drift() -> None:
    found = [piece for piece in there() if piece.kind != kinds.COHORTS]
    assert look(found).drifted == {SHARED: "Cohort ml.shared is gone"}
    found = [piece for piece in there() if piece.kind != kinds.PRIORITIES]
    assert look(found).drifted == {SHARED: "WorkloadPriorityClass ml.urgent is gone"}


def test_what_is_left_over_is_drift() -> None:
    found = [*there(Pool.model_validate({"capacity": TEAMS.capacity, "teams": {"risk": {}}}))]
    found += [piece for piece in there() if piece.name == "ml.shared.ads"]
    assert look(found).drifted == {SHARED: "ClusterQueue ml.shared.ads is left over"}


def test_a_pool_that_is_going_is_let_go() -> None:
    found = [piece for piece in there() if piece.name == "ml.shared.risk"]
    found[0].manifest["metadata"]["deletionTimestamp"] = "2026-01-05T00:00:00Z"
    told = look(found)
    assert (told.pools, told.drifted) == ({SHARED: TEAMS}, {})


def test_a_broken_annotation_is_read_from_another_queue_and_put_right() -> None:
    found = there()
    find(found, "ClusterQueue", "ml.shared")["metadata"]["annotations"][kinds.SPEC] = "{"
    told = look(found)
    assert told.pools == {SHARED: TEAMS}
    assert "was changed by hand" in told.drifted[SHARED]
    for piece in found:
        piece.manifest["metadata"].pop("annotations", None)
    assert look(found).pools == {}


def usage(found: list[Piece], name: str, total: int, borrowed: int) -> None:
    resources = [{"name": "nvidia.com/gpu", "total": str(total), "borrowed": str(borrowed)}]
    cores = [{"name": "cpu", "total": "1500m"}, {"name": "ephemeral-storage", "total": "1Gi"}]
    flavors = [{"name": "a", "resources": resources}, {"name": "b", "resources": cores}]
    find(found, "ClusterQueue", name)["status"] = {"flavorsReservation": flavors}


def test_use_is_told_by_team() -> None:
    found = there()
    usage(found, "ml.shared.risk", 6, 2)
    assert look(found).use[SHARED] == {"risk": Use({"gpus": 6.0, "cpus": 1.5}, {"gpus": 2.0}), "ads": Use()}
    usage(found, "ml.shared", 1, 1)
    assert look(found).use[SHARED][""].used["gpus"] == 1


def test_what_only_costs_memory_is_left_out() -> None:
    assert read_piece(kinds.COHORTS, {"metadata": {"name": "x", "managedFields": [1]}}).manifest == {
        "metadata": {"name": "x"}
    }
