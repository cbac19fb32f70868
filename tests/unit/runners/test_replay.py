"""A candidate answers logged requests again: the same model differs nowhere, the contrary of it everywhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.models import Column
from runners.replay.replaying import DOCUMENT
from tests.unit.runners.replay.traffic import log, outcomes, replay, rows_of, trial


@pytest.fixture
def world(tmp_path: Path) -> dict[str, Any]:
    """Return 400 logged requests of a live model, and what became of their rows."""
    live, rows = trial(tmp_path / "live"), rows_of(400)
    inputs = {"live": live.as_uri(), "logs": log(tmp_path / "logs", live, rows)}
    return {"inputs": inputs, "outcomes": outcomes(rows, tmp_path / "outcomes.csv"), "folder": tmp_path}


def replayed(world: dict[str, Any], candidate: Path, **params: Any) -> tuple[dict[str, float], dict[str, Any]]:
    inputs = {**world["inputs"], "candidate": candidate.as_uri()}
    found = replay(inputs, world["folder"] / "out", **params)
    return found.metrics, found.facts


def test_the_model_that_is_live_differs_in_no_answer(world: dict[str, Any], tmp_path: Path) -> None:
    metrics, facts = replayed(world, trial(tmp_path / "same"), outcomes=world["outcomes"])
    assert (facts["rows"], facts["logged"]) == (400, 400)
    assert facts["figures"]["differing"]["value"] == 0
    assert facts["figures"]["refused"]["value"] == 0
    assert facts["repeated"]["value"] == 1
    assert facts["scores"][0]["largest"] == 0
    assert facts["outcomes"]["rows"] == 400
    assert facts["outcomes"]["mcnemar"] == {"candidate_alone": 0, "live_alone": 0, "p": 1.0}
    assert metrics["candidate.roc_auc"] == metrics["live.roc_auc"]
    assert json.loads((tmp_path / "out" / DOCUMENT).read_text())["rows"] == 400


def test_one_that_says_the_contrary_differs_everywhere_and_loses(world: dict[str, Any], tmp_path: Path) -> None:
    asked = [{"metric": "accuracy", "confidence": 0.95}]
    contrary = trial(tmp_path / "contrary", sign=-1.0)
    metrics, facts = replayed(world, contrary, outcomes=world["outcomes"], bounds=asked)
    assert facts["figures"]["differing"]["value"] > 0.99
    assert metrics["difference.accuracy"] < -0.7
    (bound,) = facts["bounds"]
    assert bound["high"] < -0.6
    assert facts["outcomes"]["mcnemar"]["p"] < 1e-6
    assert {one["class"]: one["becomes"][0][0] for one in facts["classes"]} == {"no": "yes", "yes": "no"}


def test_both_are_timed_beside_each_other(world: dict[str, Any], tmp_path: Path) -> None:
    _, facts = replayed(world, trial(tmp_path / "same"))
    assert facts["times"].keys() == {"candidate", "live"}
    assert all(one["p50"]["value"] > 0 and one["p50"]["count"] == 300 for one in facts["times"].values())


def test_a_draw_is_bounded_and_the_same_each_time(world: dict[str, Any], tmp_path: Path) -> None:
    contrary = trial(tmp_path / "contrary", sign=-1.0)
    one, other = (replayed(world, contrary, rows=50)[1] for _ in range(2))
    assert (one["rows"], one["logged"]) == (50, 400)
    timeless = [{key: value for key, value in found.items() if key != "times"} for found in (one, other)]
    assert timeless[0] == timeless[1]


def test_what_lies_outside_of_the_window_or_is_another_models_is_not_replayed(
    world: dict[str, Any], tmp_path: Path
) -> None:
    _, facts = replayed(world, trial(tmp_path / "same"), window={"end": "2026-03-01T10:00:30+00:00"})
    assert facts["rows"] == 30
    _, facts = replayed(world, trial(tmp_path / "same"), trial="experiments/ill/cccccccccccc")
    assert (facts["rows"], facts["figures"], facts["counts"]["other_models"]) == (0, {}, 400)


def test_nothing_logged_is_told_as_nothing(world: dict[str, Any], tmp_path: Path) -> None:
    world["inputs"]["logs"] = (tmp_path / "none").as_uri()
    metrics, facts = replayed(world, trial(tmp_path / "same"), outcomes=world["outcomes"])
    assert (metrics, facts["rows"], facts["figures"], facts["obstacle"]) == ({}, 0, {}, "")


def test_a_column_that_the_log_leaves_out_can_not_be_replayed(world: dict[str, Any], tmp_path: Path) -> None:
    rows = rows_of(10)
    world["inputs"]["logs"] = log(tmp_path / "sparse", tmp_path / "live", rows, without=["weight"])
    _, facts = replayed(world, trial(tmp_path / "same"), left_out=["weight"])
    assert facts["figures"] == {}
    assert facts["obstacle"] == "the payload log leaves out weight, which the candidate is asked with"


def test_a_column_that_requests_do_not_have_refuses_them_all(world: dict[str, Any], tmp_path: Path) -> None:
    inputs = (Column("age", "FP32"), Column("weight", "INT64"), Column("height", "FP32"))
    _, facts = replayed(world, trial(tmp_path / "wider", inputs=inputs))
    assert facts["figures"]["refused"]["value"] == 1
    assert "differing" not in facts["figures"]
    assert facts["refused"] == [{"kind": "height: a column that requests don't have", "rows": 400}]


def test_rows_that_it_refuses_are_told_by_kind_and_without_their_values(tmp_path: Path) -> None:
    live, rows = trial(tmp_path / "live", inputs=(Column("age", "FP32"), Column("weight", "FP32"))), rows_of(200)
    rows["weight"] = [0.25 if row % 20 == 0 else value for row, value in enumerate(rows["weight"])]
    inputs = {"live": live.as_uri(), "logs": log(tmp_path / "logs", live, rows)}
    inputs["candidate"] = trial(tmp_path / "narrower").as_uri()
    facts = replay(inputs, tmp_path / "out").facts
    assert facts["figures"]["refused"]["value"] == 0.05
    assert facts["refused"] == [{"kind": "weight: a number where INT64 is taken", "rows": 10}]
    assert facts["figures"]["differing"] == {**facts["figures"]["differing"], "value": 0, "count": 190}
    assert "0.25" not in json.dumps(facts["refused"])


def test_models_of_different_questions_are_refused(world: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the live model predicts ill \(binary\), the candidate well \(binary\)"):
        replayed(world, trial(tmp_path / "other", target="well"))
    with pytest.raises(InputError, match="there is no signature"):
        replayed(world, tmp_path)
    del world["inputs"]["logs"]
    with pytest.raises(InputError, match="a replay needs `logs`"):
        replayed(world, trial(tmp_path / "same"))
