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
_TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "datetime": "sc:DateTime",
}


def describe_dataset(
    name: str,
    file: Mapping[str, Any],
    types: Mapping[str, str],
    key: str | None,
    images: Sequence[str] = (),
    *,
    meanings: Mapping[str, str] = NONE,
) -> dict[str, Any]:
    """Return the metadata of a dataset as JSON-LD.

    Args:
        name: the dataset's name.
        file: `path`, `bytes` and `sha256` of its Parquet file.
        types: the columns of that file, by the spec's words.
        key: the column that names a row.
        images: the media types of the image files beside it, if there are any.
        meanings: what is said of columns for people, with their units.
    """
    table = {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": "application/x-parquet",
        "sha256": file["sha256"],
    }
    records: dict[str, Any] = {"@type": "cr:RecordSet", "@id": "records", "name": "records"}
    if key in types:
        records["key"] = {"@id": f"records/{key}"}
    records["field"] = [
        _field(column, type_, file["path"]) | ({"description": meanings[column]} if column in meanings else {})
        for column, type_ in types.items()
    ]
    what = counted(len(types), "column") if not images else "images with their manifest"
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": f"{name}: {what}, ingested by Setpoint.",
        "distribution": [table, *([_file_set(images)] if images else [])],
        "recordSet": [records],
    }


def _field(column: str, type_: str, path: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"records/{column}",
        "name": column,
        "dataType": _TYPES[type_],
        "source": {"fileObject": {"@id": path}, "extract": {"column": column}},
    }


def _file_set(media_types: Sequence[str]) -> dict[str, Any]:
    formats = list(media_types)
    return {
        "@type": "cr:FileSet",
        "@id": "image-files",
        "name": "image-files",
        "encodingFormat": formats[0] if len(formats) == 1 else formats,
        "includes": "images/**",
    }
