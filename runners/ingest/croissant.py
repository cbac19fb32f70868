"""Croissant metadata of a dataset: JSON-LD that dataset search engines and loaders read.

By the Croissant format 1.0 of MLCommons (https://docs.mlcommons.org/croissant/docs/croissant-spec.html). What the
format asks for and nobody told Setpoint (licence, creator, date of publication, web page) is left out, not made up.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from runners.counting import counted

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
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
    images: Sequence[str] = (),
    meanings: Mapping[str, str] = NONE,
) -> dict[str, Any]:
    """Return the metadata of a dataset as JSON-LD.

    Args:
        name: the dataset's name.
        table: its Parquet file, or the folder of its parts.
        files: `path`, `bytes` and `sha256` of the file, or of each part.
        types: the columns of that file, by the spec's words.
        key: the column that names a row.
        images: the media types of the image files beside it, if there are any.
        meanings: what is said of columns for people, with their units.
    """
    is_one = [file["path"] for file in files] == [table]
    source = {"fileObject" if is_one else "fileSet": {"@id": table}}
    records: dict[str, Any] = {"@type": "cr:RecordSet", "@id": "records", "name": "records"}
    if key in types:
        records["key"] = {"@id": f"records/{key}"}
    records["field"] = [
        _field(column, type_, source) | ({"description": meanings[column]} if column in meanings else {})
        for column, type_ in types.items()
    ]
    what = counted(len(types), "column") if not images else "images with their manifest"
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": f"{name}: {what}, ingested by Setpoint.",
        "distribution": [
            *map(_file_object, files),
            *([] if is_one else [_file_set(table, _PARQUET, f"{table}/*.parquet")]),
            *(
                [_file_set("image-files", images[0] if len(images) == 1 else list(images), "images/**")]
                if images
                else []
            ),
        ],
        "recordSet": [records],
    }


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


def _field(column: str, type_: str, source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"records/{column}",
        "name": column,
        "dataType": _TYPES[type_],
        "source": {**source, "extract": {"column": column}},
    }


def _file_set(name: str, formats: str | list[str], includes: str) -> dict[str, Any]:
    return {"@type": "cr:FileSet", "@id": name, "name": name, "encodingFormat": formats, "includes": includes}
