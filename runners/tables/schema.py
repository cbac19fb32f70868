"""The file of a reading: `schema.json` in a dataset's version.

It is the reading as JSON, and `proposed`, which can be pasted as a spec's `columns`. A version of before there were
formats is read by its Parquet file.
"""

import json
from pathlib import Path
from typing import Any

from runners.contract import InputError
from runners.tables.reading import ColumnReading, Reading, as_json, from_json
from runners.tables.version import DATA, table_files

FILE = "schema.json"
METADATA = "croissant.json"


def write_schema(folder: Path, reading: Reading, proposed: Any = None) -> None:
    """Write the schema of a version, with the columns that are proposed for its spec."""
    told = as_json(reading) | ({} if proposed is None else {"proposed": proposed})
    (folder / FILE).write_text(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def read_schema(folder: Path) -> Reading:
    """Return the reading of the version that lies in a folder.

    Raises:
        InputError: its schema can't be understood, or no dataset lies there.
    """
    try:
        told = json.loads((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        told = {}
    except ValueError as error:
        raise InputError(f"{FILE} is no JSON: {error}", str(folder), "ingest the dataset again") from error
    if not isinstance(told, dict) or not isinstance(told.get("format"), int):
        return _of_former(folder)
    try:
        return from_json(told)
    except ValueError as error:
        raise InputError(f"{FILE}: {error}", str(folder), "ingest the dataset again") from error


def _of_former(folder: Path) -> Reading:
    """Read a version of before there were formats: the types by its Parquet file, the identifier by its metadata."""
    files = table_files(folder)
    if not files:
        raise InputError(f"there is no {DATA}", str(folder), "ingest the dataset again")
    reading = of_parquet(files[0])
    key = _key(folder / METADATA)
    return Reading(reading.columns, key if key in reading.columns else None)


def of_parquet(path: Path) -> Reading:
    """Return the reading that a Parquet file's own types tell; a type that is none of the five is passed over.

    Raises:
        InputError: it is no Parquet file.
    """
    import pyarrow as pa
    from pyarrow import parquet

    from runners.tables.columns import plain, type_of

    try:
        schema = parquet.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        what = str(error).split("\n", 1)[0]
        raise InputError(f"{path.name} can't be read: {what}", str(path), "write it again as Parquet") from error
    types = {field.name: type_of(plain(pa.nulls(0, field.type)).type) for field in schema}
    return Reading({name: ColumnReading(type_) for name, type_ in types.items() if type_})


def _key(path: Path) -> str | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        return str(told["recordSet"][0]["key"]["@id"].rsplit("/", 1)[-1])
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
