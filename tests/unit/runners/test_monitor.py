"""The `monitor` runner: from a payload log to a report, as a job runs it."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from runners.contract import InputError, Request, Result
from runners.contract.request import version_role
from runners.harness import finish
from runners.monitor import run
from tests.unit.runners.monitor.causes.test_origins import ages, version
from tests.unit.runners.monitor.causes.world import LIMITS, answered, people, trial
from tests.unit.runners.monitor.traffic import (
    SIGNATURE,
    START,
    TRIAL,
    census,
    compact,
    event,
    events_of,
    listed,
    write_log,
    write_trial,
)

QUERY = "SELECT id, employed FROM census"
PARAMS: dict[str, Any] = {
    "chunk": 500,
    "minimum_rows": 500,
    "metric": "roc_auc",
    "trial": TRIAL,
    "window": {"start": None, "end": "2026-03-02T00:00:00+00:00"},
    "outcomes": {"sql": {"url": "${secret:WAREHOUSE}", "query": QUERY}},
    "thresholds": {
        "drifted_columns": 3,
        "jensen_shannon": 0.1,
        "estimated_drop": 0.03,
        "realized_drop": 0.03,
        "distance": 0.6,
    },
}


def request_of(folder: Path, name: str = "report", **params: Any) -> Request:
    inputs = {"reference": (folder / "trial").as_uri(), "logs": (folder / "logs").as_uri()}
    output = folder / name
    output.mkdir()
    run_name = "monitors/employment/0123456789ab"
    return Request(
        run=run_name, runner="monitor", params=PARAMS | params, inputs=inputs, output=output.as_uri(), seed=7
    )


def report_in(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return told


def test_too_few_rows_give_a_report_without_nannyml(tmp_path: Path) -> None:
    write_log(tmp_path / "logs", events_of(census(2018).head(100)))
    request = request_of(tmp_path)
    script = (
        "import sys; from pathlib import Path; from runners.contract import Request; from runners.monitor import run\n"
        "request = Request.model_validate_json(sys.argv[1]); result = run(request, Path(sys.argv[2]))\n"
        "assert not {'nannyml', 'pandas', 'matplotlib', 'sklearn'} & set(sys.modules), 'too much was imported'\n"
        "print(result.model_dump_json())"
    )
    command = [sys.executable, "-c", script, request.model_dump_json(), str(tmp_path / "report")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    result = json.loads(told.stdout)
    assert result["accepted"] is True
    assert (result["facts"]["verdict"], result["facts"]["rows"]) == ("not_enough_data", 100)
    assert result["metrics"]["rows"] == 100
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"report.json", "report.md", "report.html"}
    assert "100 rows were logged in this window, and 500 are needed" in (tmp_path / "report/report.md").read_text()


def test_no_log_yet_is_not_enough_data(tmp_path: Path) -> None:
    result = run(request_of(tmp_path), tmp_path / "report")
    assert result.facts["verdict"] == "not_enough_data"
    assert result.facts["window"] == PARAMS["window"]


def test_a_former_report_that_is_broken_is_noted(tmp_path: Path) -> None:
    request = request_of(tmp_path)
    (tmp_path / "former").mkdir()
    for text in (None, "{", "[]", '{"format": 99}'):
        if text is not None:
            (tmp_path / "former" / "report.json").write_text(text)
        inputs = request.inputs | {"previous": (tmp_path / "former").as_uri()}
        run(request.model_copy(update={"inputs": inputs}), tmp_path / "report")
        told = report_in(tmp_path / "report")
        assert told["notes"] == ["The report before this one can't be read: trend and risk begin anew."]


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_however_a_log_is_written_the_report_on_the_same_rows_is_the_same(tmp_path: Path) -> None:
    write_trial(tmp_path / "trial", census(2015).head(2000))
    events, reports = events_of(census(2018).head(1500)), []
    for write in (json.dumps, lambda one: compact(listed(one))):
        write_log(tmp_path / "logs", [write(one) for one in events])
        place = tmp_path / f"report {len(reports)}"
        run(request_of(tmp_path, place.name, outcomes=None), place)
        reports.append([path.read_bytes() for path in sorted(place.rglob("*.*"))])
    assert reports[0] == reports[1]
    assert report_in(place)["rows"]["logged"] == 1500


@pytest.mark.parametrize("missing", ["logs", "reference"])
def test_an_input_that_is_missing_is_refused(tmp_path: Path, missing: str) -> None:
    write_log(tmp_path / "logs", events_of(census(2018).head(10)))
    request = request_of(tmp_path, minimum_rows=1)
    inputs = {role: url for role, url in request.inputs.items() if role != missing}
    with pytest.raises(InputError) as told:
        run(request.model_copy(update={"inputs": inputs}), tmp_path / "report")
    assert told.value.where == f"inputs.{missing}"


def test_parameters_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(request_of(tmp_path, thresholds={"p99": 3}), tmp_path / "report")


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with closing(sqlite3.connect(tmp_path / "w.db")) as database, database:
        database.execute("CREATE TABLE census (id INTEGER, employed INTEGER)")
        for year in (2016, 2018):
            rows = census(year).head(2000)[["id", "employed"]]
            database.executemany("INSERT INTO census VALUES (?, ?)", rows.to_numpy().tolist())
    monkeypatch.setenv("SETPOINT_SECRET_WAREHOUSE", f"sqlite:///{tmp_path}/w.db")
    return tmp_path


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_real_traffic_of_later_years(warehouse: Path) -> None:
    """2016 is like 2015; 2018, in the file's own order, begins with people of another kind, and the model is worse."""
    write_trial(warehouse / "trial", census(2015).sample(6000, random_state=1))
    verdicts = {}
    for year, previous in ((2016, None), (2018, 2016)):
        write_log(warehouse / "logs", events_of(census(year).head(1500)))
        request = request_of(warehouse, str(year))
        if previous:
            inputs = request.inputs | {"previous": (warehouse / str(previous)).as_uri()}
            request = request.model_copy(update={"inputs": inputs})
        result = finish(request, warehouse / str(year), run(request, warehouse / str(year)))
        verdicts[year] = (result.facts["verdict"], {alert["what"] for alert in result.facts["alerts"]})
        assert {"report.json", "report.md", "report.html", "plots/drift.svg"} <= set(result.files)
    fallen = {"columns drift", "distance from the reference", "estimated roc_auc fell", "realised roc_auc fell"}
    assert verdicts == {2016: ("ok", set()), 2018: ("alert", fallen)}
    assert len(report_in(warehouse / "2018")["history"]) == 2
    whole = "".join(path.read_text("utf-8") for path in (warehouse / "2018").glob("report.*"))
    assert os.environ["SETPOINT_SECRET_WAREHOUSE"] not in whole


PIXELS = 64


def pictures(
    folder: Path,
    asked: np.ndarray[Any, Any],
    image: dict[str, int] | None,
    known: np.ndarray[Any, Any] | None = None,
) -> Result:
    """Report on pictures that a model was asked about; those it was tested on are noise else, half of them a class."""
    random = np.random.default_rng(0)
    kind = random.integers(0, 2, 800)
    shown = random.random((800, PIXELS)) if known is None else known
    tested = pd.DataFrame({"image": list(shown), "employed": kind, "prediction": kind})
    tested["predicted_probability"] = np.where(kind == 1, 0.9, 0.1)
    inputs = [{"name": "image", "datatype": "FP32", "shape": [-1, PIXELS]}]
    write_trial(folder / "trial", tested, SIGNATURE | {"inputs": inputs, "image": image, "identifier": None})
    answers = [int(one.mean() > 0) * (at % 2) for at, one in enumerate(asked)]
    told = [
        event(at, [], rows=[{"image": one.tolist()}], prediction=[answer], probability=[0.9 if answer else 0.1])
        for at, (one, answer) in enumerate(zip(asked, answers, strict=True))
    ]
    write_log(folder / "logs", told)
    thresholds = PARAMS["thresholds"] | {"estimated_drop": None, "missing_share": 0.05}
    return run(request_of(folder, minimum_rows=100, outcomes=None, thresholds=thresholds), folder / "report")


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_black_pictures_are_not_all_well(tmp_path: Path) -> None:
    size = {"height": 8, "width": 8, "channels": 1}
    facts = pictures(tmp_path, np.zeros((400, PIXELS)), size).facts
    assert facts["verdict"] == "alert"
    assert {"brightness of image", "contrast of image", "sharpness of image"} <= set(facts["columns_drifted"])
    assert "prediction" in facts["columns_drifted"], "the answers are watched too"


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_pictures_like_those_of_the_test_are_quiet(tmp_path: Path) -> None:
    size = {"height": 8, "width": 8, "channels": 1}
    facts = pictures(tmp_path, np.random.default_rng(1).random((400, PIXELS)), size).facts
    assert (facts["verdict"], facts["columns_drifted"], facts["unwatched"]) == ("ok", [], [])


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_pictures_that_are_as_bright_and_sharp_and_show_something_else_are_found(tmp_path: Path) -> None:
    digits = np.random.default_rng(0).permutation(load_digits().images / 16)
    mirrored = digits[800:1200, :, ::-1].reshape(400, PIXELS)
    size = {"height": 8, "width": 8, "channels": 1}
    told = pictures(tmp_path, mirrored, size, digits[:800].reshape(800, PIXELS))
    assert told.facts["columns_drifted"] == []
    assert [one["what"] for one in told.facts["alerts"]] == ["pictures unlike the reference"]
    assert told.facts["alerts"][0]["where"].startswith("image: at least ")
    (image,) = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))["images"]
    assert (image["images"], image["reference_images"]) == (400, 800)


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_what_is_not_watched_is_said_and_never_all_well(tmp_path: Path) -> None:
    facts = pictures(tmp_path, np.random.default_rng(1).random((400, PIXELS)), None).facts
    assert facts["verdict"] == "partly_watched"
    assert [told.split(":")[0] for told in facts["unwatched"]] == ["The input image isn't compared with the reference"]
    text = (tmp_path / "report" / "report.md").read_text("utf-8")
    assert text.startswith("# No alert on 400 rows, but not everything is watched\n")
    assert "## Not watched" in text


MISSING = {"missing_share": 0.05}


def test_columns_that_the_payload_log_leaves_out_raise_no_alert_and_are_said_not_to_be_watched(tmp_path: Path) -> None:
    rows = census(2015).sample(4000, random_state=3, ignore_index=True)
    write_trial(tmp_path / "trial", rows.iloc[:2000])
    hidden = ["SEX", "id"]
    write_log(tmp_path / "logs", events_of(rows.iloc[2000:].drop(columns=hidden)))
    request = request_of(tmp_path, left_out=hidden, thresholds=MISSING)
    facts = run(request, tmp_path / "report").facts
    assert (facts["verdict"], facts["alerts"]) == ("partly_watched", [])
    assert "The input SEX isn't compared with the reference: the payload log leaves it out." in facts["unwatched"]
    assert "leaves the identifier id out: outcomes can't be joined" in (tmp_path / "report/report.md").read_text()
    told = run(request_of(tmp_path, "unaware", thresholds=MISSING, outcomes=None), tmp_path / "unaware").facts
    assert told["verdict"] == "alert", "who isn't told takes the column for missing"


HOURS = 30
LATE = timedelta(hours=24)


def hourly(hour: int, number: int) -> dict[str, Any]:
    """Return an event of an hour, in which a model that is right nine times of ten answers; from hour 2 on, half."""
    random = Random(1000 * hour + number)
    rows = [{"id": 10_000 * hour + 10 * number + at, "AGEP": random.gauss(40, 9)} for at in range(10)]
    told = {"prediction": [1] * 10, "probability": [0.9] * 10, "rows": rows}
    moment = START + timedelta(hours=hour, seconds=30 * number)
    return event(0, [], **told) | {"id": f"{hour}-{number}", "time": moment.isoformat()}


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_outcomes_a_day_late_are_counted_and_a_realised_drop_alerts(tmp_path: Path) -> None:
    """Each hour has a report; outcomes arrive a day later, when their window was reported on long ago."""
    random = Random(1)
    rows = [{"id": -at, "AGEP": random.gauss(40, 9), "employed": int(random.random() < 0.9)} for at in range(2000)]
    frame = pd.DataFrame(rows).assign(prediction=1, predicted_probability=0.9)
    inputs = [{"name": "AGEP", "datatype": "FP64", "shape": [-1, 1]}]
    write_trial(tmp_path / "trial", frame, SIGNATURE | {"inputs": inputs})
    write_log(tmp_path / "logs", [hourly(hour, number) for hour in range(HOURS) for number in range(20)])
    known: dict[int, Result] = {}
    for hour in (1, 2, 28, 29):
        end, start = START + timedelta(hours=hour + 1), START + timedelta(hours=hour)
        told = pd.DataFrame(_outcomes(end - LATE) or [{"id": 0, "employed": 1}])
        told.to_csv(tmp_path / "outcomes.csv", index=False)
        source = {"files": {"url": (tmp_path / "outcomes.csv").as_uri(), "format": "csv"}}
        window = {"start": start.isoformat(), "end": end.isoformat()}
        request = request_of(
            tmp_path, f"r{hour}", window=window, outcomes=source, metric="accuracy", minimum_rows=100, chunk=100
        )
        if known:
            inputs_of = request.inputs | {"previous": (tmp_path / f"r{max(known)}").as_uri()}
            request = request.model_copy(update={"inputs": inputs_of})
        known[hour] = run(request, tmp_path / f"r{hour}")
    assert [alert["what"] for alert in known[2].facts["alerts"]] == []
    report = report_in(tmp_path / "r29")
    assert "realised accuracy fell" in {alert["what"] for alert in known[29].facts["alerts"]}
    assert report["outcomes"] == 0, "none of this window's are known"
    assert report["lookback"]["known"] == 200 * 6
    _look_at_risk(known[29].facts["risk"], (tmp_path / "r29" / "report.md").read_text("utf-8"))
    told_anew = {one["window"]["end"]: one["realized"] for one in report["windows"]}
    assert told_anew[(START + timedelta(hours=2)).isoformat()] == pytest.approx(0.9, abs=0.06)
    assert told_anew[(START + timedelta(hours=3)).isoformat()] == pytest.approx(0.5, abs=0.09)
    assert report["history"][1]["realized"] == told_anew[(START + timedelta(hours=3)).isoformat()]
    assert "Outcomes are known for 0 of 200 rows of this window, and for 1,200 of 6,000" in (
        tmp_path / "r29" / "report.md"
    ).read_text("utf-8")


def _look_at_risk(risk: dict[str, Any], page: str) -> None:
    """Hold what the series of reports tells to what came: 200 rows an hour, of six hours, in two of the reports."""
    assert (risk["rows"], risk["counted"], risk["waiting"]) == (200 * 6, 200, 200 * 24), "each once"
    assert risk["since"] > 200 * 2, "after two hours the model is right half the time"
    assert risk["test"] == pytest.approx(0.1, abs=0.03)
    assert "## Risk over all reports" in page


def _outcomes(until: datetime) -> list[dict[str, Any]]:
    """Return the outcomes of what was asked up to a moment: after two hours the model is right half the time."""
    found = []
    for hour in range(HOURS):
        if START + timedelta(hours=hour + 1) <= until:
            random = Random(hour)
            right = 0.9 if hour < 2 else 0.5
            found += [{"id": 10_000 * hour + at, "employed": int(random.random() < right)} for at in range(200)]
    return found


def asked_about(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the events of a client that asks about rows of any columns."""
    answers = {"prediction": rows["prediction"].tolist(), "probability": rows["predicted_probability"].tolist()}
    inputs = json.loads(rows[["id", "skill", "age", "home"]].to_json(orient="records"))
    return [event(0, [], rows=inputs, model=TRIAL, **answers)]


def test_a_report_tells_what_moved_what_it_costs_since_which_version_and_what_to_do(tmp_path: Path) -> None:
    """The surer a model is, the older people are: once these are missing, it is wrong more often."""
    usual, now = (
        answered(people(rows, seed)).drop(columns=["idle", "flag", "still", "note"])
        for rows, seed in ((4000, 0), (2000, 2))
    )
    usual, now = (rows.assign(age=ages(40, len(rows)) + 3 * rows["skill"].abs()) for rows in (usual, now))
    now = now[(now["skill"].abs() < 0.9)].reset_index(drop=True)
    trial(tmp_path / "trial", usual[["id", "skill", "age", "home", "prediction", "predicted_probability", "outcome"]])
    signature = json.loads((tmp_path / "trial/signature.json").read_text())
    signature["inputs"].append({"name": "age", "datatype": "FP64", "shape": [-1, 1]})
    (tmp_path / "trial/signature.json").write_text(json.dumps(signature))
    now.loc[:400, "age"] = np.nan
    write_log(tmp_path / "logs", asked_about(now))
    request = request_of(tmp_path, metric="accuracy", outcomes=None, thresholds=LIMITS.model_dump())
    made = [version(tmp_path / f"data/{at:02}", ages(40, 700 + at, gone=0.3 * (at >= 2))) for at in range(4)]
    versions = {version_role(at, name): url for at, (name, url) in enumerate(made)}
    request = request.model_copy(update={"inputs": request.inputs | versions})
    result = finish(request, tmp_path / "report", run(request, tmp_path / "report"))
    causes = {tuple(one["columns"]): one for one in result.facts["causes"]}
    skill, age = causes["skill",], causes["age",]
    assert result.facts["causes"][0] == skill
    assert (skill["action"], age["action"]) == ("retrain", "fix")
    assert skill["low"] > 0
    assert age["origin"]["version"] == made[2][0]
    page = (tmp_path / "report/report.md").read_text("utf-8")
    assert "## Causes" in page
    assert f"the data has it since {made[2][0]}, made at 2026-01-02" in page
    assert "of the estimated drop" in (tmp_path / "report/report.html").read_text("utf-8")
