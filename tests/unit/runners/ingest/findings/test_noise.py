"""Labels that contradict the other rows."""

from typing import Any

import numpy as np
import pytest

from tests.unit.runners.ingest.findings.looked import found_in

N = 1500


def table(seed: int, flipped: float, apart: float = 4.0) -> tuple[dict[str, Any], set[str]]:
    """Return rows of two classes so far apart, and the identifiers of those whose label was flipped."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 2, N)
    columns: dict[str, Any] = {f"x{place}": chance.normal(truth * apart / 2, 1) for place in range(4)}
    columns["kind"] = np.array(list("abc"))[np.where(chance.random(N) < 0.7, truth, 2)].tolist()
    wrong = chance.random(N) < flipped
    columns |= {"id": [f"r{place}" for place in range(N)], "y": np.where(wrong, 1 - truth, truth)}
    return columns, {f"r{place}" for place in np.flatnonzero(wrong)}


def noise(rows: dict[str, Any], **roles: Any) -> Any:
    types: Any = dict.fromkeys([f"x{place}" for place in range(4)], "number")
    types |= {"kind": "string", "id": "string", "y": "integer"}
    found = found_in(rows, types, target="y", **roles)
    return next((one for one in found if one.kind == "label_noise"), None)


@pytest.mark.parametrize("share", [0.04, 0.06])
@pytest.mark.parametrize("seed", range(3))
def test_flipped_labels_are_found_and_named(seed: int, share: float) -> None:
    columns, wrong = table(seed, share)
    found = noise(columns, identifier="id")
    assert found.severity == "warning"
    assert len(set(found.examples) & wrong) >= 18
    assert len(found.examples) == 20
    assert found.evidence["contradicted"] > 0.5 * len(wrong)
    low, high = found.evidence["interval"]
    assert low < found.evidence["share"] < high


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("apart", [0.0, 1.0, 2.0, 3.0, 4.0])
def test_classes_that_overlap_are_no_noise(seed: int, apart: float) -> None:
    columns, _ = table(seed, 0.0, apart)
    found = noise(columns, identifier="id")
    assert found is None or found.severity == "info"


def test_a_rule_with_a_threshold_is_no_noise_though_bins_blur_it() -> None:
    columns, _ = table(1, 0.0)
    for edges in ([0.8], [-1.0, 0.3], [0.0, 0.9, 1.7]):
        found = noise(columns | {"y": np.digitize(columns["x0"], edges)}, identifier="id")
        assert found is None or found.severity == "info"


def test_few_rows_and_rare_classes_say_nothing() -> None:
    columns, _ = table(1, 0.1)
    assert noise({name: values[:199] for name, values in columns.items()}) is None
    columns["y"][:19] = 2
    assert noise({name: values[:1200] for name, values in columns.items()}) is None


def test_rows_are_not_named_where_the_target_is_sensitive() -> None:
    columns, _ = table(2, 0.05)
    found = noise(columns, identifier="id", columns={"y": {"type": "integer", "sensitive": True}})
    assert found.examples == ()
