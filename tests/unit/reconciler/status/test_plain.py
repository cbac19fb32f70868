"""Values as the status branch says them again."""

from reconciler.model.decision import Phase
from reconciler.status.plain import plain
from tests.unit.reconciler.stage import NOW


def test_values_are_plain_as_yaml_reads_them_back() -> None:
    odd = {"a": (1, 2), 3: frozenset({"x"}), "s": Phase.READY, "n": None, "f": 1.5, "b": True, "t": NOW}
    assert plain(odd) == {"a": [1, 2], "3": ["x"], "s": "ready", "n": None, "f": 1.5, "b": True, "t": str(NOW)}
