"""The reference of a graph: test rows that no member has seen, answered as the endpoint answers, or a refusal."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runners.contract import InputError, Request
from runners.models.signature import read_signature
from runners.monitor import run
from runners.monitor.graph_reference import reference_of
from runners.monitor.parameters import Parameters
from runners.monitor.reference import read_reference
from tests.unit.runners.evaluate.conftest import backwards, trial
from tests.unit.runners.monitor.traffic import event, write_log

NAME = "deployments/both/0123456789ab"


def node(**told: Any) -> dict[str, Any]:
    """Return an ensemble of both models, as the daemon tells a node."""
    step = {"node": None, "inputs": {}, "weight": 1.0, "values": []}
    steps = [{**step, "model": "first", "weight": 3.0}, {**step, "model": "second"}]
    return {"name": "root", "router": "ensemble", "combine": "mean", "column": None, "steps": steps} | told


def asked(folder: Path, first: Path, second: Path, *nodes: dict[str, Any], **params: Any) -> tuple[Request, Parameters]:
    """Return what a report on a graph of two models is asked, whose reference is the first one's."""
    members = {name: read_signature(place).digest for name, place in (("first", first), ("second", second))}
    told = {"graph": list(nodes or [node()]), "members": members, "trial": NAME, **params}
    inputs = {"reference": first.as_uri(), "model_first": first.as_uri(), "model_second": second.as_uri()}
    inputs["logs"] = (folder / "logs").as_uri()
    request = Request(run=NAME, runner="monitor", params=told, inputs=inputs, output=folder.as_uri())
    return request, request.params_as(Parameters)


def made(folder: Path, *asked_for: Any) -> tuple[str, pd.DataFrame]:
    (folder / "made").mkdir()
    note = reference_of(*asked_for, folder / "made")
    return note, pd.read_parquet(folder / "made" / "reference.parquet")


def test_the_rows_are_answered_by_the_whole_graph(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second")
    note, rows = made(tmp_path, *asked(tmp_path, first, second))
    assert note == "The reference is 300 test rows of experiments/ill/aaaaaaaaaaaa, answered by the graph."
    one, other = (pd.read_parquet(place / "reference.parquet") for place in (first, second))
    expected = 0.75 * one["predicted_probability"] + 0.25 * other["predicted_probability"]
    assert np.allclose(rows["predicted_probability"], expected)
    assert list(rows["prediction"]) == ["yes" if chance > 0.5 else "no" for chance in expected]
    assert list(rows["ill"]) == list(one["ill"])
    assert "town" in rows, "what a segment may be of stays"


def test_it_reads_as_the_reference_of_one_model(tmp_path: Path) -> None:
    made(tmp_path, *asked(tmp_path, trial(tmp_path / "first"), backwards(tmp_path / "second")))
    found = read_reference((tmp_path / "made").as_uri())
    assert [one.name for one in found.columns] == ["age", "weight"]
    assert (found.task, found.target, found.classes, found.positive) == ("binary", "ill", ("no", "yes"), "yes")
    assert found.probabilities == ("predicted_probability",)


def test_what_another_member_was_trained_on_is_left_out(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second", saw=range(120))
    note, rows = made(tmp_path, *asked(tmp_path, first, second))
    assert (len(rows), int(rows["id"].min())) == (180, 120)
    assert "180 test rows" in note
    assert "without the 120 that others of its models were trained or chosen on" in note


def test_where_another_member_knows_nearly_all_of_them_it_is_refused(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second", saw=range(290))
    with pytest.raises(InputError, match="the model of second was trained or chosen on 290 of experiments/ill/aaaa"):
        made(tmp_path, *asked(tmp_path, first, second))


def test_models_that_cannot_be_had_are_refused(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second")
    request, params = asked(tmp_path, first, second)
    changed = params.model_copy(update={"members": {**params.members, "second": "sha256:" + "0" * 64}})
    with pytest.raises(InputError, match=r"the graph can't answer the test rows of .*: the model's digest"):
        made(tmp_path, request, changed)
    lost = request.model_copy(update={"inputs": {"reference": first.as_uri(), "model_first": first.as_uri()}})
    with pytest.raises(InputError, match="needs `model_second`"):
        reference_of(lost, params, tmp_path / "made")


def test_a_graph_that_takes_a_column_which_the_rows_lack_is_refused(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second")
    steps = [{**one, "values": values} for one, values in zip(node()["steps"], (["a"], []), strict=True)]
    with pytest.raises(InputError, match="have no column kind, which the graph takes"):
        made(tmp_path, *asked(tmp_path, first, second, node(router="switch", column="kind", steps=steps)))


def test_rows_that_tell_another_target_are_refused(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second")
    request, params = asked(tmp_path, first, second, node(router="sequence"))
    told = json.loads((second / "signature.json").read_text("utf-8"))
    assert told["target"] == "ill"
    made(tmp_path, request, params)
    other = trial(tmp_path / "other", target="age")
    with pytest.raises(InputError, match="tell ill, and the graph answers age"):
        reference_of(*asked(tmp_path, first, other, node(router="sequence")), tmp_path / "made")


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
def test_a_report_on_a_graph_watches_what_it_answers(tmp_path: Path) -> None:
    first, second = trial(tmp_path / "first"), backwards(tmp_path / "second")
    rows = pd.read_parquet(first / "reference.parquet").sample(600, replace=True, random_state=0)
    told = [
        event(at, [], rows=[{"age": row.age, "weight": row.weight}], prediction=["yes"], probability=[0.99], model=NAME)
        for at, row in enumerate(rows.itertuples())
    ]
    told += [{**one, "id": f"x{at}", "data": {**one["data"], "model": "other"}} for at, one in enumerate(told[:9])]
    write_log(tmp_path / "logs", told)
    request, _ = asked(tmp_path, first, second, minimum_rows=100, thresholds={"drifted_columns": 1})
    (tmp_path / "report").mkdir()
    result = run(request, tmp_path / "report")
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert (report["rows"]["logged"], report["rows"]["other_models"]) == (600, 9)
    assert "prediction" in result.facts["columns_drifted"], "the model says yes to all, and the graph doesn't"
    assert report["notes"][0].startswith("The reference is 300 test rows of experiments/ill/aaaaaaaaaaaa")
