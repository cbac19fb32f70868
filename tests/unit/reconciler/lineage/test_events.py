"""What an event says, and what it doesn't."""

import json
from typing import Any

import pytest

from reconciler.lineage.events import Place, event, run_id
from reconciler.lineage.ledger import Kind, Transition
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.resource import Resource

PLACE = Place("lake", "dev", "https://forge.example/team/models.git", "main", "0.1.0")
RUN = RunName("datasets/features/aaaaaaaaaaaa")
FILES: dict[str, Any] = {
    "schema.json": {"columns": {"a b": {"type": "integer"}, "name": {"type": "string", "sensitive": True}}},
    "profile.json": {
        "columns": {
            "a b": {"missing": 2, "distinct": 3, "minimum": 170017},
            "name": {"missing": 0, "distinct": 5, "bounds": {"distinct": 0.05}, "top": [{"value": "Ada"}]},
        }
    },
    "lineage.json": {"a b": ["loans.x.y", "other.z"], "name": None},
}
DERIVED = {"derived": {"inputs": {"loans": "datasets/loans"}, "query": "SELECT 1"}}


def transition(kind: Kind, attempt: int = 1, error: str = "") -> Transition:
    inputs = (RunName("datasets/loans/bbbbbbbbbbbb"),)
    return Transition(RUN, attempt, kind, "2026-01-07T12:00:00+00:00", CommitId("c" * 40), inputs, error)


def resource(source: dict[str, Any]) -> Resource:
    spec = Dataset.model_validate({"team": "risk", "source": source})
    return Resource(Address("datasets/features"), spec, "specs/datasets/features.yaml")


def read(_run: RunName, path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(path)
    return json.dumps(FILES[path]).encode()


def made(kind: Kind = Kind.COMPLETE, source: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    result = {"metrics": {"rows": 5.0, "bytes": 99}}
    return event(transition(kind, **more), PLACE, resource(source or DERIVED), result, read)


def test_an_attempt_has_one_id_and_another_attempt_another() -> None:
    assert run_id(RUN, 1) == run_id(RUN, 1) != run_id(RUN, 2)
    assert made(Kind.START)["run"]["runId"] == made()["run"]["runId"] == run_id(RUN, 1)


def test_an_accepted_output_is_told_with_its_columns_and_counts() -> None:
    (output,) = made()["outputs"]
    facets = output["facets"]
    assert (output["namespace"], output["name"]) == ("lake", "datasets/features")
    assert facets["version"]["datasetVersion"] == RUN
    assert {one["name"]: one["type"] for one in facets["schema"]["fields"]} == {"a b": "integer", "name": "string"}
    columns = facets["dataQualityMetrics"]["columnMetrics"]
    assert columns == {"a b": {"nullCount": 2, "distinctCount": 3}, "name": {"nullCount": 0}}
    (origin,) = facets["columnLineage"]["fields"]["a b"]["inputFields"]
    assert (origin["namespace"], origin["name"], origin["field"]) == ("lake", "datasets/loans", "x.y")
    statistics = output["outputFacets"]["outputStatistics"]
    assert (statistics["rowCount"], statistics["size"]) == (5, 99)


def test_no_value_of_a_column_is_told() -> None:
    text = json.dumps(made())
    assert "Ada" not in text
    assert "170017" not in text


@pytest.mark.parametrize("kind", [Kind.START, Kind.FAIL, Kind.ABORT])
def test_of_what_isn_t_accepted_no_file_is_read(kind: Kind) -> None:
    def no(run: RunName, path: str) -> bytes:
        raise AssertionError(path)

    told = event(transition(kind, error="boom"), PLACE, resource(DERIVED), {}, no)
    assert told["outputs"][0]["facets"] == {}
    assert ("errorMessage" in told["run"]["facets"]) == (kind is Kind.FAIL)


def test_the_job_says_whose_it_is_and_where_it_is_written_down() -> None:
    job = made()["job"]
    assert (job["namespace"], job["name"]) == ("lake/dev", "datasets/features")
    assert job["facets"]["ownership"]["owners"] == [{"name": "team:risk", "type": "OWNER"}]
    location = job["facets"]["sourceCodeLocation"]
    assert (location["version"], location["path"]) == ("c" * 40, "specs/datasets/features.yaml")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({"files": {"url": "s3://key:secret@exports/a/b.csv?sig=x", "format": "csv"}}, ("s3://exports", "a/b.csv")),
        ({"files": {"url": "${secret:PLACE}/b.csv", "format": "csv"}}, ("source", "${secret:PLACE}/b.csv")),
        (
            {"sql": {"url": "postgresql://u:p@db.example/x", "query": "SELECT 'hush'"}},
            ("postgresql://db.example", "query"),
        ),
        ({"sql": {"url": "${secret:WAREHOUSE}", "query": "SELECT 1"}}, ("source", "query")),
        (
            {"stream": {"protocol": "kafka", "url": "a.example:9092,b.example:9092", "topics": ["x", "y"]}},
            ("kafka://a.example:9092", "x,y"),
        ),
        (
            {"stream": {"protocol": "nats", "url": "nats://u:p@n.example:4222", "topics": "x"}},
            ("nats://n.example:4222", "x"),
        ),
    ],
)
def test_a_source_outside_is_told_without_its_secrets(source: dict[str, Any], told: tuple[str, str]) -> None:
    text = json.dumps(document := made(source=source))
    assert (document["inputs"][-1]["namespace"], document["inputs"][-1]["name"]) == told
    assert not any(word in text for word in ("key:secret", "u:p", "hush", "sig=x"))


@pytest.mark.parametrize(
    ("repository", "uri"),
    [
        ("/srv/my models", "file:///srv/my%20models"),
        ("git@forge.example:team/models.git", "ssh://git@forge.example/team/models.git"),
        ("https://forge.example/x.git", "https://forge.example/x.git"),
    ],
)
def test_a_repository_is_told_as_a_uri(repository: str, uri: str) -> None:
    place = Place("lake", "dev", repository, "main", "0.1.0")
    told = event(transition(Kind.START), place, None, {}, read)
    assert told["job"]["facets"]["sourceCodeLocation"]["url"] == uri


@pytest.mark.parametrize(
    "odd", [[], {"columns": []}, {"columns": {"a": 1}}, "x", {"columns": {"a": {"missing": "x", "bounds": 3}}}]
)
def test_odd_files_leave_their_facets_out(odd: Any) -> None:
    def strange(_run: RunName, _path: str) -> bytes:
        return json.dumps(odd).encode()

    told = event(transition(Kind.COMPLETE), PLACE, resource(DERIVED), {"metrics": []}, strange)
    assert told["outputs"][0]["facets"]["version"]["datasetVersion"] == RUN
