"""The comparison: both models on the same rows, whatever was asked."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from runners.contract import InputError, InputGone, Request, Result
from runners.evaluate import slices
from runners.evaluate.comparison import AskedBound, compare
from runners.evaluate.tables import read_parquet, write_parquet
from runners.models.signature import read_signature
from tests.unit.runners.evaluate.conftest import backwards, trial


def request(folder: Path, **inputs: Path) -> Request:
    return Request(
        run="promotions/ill/cccccccccccc",
        runner="evaluate",
        inputs={role: str(place) for role, place in inputs.items()},
        output=str(folder),
        seed=1,
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the folder of the comparison."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_both_models_are_measured_on_the_same_rows(out: Path, candidate: Path, tmp_path: Path) -> None:
    result = compare(request(out, candidate=candidate, live=backwards(tmp_path / "live")), out)
    metrics = result.metrics
    assert metrics["candidate.roc_auc"] > 0.8
    assert metrics["live.roc_auc"] == pytest.approx(1 - metrics["candidate.roc_auc"])
    assert metrics["difference.roc_auc"] == pytest.approx(metrics["candidate.roc_auc"] - metrics["live.roc_auc"])
    assert result.facts["rows"] == 300
    assert result.facts["live"]["run"] == "experiments/ill/bbbbbbbbbbbb"
    assert set(result.facts["candidate"]["slices"]["town"]) == {"north", "south"}
    assert result.facts["intervals"]["roc_auc"]["low"] > 0


def test_rows_that_the_live_model_has_seen_judge_neither(out: Path, candidate: Path, tmp_path: Path) -> None:
    live = backwards(tmp_path / "live", saw=range(120))
    result = compare(request(out, candidate=candidate, live=live), out)
    assert (result.facts["rows"], result.facts["obstacle"]) == (180, "")
    assert result.facts["judged"] == {"tested": 300, "seen": 120, "by": ["id"]}
    assert "(120 that the live model has seen are left out)" in (out / "comparison.md").read_text()
    slices = result.facts["candidate"]["slices"]["town"]
    assert sum(one["rows"] for one in slices.values()) == 180


def test_where_too_few_are_left_nothing_is_compared_and_why_is_told(out: Path, candidate: Path, tmp_path: Path) -> None:
    bound = AskedBound(metric="roc_auc", confidence=0.9)
    asked = request(out, candidate=candidate, live=backwards(tmp_path / "live", saw=range(250)))
    result = compare(asked.model_copy(update={"params": {"bounds": [bound.model_dump()]}}), out)
    assert not [name for name in result.metrics if not name.startswith("candidate.")]
    assert (result.facts["live"], result.facts["rows"], "bounds" in result.facts) == (None, 300, False)
    assert "trained or chosen on 250 of the candidate's 300 test rows" in result.facts["obstacle"]
    assert "It can't be held against the live model: the live model was" in (out / "comparison.md").read_text()


def test_a_candidate_alone_is_measured_alone(out: Path, candidate: Path) -> None:
    result = compare(request(out, candidate=candidate), out)
    assert result.facts["live"] is None
    assert not [name for name in result.metrics if not name.startswith("candidate.")]
    assert "No model is live." in (out / "comparison.md").read_text()


def test_it_leaves_a_document_a_report_and_a_picture(out: Path, candidate: Path, tmp_path: Path) -> None:
    compare(request(out, candidate=candidate, live=backwards(tmp_path / "live")), out)
    told = json.loads((out / "comparison.json").read_text())
    assert told["intervals_by_slice"]["town"]["north"]["value"] > 0
    assert "| slice | rows | live | candidate |" in (out / "comparison.md").read_text()
    assert (out / "comparison.png").stat().st_size > 1000


def test_values_that_are_no_slices_are_told(out: Path, candidate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare(request(out, candidate=candidate), out).facts["cut_slices"] == []
    monkeypatch.setattr(slices, "MOST", 1)
    result = compare(request(out, candidate=candidate), out)
    assert result.facts["cut_slices"] == ["town: 1 of 2 values, the most frequent"]


def test_the_texts_of_a_column_are_made_once(
    out: Path, candidate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    known = slices.text_of
    monkeypatch.setattr(slices, "text_of", lambda value: made.append(known(value)) or made[-1])
    bound = AskedBound(metric="roc_auc", confidence=0.9, slice="town")
    asked = request(out, candidate=candidate, live=backwards(tmp_path / "live"))
    result = compare(asked.model_copy(update={"params": {"bounds": [bound.model_dump()]}}), out)
    assert len(result.facts["bounds"]) == 2
    assert len(made) == result.facts["rows"]


def test_the_same_request_gives_the_same(candidate: Path, tmp_path: Path) -> None:
    live = backwards(tmp_path / "live")

    def once(name: str) -> tuple[Result, str]:
        folder = tmp_path / name
        folder.mkdir()
        return compare(request(folder, candidate=candidate, live=live), folder), (folder / "comparison.md").read_text()

    assert once("a") == once("b")


def test_metric_and_slices_may_be_asked_for(out: Path, candidate: Path) -> None:
    asked = request(out, candidate=candidate).model_copy(
        update={"params": {"metric": {"name": "accuracy"}, "slices": ["weight"]}}
    )
    result = compare(asked, out)
    assert result.facts["metric"] == "accuracy"
    assert set(result.facts["candidate"]["slices"]) == {"weight"}


def test_the_live_model_may_want_other_columns_of_the_same_rows(out: Path, candidate: Path, tmp_path: Path) -> None:
    live = trial(tmp_path / "live", identifier=None)
    assert compare(request(out, candidate=candidate, live=live), out).metrics["difference.roc_auc"] == 0.0


def without_a_column(candidate: Path) -> None:
    rows = read_parquet(candidate / "reference.parquet")
    write_parquet({name: values for name, values in rows.items() if name != "age"}, candidate / "reference.parquet")


def told_otherwise(folder: Path, **parts: Any) -> None:
    """Tell parts of a model's signature otherwise, as training would have left it."""
    known = replace(read_signature(folder), **parts).sealed()
    (folder / "signature.json").write_text(known.to_json())


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"target": "rich"}, "the live model predicts rich (binary), the candidate ill (binary)"),
        ({"task": "multiclass", "positive": None}, "the live model predicts ill (multiclass)"),
    ],
)
def test_another_question_is_refused(
    out: Path, candidate: Path, tmp_path: Path, parts: dict[str, Any], told: str
) -> None:
    live = backwards(tmp_path / "live")
    told_otherwise(live, **parts)
    with pytest.raises(InputError) as failure:
        compare(request(out, candidate=candidate, live=live), out)
    assert told in failure.value.what


def test_other_classes_are_refused(out: Path, candidate: Path, tmp_path: Path) -> None:
    live = backwards(tmp_path / "live")
    told_otherwise(live, classes=("no", "perhaps"), positive="perhaps")
    with pytest.raises(InputError, match="tell different classes apart: perhaps, yes"):
        compare(request(out, candidate=candidate, live=live), out)


def test_rows_that_the_live_model_cannot_answer_are_told(out: Path, candidate: Path, tmp_path: Path) -> None:
    without_a_column(candidate)
    with pytest.raises(InputError, match="the candidate's test rows have no column age"):
        compare(request(out, candidate=candidate, live=backwards(tmp_path / "live")), out)


def test_a_live_model_that_was_changed_is_told(out: Path, candidate: Path, tmp_path: Path) -> None:
    live = backwards(tmp_path / "live")
    (live / "model.onnx").write_bytes(b"changed")
    with pytest.raises(InputError, match="it was changed after it was trained"):
        compare(request(out, candidate=candidate, live=live), out)


def test_a_candidate_that_is_not_there_is_told(out: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        compare(request(out), out)
    with pytest.raises(InputGone):
        compare(request(out, candidate=tmp_path / "nowhere"), out)


def bounds(out: Path, candidate: Path, live: Path | None, *asked: dict[str, Any]) -> list[dict[str, Any]]:
    inputs = {"candidate": candidate} | ({"live": live} if live else {})
    wanted = request(out, **inputs).model_copy(update={"params": {"bounds": list(asked)}})
    told: list[dict[str, Any]] = compare(wanted, out).facts.get("bounds", [])
    return told


def test_bounds_are_told_as_gates_ask_for_them(out: Path, candidate: Path, tmp_path: Path) -> None:
    live = backwards(tmp_path / "live")
    asked = {"metric": "roc_auc", "confidence": 0.95}
    whole, north, south = bounds(out, candidate, live, {**asked, "slice": None}, {**asked, "slice": "town"})
    assert {key: whole[key] for key in ("metric", "confidence", "slice", "value")} == {
        **asked,
        "slice": None,
        "value": None,
    }
    assert (north["value"], south["value"]) == ("north", "south")
    assert 0 < whole["low"] < whole["high"]
    assert max(north["low"], south["low"]) < whole["high"]


def test_a_bound_is_the_nearer_to_the_figure_the_less_sure_it_is(out: Path, candidate: Path, tmp_path: Path) -> None:
    live = backwards(tmp_path / "live")
    asked = [{"metric": "accuracy", "confidence": share} for share in (0.5, 0.8, 0.95, 0.99)]
    found = bounds(out, candidate, live, *asked)
    lows, highs = [one["low"] for one in found], [one["high"] for one in found]
    assert lows == sorted(lows, reverse=True)
    assert highs == sorted(highs)
    assert lows[0] == highs[0]


def test_nothing_is_bounded_that_cannot_be(out: Path, candidate: Path, tmp_path: Path) -> None:
    live, asked = backwards(tmp_path / "live"), {"metric": "roc_auc", "confidence": 0.95}
    assert bounds(out, candidate, live, {**asked, "metric": "profit"}, {**asked, "slice": "planet"}) == []
    assert bounds(out, candidate, None, asked) == []


@pytest.mark.parametrize("share", [0.49, 1, 1.5])
def test_a_confidence_is_a_share_from_a_half_to_below_one(share: float) -> None:
    with pytest.raises(ValidationError):
        AskedBound(metric="accuracy", confidence=share)
