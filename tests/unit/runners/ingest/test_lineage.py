"""Datasets that are made of others: their rows, their lineage, and what of them stays hidden."""

import json
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError, Request, Result
from runners.ingest import run
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters

PEOPLE = "id,name,born\n1,Ada,1985-12-10\n2,Alan,1992-06-23\n"
VISITS = "id,day,spent\n1,2024-01-01,5\n1,2024-02-01,7\n2,2024-01-15,11\n"


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, str]:
    """Return the folders of a dataset of people, whose names are sensitive, and one of their visits."""
    columns = {"id": {"type": "integer"}, "name": {"type": "string", "sensitive": True}, "born": {"type": "datetime"}}
    for name, text, told in (("people", PEOPLE, columns), ("visits", VISITS, None)):
        (tmp_path / f"{name}.csv").write_text(text)
        (tmp_path / name).mkdir()
        spec = {"source": {"files": {"url": f"{tmp_path}/{name}.csv", "format": "csv"}}, "columns": told}
        assert ingest(name, Parameters.model_validate(spec), tmp_path / name).accepted
    return {name: f"file://{tmp_path}/{name}" for name in ("people", "visits")}


def derived(query: str, inputs: dict[str, str], folder: Path, **spec: Any) -> Result:
    folder.mkdir(exist_ok=True)
    source = {"derived": {"inputs": {name: f"datasets/{name}" for name in inputs}, "query": query}}
    request = Request(
        run="datasets/features/0123456789ab",
        runner="ingest",
        params={"source": source, **spec},
        inputs=inputs,
        output=str(folder),
    )
    return run(request, folder)


FEATURES = """
    SELECT v.id, v.day, v.spent, date_diff('day', p.born, v.day) AS age,
           sum(v.spent) OVER (PARTITION BY v.id ORDER BY v.day ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW) AS before
    FROM visits AS v JOIN people AS p USING (id) ORDER BY v.id, v.day
"""


def test_a_dataset_is_made_of_others_with_its_lineage(tmp_path: Path, inputs: dict[str, str]) -> None:
    out = tmp_path / "out"
    result = derived(FEATURES, inputs, out)
    assert result.accepted
    assert result.metrics["rows"] == 3
    assert json.loads((out / "lineage.json").read_text()) == {
        "id": ["visits.id"],
        "day": ["visits.day"],
        "spent": ["visits.spent"],
        "age": ["people.born", "visits.day"],
        "before": ["visits.day", "visits.id", "visits.spent"],
    }
    profile = json.loads((out / "profile.json").read_text())
    assert {name: column["type"] for name, column in profile["columns"].items()} == {
        "id": "integer",
        "day": "datetime",
        "spent": "integer",
        "age": "integer",
        "before": "integer",
    }


def test_the_same_inputs_make_the_same_content(tmp_path: Path, inputs: dict[str, str]) -> None:
    once, again = (derived(FEATURES, inputs, tmp_path / name) for name in ("once", "again"))
    assert once.content == again.content
    assert (tmp_path / "once/data.parquet").read_bytes() == (tmp_path / "again/data.parquet").read_bytes()


def test_what_is_made_of_a_sensitive_column_must_be_declared_so(tmp_path: Path, inputs: dict[str, str]) -> None:
    query = "SELECT id, upper(name) AS shout FROM people"
    with pytest.raises(InputError, match=r"shout is made from people\.name, which is sensitive") as caught:
        derived(query, inputs, tmp_path / "out")
    assert "Ada" not in str(caught.value)
    columns = {"id": {"type": "integer"}, "shout": {"type": "string", "sensitive": True}}
    assert derived(query, inputs, tmp_path / "out", columns=columns).accepted
    assert "ADA" not in (tmp_path / "out/profile.json").read_text()


def test_a_dataset_of_no_others_has_no_lineage(tmp_path: Path, inputs: dict[str, str]) -> None:
    assert not (tmp_path / "visits/lineage.json").exists()
