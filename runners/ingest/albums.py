"""One ingestion of a folder of images: they, their manifest, its verdict and its profile."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.contract import Result, Violation
from runners.ingest.findings.images import find_in_images
from runners.ingest.images import MANIFEST, NAMING, Album, gather, manifest_batches, manifest_types
from runners.ingest.outcome import DETAILS, PICTURE, SHOWN, Payload, finish, write_json
from runners.ingest.parameters import Parameters
from runners.ingest.profile.images import draw_images, profile_images
from runners.ingest.sides import Sides
from runners.ingest.tables import write
from runners.ingest.taken import reading_of
from runners.ingest.verdict import Counted, Verdict
from runners.sources.files import find
from runners.sources.parameters import FileSource
from runners.tables.reading import Reading
from runners.tables.schema import write_schema


def ingest_images(name: str, files: FileSource, params: Parameters, folder: Path) -> Result:
    album = gather(find(files.url, files.format), folder, label_from=files.label_from)
    types, pictures = manifest_types(params), album.pictures
    roles = params.model_copy(update={"identifier": "id", "target": "label" if "label" in types else None})
    sides = Sides.of(roles)
    watchers = [sides] if sides else []
    written = write(folder / MANIFEST, types, manifest_batches(pictures, types), watchers=watchers)
    reading = _with_names_hidden(reading_of(written.summary, roles))
    write_schema(folder, reading)
    profile = profile_images(pictures, reading.sensitive)
    draw_images(pictures, profile, folder, folder / PICTURE)
    facts: dict[str, Any] = {"rows": len(pictures), "unreadable": len(album.unreadable)}
    facts |= {"duplicates": len(album.duplicates), "sizes": _shares(profile["sizes"])}
    facts |= {"target": _balance(profile["labels"])} if "labels" in profile else {}
    metrics = {"unreadable": len(album.unreadable), "duplicates": len(album.duplicates)}
    verdict = (*_verdict(album, params, reading, folder), *(sides.violations() if sides else ()))
    facts |= {"sides": sides.told} if sides else {}
    findings = find_in_images(pictures, frozenset(reading.sensitive))
    payload = Payload(MANIFEST, types, written.content, verdict, reading, findings)
    media = tuple(sorted({_MEDIA.get(p.row["format"], f"image/{p.row['format'].lower()}") for p in pictures}))
    return finish(folder, name, payload, profile, facts=facts, metrics=metrics, key="id", media=media)


_MEDIA = {"PPM": "image/x-portable-anymap", "MPO": "image/jpeg"}
"""Media types that aren't `image/` and the format's name."""


def _with_names_hidden(reading: Reading) -> Reading:
    """Hide the names of files where one of the columns is sensitive that they tell: a label is a part of them."""
    if reading.sensitive.isdisjoint((*NAMING, "label")):
        return reading
    names = {name: replace(reading.columns[name], is_sensitive=True) for name in NAMING}
    return replace(reading, columns={**reading.columns, **names})


def _verdict(album: Album, params: Parameters, reading: Reading, folder: Path) -> tuple[Violation, ...]:
    """Hold the manifest to the declared columns; that it has others too is in the nature of a manifest."""
    are_named, types = reading.sensitive.isdisjoint(NAMING), manifest_types(params)
    asked: dict[str, Any] = {"new_columns": "allow", "target": None, "timestamp": None, "partition": ()}
    asked["identifier"] = "id" if are_named else None
    if params.columns:
        hidden = {name: column.model_copy(update={"sensitive": True}) for name, column in params.columns.items()}
        asked["columns"] = {**params.columns, **{name: hidden[name] for name in reading.sensitive if name in hidden}}
    verdict = Verdict(params.model_copy(update=asked))
    for batch in manifest_batches(album.pictures, types):
        verdict.see(batch, types)
    if details := verdict.details():
        write_json(folder / DETAILS, details)
    rows = [picture.row for picture in album.pictures]

    def counted(name: str) -> Counted:
        values = [row[name] for row in rows if row[name] is not None]
        return Counted(len(values), len(set(values)))

    return (*album.violations(are_named=are_named), *verdict.violations(tuple(types), counted))


def _balance(labels: Mapping[str, Any]) -> dict[str, Any]:
    told = {"column": "label"}
    return told if "sensitive" in labels else {**told, "balance": _shares(labels)}


def _shares(counts: Mapping[str, Any]) -> dict[str, float]:
    total = sum(item["count"] for item in counts["top"])
    return {item["value"]: round(item["count"] / total, 6) for item in counts["top"][:SHOWN]}
