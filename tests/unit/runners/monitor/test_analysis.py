"""A window is studied: real rows of several years, and the other tasks on NannyML's synthetic data."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from runners.monitor.analysis import study
from runners.monitor.findings import Findings
from runners.monitor.parameters import Outcomes, Parameters
from runners.monitor.payloads import Prediction
from runners.monitor.reference import Reference, read_reference
from runners.samples.installed import shipped
from runners.sources.parameters import FileSource
from tests.unit.runners.monitor.traffic import SIGNATURE, START, census, predictions_of, write_trial

pytestmark = pytest.mark.xdist_group("nannyml")

ROWS = 1500


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return read_reference(write_trial(tmp_path_factory.mktemp("trial"), census(2015).sample(6000, random_state=1)))


def outcomes(folder: Path, year: int, known: int = ROWS) -> Outcomes:
    census(year)[["id", "employed"]].head(known).to_parquet(folder / "outcomes.parquet")
    return Outcomes(files=FileSource(url=folder.as_uri(), format="parquet"))


def studied(reference: Reference, year: int, source: Outcomes | None = None, **params: Any) -> Findings:
    told = Parameters(**{"chunk": 500, "outcomes": source} | params)
    return study(reference, predictions_of(census(year).head(ROWS)), told, seed=0)[0]


@pytest.mark.slow
def test_estimated_and_realised_performance_agree_on_the_same_population(reference: Reference, tmp_path: Path) -> None:
    found = studied(reference, 2016, outcomes(tmp_path, 2016))
    first = found.performance[0]
    assert (first.metric, found.outcomes) == ("roc_auc", ROWS)
    for is_realized in (False, True):
        value, error = first.now(is_realized=is_realized)
        assert value == pytest.approx(0.905, abs=0.02)
        assert error
        assert 0.002 < error < 0.02
    assert found.distance
    assert found.distance.area < 0.57
    assert not found.drifted
    assert not found.notes


def test_the_estimate_falls_before_the_outcomes_are_known(reference: Reference) -> None:
    found = studied(reference, 2018)
    drop = found.performance[0].drop(is_realized=False)
    assert drop
    assert drop > 0.03
    assert found.performance[0].realized is None
    assert found.notes == ("No outcomes are configured (`outcomes`): performance is estimated only.",)


@pytest.mark.slow
def test_the_realised_performance_falls_further(reference: Reference, tmp_path: Path) -> None:
    found = studied(reference, 2018, outcomes(tmp_path, 2018, known=700))
    first = found.performance[0]
    drop = first.drop(is_realized=True)
    assert drop
    assert drop > 0.05
    assert found.outcomes == 700
    assert first.weights == ((500, 500, 500), (233, 233, 234))


def test_few_outcomes_tell_nothing_yet(reference: Reference, tmp_path: Path) -> None:
    found = studied(reference, 2016, outcomes(tmp_path, 2016, known=20))
    assert found.performance[0].realized is None
    assert found.notes == ("Outcomes are known for 20 of 1,500 rows: too few for realised performance.",)


def test_outcomes_out_of_reach_are_noted(reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outcomes.parquet").mkdir()
    monkeypatch.setattr("runners.monitor.analysis.read_outcomes", _out_of_reach)
    found = studied(reference, 2016, outcomes(tmp_path / "outcomes.parquet", 2016))
    assert found.notes == ("The outcomes are out of reach: no answer. Performance is estimated only.",)


def _out_of_reach(*_: object) -> dict[Any, Any]:
    from runners.contract import SourceUnavailable

    raise SourceUnavailable("no answer", "warehouse")


def test_a_metric_that_cannot_be_told_is_replaced_and_noted(reference: Reference) -> None:
    found = studied(reference, 2016, metric="log_loss", chunk=1000)
    assert found.performance[0].metric == "roc_auc"
    assert [note.split(" ", 1)[0] for note in found.notes] == ["No", "Chunks", "log_loss"]


def test_without_a_signature_drift_is_still_told(tmp_path: Path) -> None:
    bare = read_reference(write_trial(tmp_path, census(2015).sample(3000, random_state=1), None), ["AGEP", "SEX"])
    found = studied(bare, 2018, Outcomes(files=FileSource(url=tmp_path.as_uri(), format="parquet")))
    assert set(found.drift) >= {"AGEP", "SEX"}
    assert not found.performance
    assert [note.split(":")[0] for note in found.notes] == [
        "The trial's signature names no identifier and target",
        "The reference has no predictions or no outcomes",
    ]


def test_a_classifier_without_probabilities_has_realised_performance_only(tmp_path: Path) -> None:
    rows = census(2015).sample(3000, random_state=1).drop(columns="predicted_probability")
    found = studied(read_reference(write_trial(tmp_path / "t", rows)), 2016, outcomes(tmp_path, 2016))
    first = found.performance[0]
    assert (first.metric, first.estimated) == ("accuracy", None)
    assert first.now(is_realized=True)[0] == pytest.approx(0.83, abs=0.03)
    assert any("no probabilities" in note for note in found.notes)


def test_several_classes_without_probabilities(tmp_path: Path) -> None:
    rows = census(2015).sample(3000, random_state=1).assign(employed=lambda r: r.employed.map({0: "no", 1: "yes"}))
    rows = rows.assign(prediction=rows["employed"].where(rows["AGEP"] > 20, "no")).drop(columns="predicted_probability")
    signature = SIGNATURE | {"task": "multiclass", "classes": ["no", "yes", "unknown"], "positive": None}
    reference = read_reference(write_trial(tmp_path / "t", rows, signature))
    asked = [Prediction(START, "", row, row["prediction"], None) for row in rows.head(900).to_dict("records")]
    (tmp_path / "o").mkdir()
    rows[["id", "employed"]].to_parquet(tmp_path / "o" / "o.parquet")
    source = Outcomes(files=FileSource(url=(tmp_path / "o").as_uri(), format="parquet"))
    found, _ = study(reference, asked, Parameters(chunk=300, metric="accuracy", outcomes=source), seed=0)
    share = (rows["prediction"] == rows["employed"]).head(900).mean()
    assert found.performance[0].now(is_realized=True)[0] == pytest.approx(share)


def test_a_model_of_pictures_is_watched_by_its_answers(tmp_path: Path) -> None:
    signature = SIGNATURE | {"inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 64]}]}
    url = write_trial(tmp_path, census(2015).sample(3000, random_state=1), signature)
    found = studied(read_reference(url), 2018)
    assert [column.name for column in found.columns] == ["prediction", "confidence"]
    assert (set(found.drift), found.outliers, found.distance) == ({"prediction", "confidence"}, None, None)
    assert [told.split(" ")[2] for told in found.unwatched] == ["image"]
    drop = found.performance[0].drop(is_realized=False)
    assert drop
    assert drop > 0.03


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(shipped("nannyml", f"datasets/data/{name}.csv", extra="monitor"), nrows=4000)


@pytest.mark.slow
def test_several_classes(tmp_path: Path) -> None:
    classes = ["prepaid_card", "highstreet_card", "upmarket_card"]
    names = {f"y_pred_proba_{name}": f"probability_{name}" for name in classes}
    rows = table("mc_reference").rename(columns=names | {"y_pred": "prediction"}).drop(columns="timestamp")
    inputs = [{"name": name, "datatype": "FP64"} for name in ("app_behavioral_score", "credit_bureau_score")]
    signature = {"task": "multiclass", "classes": classes, "identifier": "id", "target": "y_true", "inputs": inputs}
    reference = read_reference(write_trial(tmp_path, rows, signature))
    asked = [
        Prediction(START, str(at), row, row["prediction"], [row[f"probability_{name}"] for name in classes])
        for at, row in enumerate(rows.tail(900).to_dict("records"))
    ]
    (tmp_path / "o").mkdir()
    rows[["id", "y_true"]].to_parquet(tmp_path / "o" / "o.parquet")
    source = Outcomes(files=FileSource(url=(tmp_path / "o").as_uri(), format="parquet"))
    found, _ = study(reference, asked, Parameters(chunk=300, metric="f1_macro", outcomes=source), seed=0)
    assert [one.metric for one in found.performance] == ["f1_macro", "roc_auc", "accuracy"]
    for one in found.performance:
        assert one.now(is_realized=False)[0] == pytest.approx(one.now(is_realized=True)[0], abs=0.05)


def test_numbers(tmp_path: Path) -> None:
    odd = 'driven, in [km]: "all"'
    rows = table("regression_synthetic_reference").drop(columns="timestamp")
    rows = rows.rename(columns={"y_pred": "prediction", "km_driven": odd})
    names = ("car_age", odd, "price_new", "accident_count", "fuel")
    inputs = [{"name": name, "datatype": "BYTES" if name == "fuel" else "FP64"} for name in names]
    signature = {"task": "regression", "identifier": "id", "target": "y_true", "inputs": inputs}
    reference = read_reference(write_trial(tmp_path, rows, signature))
    asked = [Prediction(START, "", row, row["prediction"], None) for row in rows.tail(900).to_dict("records")]
    found, _ = study(reference, asked, Parameters(chunk=300, metric="mae"), seed=0)
    assert [one.metric for one in found.performance] == ["mae", "rmse"]
    truth = (rows.tail(900)["y_true"] - rows.tail(900)["prediction"]).abs().mean()
    assert found.performance[0].now(is_realized=False)[0] == pytest.approx(truth, rel=0.1)
