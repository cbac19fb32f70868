"""Tables of Delta Lake and Iceberg, each read at one version: what is written meanwhile is of the next one.

Both are read by the libraries that their projects publish, which bring deletions, renamed columns and types into one
table. What was read is told by its version, so that the same rows can be had again for as long as the table keeps them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa

from runners.contract import InputError
from runners.sources.addresses import address
from runners.sources.failures import telling
from runners.sources.parameters import TableSource
from runners.sources.reading import BATCH_ROWS, Reading, check_names, no_rows
from runners.staging import reveal

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from pyiceberg.table import Table

WHERE = "source.table"
_HINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_HINT = 200


def read_lakehouse(source: TableSource) -> Reading:
    """Open a table at the version that is asked for, or at its newest; its rows are read while batches are taken.

    Raises:
        InputError: the table, the version or a column isn't there, or the library can't read such a table.
        SourceUnavailable: its store doesn't answer, at once or while rows are read.
    """
    place = source.url or f"{source.name} of {source.catalog}"
    with _telling(place):
        batches, version = (_delta if source.format == "delta" else _iceberg)(source, place)
    return Reading(_told(batches, place), is_text=False, read_from=f"{place} at version {version}")


def _told(batches: Iterator[Any], place: str) -> Iterator[Any]:
    with _telling(place):
        yield from batches


@contextmanager
def _telling(place: str) -> Iterator[None]:
    try:
        with telling(place):
            yield
    except ModuleNotFoundError as error:
        fix = "install setpoint[lakehouse] where the pool's jobs run"
        raise InputError(f"{error.name} is not installed", place, fix) from error


def _storage(source: TableSource) -> dict[str, str]:
    return {name: reveal(value) for name, value in source.storage.items()}


def _delta(source: TableSource, place: str) -> tuple[Iterator[Any], int]:
    from deltalake import DeltaTable

    url, storage = address(source.url or ""), _storage(source)
    if not DeltaTable.is_deltatable(url, storage):
        raise InputError("there is no table of Delta Lake", place, "correct the URL: it is the folder of _delta_log")
    table = DeltaTable(url, storage_options=storage)
    newest = table.version()
    if source.version is not None and not 0 <= source.version <= newest:
        raise InputError(f"there is no version {source.version}", place, f"its versions end with {newest}")
    if source.version is not None:
        table.load_as_version(source.version)
    names = _columns([field.name for field in table.schema().fields], source, place)
    return _batches_of_delta(table, names), table.version()


def _batches_of_delta(table: "DeltaTable", names: list[str]) -> Iterator[Any]:
    """Read in the order of the files where Arrow can; deletion vectors and mapped columns by DataFusion, in none."""
    from deltalake.exceptions import DeltaProtocolError

    try:
        rows = table.to_pyarrow_dataset()
    except DeltaProtocolError:
        yield from pa.RecordBatchReader.from_stream(table.scan(columns=names))
        return
    scanned = rows.scanner(columns=names, batch_size=BATCH_ROWS, batch_readahead=2, fragment_readahead=1)
    yield no_rows(scanned.projected_schema)
    yield from scanned.to_batches()


def _iceberg(source: TableSource, place: str) -> tuple[Iterator[Any], int | None]:
    table = _table_of(source, place)
    newest = table.current_snapshot()
    if source.version is not None and source.version not in {one.snapshot_id for one in table.snapshots()}:
        fix = f"its newest is {newest.snapshot_id}" if newest else "the table has none yet"
        raise InputError(f"there is no snapshot {source.version}", place, fix)
    scan = table.scan(snapshot_id=source.version)
    names = _columns(list(scan.projection().column_names), source, place)
    _check_files(scan, table.metadata_location, place)
    version = newest.snapshot_id if newest and source.version is None else source.version
    return _batches_of_iceberg(scan.select(*names)), version


def _batches_of_iceberg(scan: Any) -> Iterator[Any]:
    reader = scan.to_arrow_batch_reader()
    yield no_rows(reader.schema)
    yield from reader


def _table_of(source: TableSource, place: str) -> "Table":
    from pyiceberg.catalog import load_catalog
    from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError

    storage = _storage(source)
    if source.url is not None:
        return _table_at(_metadata(address(source.url), storage, place), storage)
    assert source.catalog is not None  # one of the two is there: the model says so
    assert source.name is not None
    try:
        catalog = load_catalog("source", **{**storage, "uri": address(source.catalog), "type": "rest"})
        return catalog.load_table(source.name)
    except (NoSuchTableError, NoSuchNamespaceError):
        raise InputError("the catalog has no such table", place, "correct source.table.name") from None


def _table_at(location: str, storage: dict[str, str]) -> "Table":
    """Open a table by its metadata file, whose own properties choose no library and no store: anybody may write it."""
    from pyiceberg.catalog.noop import NoopCatalog
    from pyiceberg.exceptions import ValidationError
    from pyiceberg.io import load_file_io
    from pyiceberg.serializers import FromInputFile
    from pyiceberg.table import StaticTable

    files = load_file_io(storage, location)
    try:
        metadata = FromInputFile.table_metadata(files.new_input(location))
    except (ValueError, ValidationError) as error:
        fix = "give the URL of a table's metadata file: *.metadata.json"
        raise InputError("this is no metadata of a table of Iceberg", location, fix) from error
    return StaticTable(("source", location), metadata, location, files, NoopCatalog("source"))


def _metadata(url: str, storage: dict[str, str], place: str) -> str:
    """Return the metadata file that a URL names, or the one that the folder's hint does.

    A folder may hold files of commits that lost a race: which of them is in force the hint tells, or the catalog.
    """
    from pyiceberg.io import load_file_io

    if url.endswith(".metadata.json"):
        return url
    folder = f"{url.rstrip('/')}/metadata"
    hint = load_file_io(storage, url).new_input(f"{folder}/version-hint.text")
    if not hint.exists():
        fix = "give the URL of its metadata file (*.metadata.json), or its catalog and name"
        raise InputError("the folder doesn't say which version of the table is in force", place, fix)
    with hint.open() as stream:
        version = stream.read(_LONGEST_HINT).decode("utf-8", "replace").strip()
    if not _HINT.fullmatch(version):
        raise InputError("version-hint.text holds no version", place, "write it anew, or give the metadata file")
    name = f"v{version}" if version.isdecimal() else version.removesuffix(".metadata.json")
    return f"{folder}/{name}.metadata.json"


def _check_files(scan: Any, location: str, place: str) -> None:
    """Refuse a table whose files lie in another kind of store than itself, such as on the machine that reads it."""
    kind = urlsplit(location).scheme or "file"
    for task in scan.plan_files():
        for file in (task.file, *task.delete_files):
            if (urlsplit(file.file_path).scheme or "file") != kind:
                raise InputError("files of the table lie in another kind of store", place, "rewrite the table")


def _columns(names: list[str], source: TableSource, place: str) -> list[str]:
    """Return the columns that are asked for, in the table's order.

    Raises:
        InputError: one isn't there.
    """
    check_names(names, place)
    wanted = names if source.columns is None else source.columns
    if missing := [name for name in wanted if name not in names]:
        raise InputError(f"there is no column {missing[0]}", place, f"its columns are {', '.join(names[:20])}")
    return [name for name in names if name in wanted]
