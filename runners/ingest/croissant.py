"""Croissant metadata of a dataset: JSON-LD that dataset search engines and loaders read.

By the Croissant format 1.1 of MLCommons (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html). What the
format asks for and nobody told Setpoint (licence, creator, date of publication, web page) is left out, not made up.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from runners.counting import counted

_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
    "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}
"""The context that the format recommends, in its appendix 1."""

NONE: Mapping[str, str] = MappingProxyType({})
_PARQUET = "application/x-parquet"
_TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "datetime": "sc:DateTime",
}


def describe_dataset(
    name: str,
    table: str,
    files: Sequence[Mapping[str, Any]],
    types: Mapping[str, str],
    key: str | None,
    *,
    media: Sequence[str] = (),
    beside: str = "images",
    meanings: Mapping[str, str] = NONE,
) -> dict[str, Any]:
    """Return the metadata of a dataset as JSON-LD.

    Args:
        name: the dataset's name.
        table: its Parquet file, or the folder of its parts.
        files: `path`, `bytes` and `sha256` of the file, or of each part.
        types: the columns of that file, by the spec's words.
        key: the column that names a row.
        media: the media types of the files beside it, if there are any.
        beside: the folder that these files are in.
        meanings: what is said of columns for people, with their units.
    """
    is_one = [file["path"] for file in files] == [table]
    source = {"fileObject" if is_one else "fileSet": {"@id": table}}
    records: dict[str, Any] = {"@type": "cr:RecordSet", "@id": "records", "name": "records"}
    if key in types:
        records["key"] = {"@id": _id(str(key))}
    records["field"] = [
        _field(column, type_, source) | ({"description": meanings[column]} if column in meanings else {})
        for column, type_ in types.items()
    ]
    what = counted(len(types), "column") if not media else f"{beside} with their manifest"
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": name,
        "description": f"{name}: {what}, ingested by Setpoint.",
        "distribution": [
            *map(_file_object, files),
            *([] if is_one else [_file_set(table, _PARQUET, f"{table}/*.parquet")]),
            *([_file_set(f"{beside.removesuffix('s')}-files", _one(media), f"{beside}/**")] if media else []),
        ],
        "recordSet": [records],
    }


def _one(media: Sequence[str]) -> str | list[str]:
    return media[0] if len(media) == 1 else list(media)


def _file_object(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": _PARQUET,
        "sha256": file["sha256"],
    }


def _id(column: str) -> str:
    """Return a field's id, which is an IRI: what has no place in one is percent-encoded."""
    return f"records/{quote(column, safe='')}"


def _field(column: str, type_: str, source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": _id(column),
        "name": column,
        "dataType": _TYPES[type_],
        "source": {**source, "extract": {"column": column}},
    }


def _file_set(name: str, formats: str | list[str], includes: str) -> dict[str, Any]:
    return {"@type": "cr:FileSet", "@id": name, "name": name, "encodingFormat": formats, "includes": includes}
