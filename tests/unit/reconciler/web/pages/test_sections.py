"""Tables of a kind's own facts; and whatever stands in the facts, a page is written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.facts import FACTS, shapes
from reconciler.web.pages.sections import sections
from reconciler.web.pages.tables import Interval, Link
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS


def test_trials_show_what_differs_and_their_intervals_on_one_scale() -> None:
    board = [
        {
            "rank": 1,
            "run": "experiments/a/1",
            "params": {"model": "gbm", "seed": 1},
            "metrics": {"f1": 0.5, "roc_auc": 0.7},
            "ranking": {"value": 0.9, "low": 0.8, "high": 1.0},
        },
        {
            "rank": 2,
            "run": "experiments/a/2",
            "params": {"model": "logistic", "seed": 1},
            "ranking": {"value": 0.7, "low": 0.6, "high": 0.8},
        },
        {"run": "experiments/a/3", "stage": "failed", "params": {"model": "gbm", "seed": 1}},
    ]
    (table,) = sections("experiments", {"leaderboard": board, "metric": {"name": "roc_auc"}})
    assert table.heads == ("", "trial", "roc_auc (validation), 95 % interval", "model", "roc_auc (test)", "f1 (test)")
    first, second, third = table.rows
    assert first == ("1", "1", Interval(70.0, 103.0, 136.0, "0.9 (0.8 to 1)"), "gbm", "0.7", "0.5")
    assert second[2] == Interval(4.0, 37.0, 70.0, "0.7 (0.6 to 0.8)")
    assert third[:3] == ("", "3", "failed")
    assert {"leaderboard", "metric"} <= table.tells


@pytest.mark.parametrize(
    ("kind", "facts", "title", "row"),
    [
        ("datasets", {"violations": [{"column": "age", "count": 3}]}, "Violations of the schema", ("age", "3")),
        (
            "datasets",
            {"result": {"findings": [{"severity": "info", "what": "w", "fix": "f", "columns": []}]}},
            "Findings",
            ("info", "w", "f"),
        ),
        (
            "datasets",
            {"result": {"types": {"age": "number"}, "proposed_preparations": {"age": [{"scale": "standard"}]}}},
            "Columns",
            ("age", "number", "scale standard"),
        ),
        (
            "monitors",
            {
                "segments": {
                    "metric": "f1",
                    "worst": [
                        {"name": "a = 2", "rows": 90, "reference": 0.9, "realized": 0.5, "realized_low": 0.4}
                        | {"realized_high": 0.6, "drifted": ["b"], "alerts": ["realised f1 fell in a = 2"]}
                    ],
                }
            },
            "Segments",
            ("a = 2", "90", "0.9", "", "0.5 (0.4 to 0.6)", "b", "realised f1 fell in a = 2"),
        ),
        (
            "monitors",
            {"segments": {"count": 9, "worst": [{"name": "a = 3", "rows": 9, "gap": "too few rows"}]}},
            "Segments",
            ("a = 3", "9", "", "", "", "", "too few rows"),
        ),
        (
            "deployments",
            {"traffic": {"r": 40}, "revisions": {"r": {"trial": "t", "state": "ready", "ready": 2}}},
            "Revisions",
            ("r", "t", "40 %", "ready", "2"),
        ),
        (
            "deployments",
            {"served": [{"trial": "a", "since": "2026-01-05T00:00:00+00:00", "digest": "d"}]},
            "Models that had all the traffic",
            ("a", "2026-01-05T00:00:00", "d"),
        ),
        (
            "deployments",
            {"test": {"revision": "c1", "live": "c0", "low": 0.01, "gain": 0.02, "high": 0.03}},
            "A/B test",
            ("revision", "c1 against c0"),
        ),
        (
            "labels",
            {"in_force": [{"version": "v1"}, {"version": "v2"}]},
            "Versions in force, the newest first",
            ("v2",),
        ),
        ("pools", {"teams": {"risk": {"running": 1}, "ops": {"waiting": 2}}}, "Teams", ("risk", "1", "")),
    ],
)
def test_each_kind_tells_its_own(kind: str, facts: dict[str, Any], title: str, row: tuple[str, ...]) -> None:
    (table,) = sections(kind, facts)
    assert (table.title, table.rows[0]) == (title, row)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_NAMES = (
    "result",
    "findings",
    "types",
    "leaderboard",
    "ranking",
    "low",
    "value",
    "high",
    "params",
    "revisions",
    "traffic",
    "test",
    "gain",
    "units",
    "notes",
    "worst",
    "count",
    "realized",
)


@given(
    st.sampled_from(sorted(FACTS)),
    st.dictionaries(
        st.sampled_from((*_NAMES, "teams", "served", "in_force", "violations", "metric", "segments")), _VALUES
    ),
)
def test_facts_of_any_shape_make_tables_of_texts(kind: str, facts: dict[str, Any]) -> None:
    for table in sections(kind, facts):
        assert all(isinstance(cell, str | Interval | Link) for row in table.rows for cell in row)


def test_every_kind_has_its_facts_known_here() -> None:
    assert {address.partition("/")[0] for address in DOCUMENTS} <= FACTS.keys()
    told = {
        fact
        for kind in FACTS
        for table in sections(kind, dict(DOCUMENTS.get(f"{kind}/loans", {}).get("facts", {})))
        for fact in table.tells
    }
    assert told <= {fact for kind in FACTS for fact in shapes(kind)}


def test_a_test_tells_each_arm_by_its_metric() -> None:
    told = {"metric": "error_rate", "means": [0.75, 0.5], "units": [10, 20], "words": "it was better"}
    (table,) = sections("deployments", {"test": told})
    assert ("the new one", "0.5, of 20") in table.rows
    assert ("the live one", "0.25, of 10") in table.rows
    (plain,) = sections("deployments", {"test": {**told, "metric": "accuracy", "means": [0.75, "x"]}})
    assert [row for row in plain.rows if "one" in row[0]] == [("the live one", "0.75, of 10")]
