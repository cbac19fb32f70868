"""Steady work: the same content whatever the time, and no alerts."""

import json
from dataclasses import replace
from typing import Any

from reconciler.conformance.pools import order
from reconciler.model.ids import RunName
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory.data import SCHEME
from reconciler.simulation.workers import steady

UPSTREAM = RunName("datasets/d/000000000000")


def done(run: str, runner: str, **request: Any) -> dict[str, Any]:
    given: JobOrder = replace(order(RunName(run)), request={"runner": runner, **request})
    document: dict[str, Any] = json.loads(steady(given, lambda _run, _path: b'{"content": "c"}').files["result.json"])
    return document


def test_a_refresh_brings_the_same_content_again() -> None:
    one, other = (done(f"datasets/d/{n * 12}", "ingest", params={"minimum_rows": 1}) for n in "12")
    assert one["content"] == other["content"]


def test_another_spec_brings_other_content() -> None:
    one, other = (done("datasets/d/111111111111", "ingest", params={"minimum_rows": n}) for n in (1, 2))
    assert one["content"] != other["content"]


def test_labels_follow_the_content_of_their_dataset() -> None:
    inputs = {"dataset": SCHEME + UPSTREAM}
    one, other = (done(f"labels/l/{n * 12}", "label", inputs=inputs) for n in "12")
    assert one["content"] == other["content"]


def test_no_report_sees_a_drift() -> None:
    told = [done(f"monitors/m/{n:012}", "monitor", params={"window": {}})["facts"]["alerts"] for n in range(40)]
    assert told == [[]] * 40


def test_other_work_is_plausible() -> None:
    assert done("experiments/e/111111111111", "tabular")["metrics"]
