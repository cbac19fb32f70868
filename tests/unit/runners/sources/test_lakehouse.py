"""Tables of Delta Lake and Iceberg, written by their own libraries."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError

from runners.contract import InputError, SourceUnavailable
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.sources import read
from runners.sources.lakehouse import _check_files
from runners.sources.parameters import Source
from tests.servers.ports import free_port
from tests.servers.seaweedfs import SeaweedFS
from tests.servers.seaweedfs.server import REGION

ROWS = pa.table(
    {
        "id": pa.array([1, 2, 3, 4]),
        "amount": pa.array([1.5, None, 2.5, -0.0]),
        "name": ["ada", "", None, "ø\n"],
        "paid": [True, False, None, True],
        "day": pa.array([date(1969, 12, 31), date(2020, 2, 29), None, date(2100, 1, 1)]),
        "at": pa.array([datetime(2020, 1, 2, 3, 4, 5, 6, UTC)] * 4, pa.timestamp("us", "UTC")),
        "price": pa.array([Decimal("1.10"), None, Decimal("-3.00"), Decimal("0.01")], pa.decimal128(10, 2)),
    }
)
Row = dict[str, Any]


def rows(**table: Any) -> list[Row]:
    """Return the rows that a source gives, whatever their order."""
    batches = list(read(Source.model_validate({"table": table})).batches)
    assert all(batch.schema.equals(batches[0].schema) for batch in batches)
    return sorted((row for batch in batches for row in batch.to_pylist()), key=lambda row: json.dumps(row, default=str))


def sort(expected: list[Row]) -> list[Row]:
    return sorted(expected, key=lambda row: json.dumps(row, default=str))


@pytest.fixture
def delta(tmp_path: Path) -> str:
    """Return a table of three versions: four rows, two more with another column, and without the first."""
    place = str(tmp_path / "delta")
    write_deltalake(place, ROWS)
    more = pa.table({"id": [5, 6], "town": ["Oslo", None]})
    write_deltalake(place, more, mode="append", schema_mode="merge")
    DeltaTable(place).delete("id = 1")
    return place


@pytest.fixture
def catalog(tmp_path: Path) -> SqlCatalog:
    """Return a catalog with a table `risk.loans` of such snapshots."""
    found = SqlCatalog("test", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/lake")
    found.create_namespace("risk")
    table = found.create_table("risk.loans", schema=ROWS.schema)
    table.append(ROWS)
    table.append(ROWS.slice(1, 2))
    table.delete("id = 1")
    return found


@pytest.fixture
def uri(catalog: SqlCatalog) -> Iterator[str]:
    """Return the URL of a REST catalog that tells of the same tables, to whoever has its token.

    What it answers is Iceberg's REST catalog specification: the operations getConfig and loadTable.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = self._answer()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def _answer(self) -> tuple[int, Row]:
            parts = self.path.partition("?")[0].strip("/").split("/")
            if self.headers["Authorization"] != "Bearer a-token-of-the-catalog":
                return 401, {"error": {"message": "who are you?", "type": "NotAuthorizedException", "code": 401}}
            if parts == ["v1", "config"]:
                return 200, {"defaults": {}, "overrides": {}}
            try:
                table = catalog.load_table((parts[2], parts[4]))
            except NoSuchTableError:
                return 404, {"error": {"message": "none", "type": "NoSuchTableException", "code": 404}}
            metadata = json.loads(table.metadata.model_dump_json())
            return 200, {"metadata-location": table.metadata_location, "metadata": metadata, "config": {}}

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_CATALOG", "a-token-of-the-catalog")


STORAGE = {"token": "${secret:CATALOG}"}


def test_delta_is_read_at_its_newest_version(delta: str) -> None:
    found = rows(format="delta", url=delta)
    assert [row["id"] for row in found] == [2, 3, 4, 5, 6]
    assert [row for row in found if row["id"] < 5] == [{**row, "town": None} for row in ROWS.to_pylist()[1:]]
    assert [row["town"] for row in found if row["id"] >= 5] == ["Oslo", None]


def test_delta_is_read_at_a_version_that_was(delta: str) -> None:
    assert rows(format="delta", url=delta, version=0) == ROWS.to_pylist()


def test_iceberg_is_read_by_its_catalog_and_by_its_metadata(catalog: SqlCatalog, uri: str) -> None:
    table = catalog.load_table("risk.loans")
    newest = sort([*ROWS.to_pylist()[1:], *ROWS.slice(1, 2).to_pylist()])
    assert rows(format="iceberg", catalog=uri, name="risk.loans", storage=STORAGE) == newest
    assert rows(format="iceberg", url=table.metadata_location) == newest
    first = table.snapshots()[0].snapshot_id
    assert rows(format="iceberg", url=table.metadata_location, version=first) == sort(ROWS.to_pylist())


@pytest.mark.parametrize("hint", ["{number}", "{name}", "{name}.metadata.json", "{number}\n"])
def test_iceberg_in_a_folder_is_read_as_its_hint_says(catalog: SqlCatalog, hint: str) -> None:
    table = catalog.load_table("risk.loans")
    newest = Path(table.metadata_location.removeprefix("file://"))
    newest.with_name("v7.metadata.json").write_bytes(newest.read_bytes())
    told = hint.format(number=7, name=newest.name.removesuffix(".metadata.json"))
    (newest.parent / "version-hint.text").write_text(told)
    assert len(rows(format="iceberg", url=f"{newest.parent.parent}/")) == 5


def test_columns_that_were_renamed_have_their_new_names(catalog: SqlCatalog, uri: str) -> None:
    table = catalog.load_table("risk.loans")
    with table.update_schema() as change:
        change.rename_column("amount", "sum")
    assert "sum" in rows(format="iceberg", catalog=uri, name="risk.loans", storage=STORAGE)[0]
    first = table.snapshots()[0].snapshot_id
    assert "amount" in rows(format="iceberg", catalog=uri, name="risk.loans", storage=STORAGE, version=first)[0]


def test_partitions_are_columns(tmp_path: Path) -> None:
    place = str(tmp_path / "parted")
    write_deltalake(place, ROWS, partition_by=["id", "day"])
    assert rows(format="delta", url=place) == ROWS.to_pylist()


def test_some_columns_alone_are_read(delta: str, catalog: SqlCatalog, uri: str) -> None:
    wanted = ("paid", "id")
    expected = [{"id": row["id"], "paid": row["paid"]} for row in ROWS.to_pylist()]
    assert rows(format="delta", url=delta, version=0, columns=wanted) == expected
    first = catalog.load_table("risk.loans").snapshots()[0].snapshot_id
    found = rows(format="iceberg", catalog=uri, name="risk.loans", storage=STORAGE, version=first, columns=wanted)
    assert found == expected


def test_a_table_without_rows_has_its_columns(tmp_path: Path, catalog: SqlCatalog, uri: str) -> None:
    write_deltalake(str(tmp_path / "none"), ROWS.slice(0, 0))
    catalog.create_table("risk.none", schema=ROWS.schema)
    for table in (
        {"format": "delta", "url": str(tmp_path / "none")},
        {"format": "iceberg", "catalog": uri, "name": "risk.none", "storage": STORAGE},
    ):
        batches = list(read(Source.model_validate({"table": table})).batches)
        assert batches[0].schema.names == ROWS.schema.names
        assert sum(batch.num_rows for batch in batches) == 0


def _mapped(place: str) -> None:
    """Make a table of Delta Lake whose reader has to know what Arrow's doesn't: columns that are mapped by name."""
    log = Path(place) / "_delta_log" / f"{0:020}.json"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        if "protocol" in line:
            line["protocol"] = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["columnMapping"]}
            line["protocol"]["writerFeatures"] = ["columnMapping"]
        if "metaData" in line:
            schema = json.loads(line["metaData"]["schemaString"])
            for number, field in enumerate(schema["fields"], 1):
                told = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": field["name"]}
                field["metadata"], field["name"] = told, f"{field['name']} 2"
            line["metaData"]["schemaString"] = json.dumps(schema)
            line["metaData"]["configuration"] = {"delta.columnMapping.mode": "name"}
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_mapped_columns_are_read_by_their_names(tmp_path: Path) -> None:
    place = str(tmp_path / "mapped")
    write_deltalake(place, pa.table({"id": [1, 2]}))
    _mapped(place)
    assert rows(format="delta", url=place) == [{"id 2": 1}, {"id 2": 2}]


def test_what_is_read_says_at_which_version(delta: str) -> None:
    source = Source.model_validate({"table": {"format": "delta", "url": delta}})
    assert read(source).read_from == f"{delta} at version 2"


def _without_hint(tmp_path: Path) -> Row:
    (tmp_path / "x").mkdir()
    return {"format": "iceberg", "url": str(tmp_path / "x")}


def _with_hint(text: str) -> Callable[[Path], Row]:
    def make(tmp_path: Path) -> Row:
        folder = tmp_path / "x" / "metadata"
        folder.mkdir(parents=True)
        (folder / "version-hint.text").write_text(text)
        return {"format": "iceberg", "url": str(tmp_path / "x")}

    return make


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (lambda _: {"format": "delta", "url": "/nowhere"}, "no table of Delta Lake"),
        (lambda place: {"format": "delta", "url": f"{place}/delta", "version": 9}, "no version 9"),
        (lambda place: {"format": "delta", "url": f"{place}/delta", "columns": ["idd"]}, "no column idd"),
        (lambda _: {"format": "iceberg", "url": "/nowhere/1.metadata.json"}, "nowhere"),
        (_without_hint, "doesn't say which version"),
        (_with_hint("../../etc/passwd"), "holds no version"),
        (_with_hint("v1 v2"), "holds no version"),
        (_with_hint("7"), "v7.metadata.json"),
    ],
)
@pytest.mark.usefixtures("delta")
def test_what_is_not_there_is_told(tmp_path: Path, table: Callable[[Path], Row], told: str) -> None:
    with pytest.raises(InputError, match=told):
        rows(**table(tmp_path))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"name": "a.b"}, "no such table"),
        ({"name": "risk.loans", "version": 5}, "no snapshot 5"),
        ({"name": "risk.loans", "storage": {}}, "who are you"),
    ],
)
def test_what_a_catalog_has_not_is_told(uri: str, table: Row, told: str) -> None:
    with pytest.raises(InputError, match=told):
        rows(**{"format": "iceberg", "catalog": uri, "storage": STORAGE, **table})


def test_a_catalog_that_is_out_of_reach_is_told(uri: str) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(SourceUnavailable):
        rows(format="iceberg", catalog=nowhere, name="risk.loans")


def _metadata(catalog: SqlCatalog, change: Callable[[Row], None]) -> str:
    place = Path(catalog.load_table("risk.loans").metadata_location.removeprefix("file://"))
    told = json.loads(place.read_text())
    change(told)
    other = place.with_name("other.metadata.json")
    other.write_text(json.dumps(told))
    return str(other)


def test_a_table_chooses_no_library_that_reads_it(catalog: SqlCatalog) -> None:
    def hostile(told: Row) -> None:
        told["properties"]["py-io-impl"] = "antigravity.Files"

    assert len(rows(format="iceberg", url=_metadata(catalog, hostile))) == 5


def test_files_of_another_kind_of_store_are_not_read(catalog: SqlCatalog) -> None:
    """A table in an object store whose files are said to be on the machine that reads it."""
    with pytest.raises(InputError, match="another kind of store"):
        _check_files(catalog.load_table("risk.loans").scan(), "s3://lake/loans/metadata/7.metadata.json", "the table")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format-version": 9}', "\0\0"])
def test_metadata_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    place = tmp_path / "x.metadata.json"
    place.write_text(text)
    with pytest.raises(InputError, match="no metadata"):
        rows(format="iceberg", url=str(place))


def test_a_log_that_is_none_is_told(delta: str) -> None:
    (Path(delta) / "_delta_log" / f"{1:020}.json").write_text("{")
    with pytest.raises((InputError, SourceUnavailable)):
        rows(format="delta", url=delta)


def test_a_file_that_is_gone_is_told(delta: str) -> None:
    for file in Path(delta).glob("*.parquet"):
        file.unlink()
    with pytest.raises((InputError, SourceUnavailable)):
        rows(format="delta", url=delta)


def test_both_are_ingested_alike(tmp_path: Path, delta: str, catalog: SqlCatalog, uri: str) -> None:
    """The same rows have the same content, whatever they were kept in."""
    first = catalog.load_table("risk.loans").snapshots()[0].snapshot_id
    tables: list[Mapping[str, Any]] = [
        {"format": "delta", "url": delta, "version": 0},
        {"format": "iceberg", "catalog": uri, "name": "risk.loans", "version": first, "storage": STORAGE},
    ]
    found = []
    for number, table in enumerate(tables):
        (folder := tmp_path / str(number)).mkdir()
        found.append(ingest("loans", Parameters.model_validate({"source": {"table": table}}), folder))
    assert [result.facts["rows"] for result in found] == [4, 4]
    assert found[0].content == found[1].content


@pytest.mark.slow
def test_tables_in_an_object_store_are_read(
    seaweedfs: SeaweedFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a key that stands in no spec, in the words of each library."""
    store = seaweedfs
    store.create_bucket("lake")
    monkeypatch.setenv("SETPOINT_SECRET_LAKE", store.secret)
    delta = {
        "AWS_ENDPOINT_URL": store.url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": store.key,
    }
    iceberg = {"s3.endpoint": store.url, "s3.region": REGION, "s3.access-key-id": store.key}
    write_deltalake("s3://lake/delta", ROWS, storage_options={**delta, "AWS_SECRET_ACCESS_KEY": store.secret})
    catalog = SqlCatalog(
        "test",
        uri=f"sqlite:///{tmp_path}/catalog.db",
        warehouse="s3://lake/iceberg",
        **{**iceberg, "s3.secret-access-key": store.secret},
    )
    catalog.create_namespace("risk")
    (table := catalog.create_table("risk.loans", schema=ROWS.schema)).append(ROWS)
    place, secret = table.metadata_location, "${secret:LAKE}"
    delta_source = {"format": "delta", "url": "s3://lake/delta", "storage": {**delta, "AWS_SECRET_ACCESS_KEY": secret}}
    iceberg_source = {"format": "iceberg", "url": place, "storage": {**iceberg, "s3.secret-access-key": secret}}
    for source in (delta_source, iceberg_source):
        assert rows(**source) == ROWS.to_pylist()
        monkeypatch.setenv("SETPOINT_SECRET_LAKE", "another-secret-that-is-wrong")
        with pytest.raises((InputError, SourceUnavailable)) as told:
            rows(**source)
        assert "another-secret" not in str(told.value)
        monkeypatch.setenv("SETPOINT_SECRET_LAKE", store.secret)
