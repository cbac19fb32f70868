"""One ingestion from its parameters to its result: data, verdict, profile, schema, metadata."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from runners.contract import Result, Violation
from runners.ingest.croissant import describe_dataset
from runners.ingest.findings.finding import SEVERITIES, Finding
from runners.ingest.findings.ground import ground_of
from runners.ingest.findings.images import find_in_images
from runners.ingest.findings.markdown import write_markdown
from runners.ingest.findings.watching import find as find_oddities
from runners.ingest.growth import grow
from runners.ingest.images import FOLDER as IMAGES
from runners.ingest.images import MANIFEST, NAMING, Album, gather, manifest_batches, manifest_types
from runners.ingest.lineage import trace
from runners.ingest.newcomers import proposed_newcomers
from runners.ingest.parameters import Parameters
from runners.ingest.profile.images import draw_images, profile_images
from runners.ingest.profile.page import write_page
from runners.ingest.profile.pictures import draw_columns
from runners.ingest.profile.preparations import Roles
from runners.ingest.profile.preparing import propose_preparations
from runners.ingest.profile.proposal import propose_columns
from runners.ingest.profile.tables import profile_table
from runners.ingest.sides import Sides
from runners.ingest.tables import Table, write, write_table
from runners.ingest.taken import reading_of
from runners.ingest.verdict import Counted, Verdict
from runners.inputs import Lent
from runners.sources import NO_INPUTS, read
from runners.sources.files import find, is_near
from runners.sources.parameters import FileSource
from runners.staging import local
from runners.tables.content import with_reading
from runners.tables.reading import Reading, as_json
from runners.tables.schema import FILE as SCHEMA
from runners.tables.schema import write_schema
from runners.tables.version import BESIDE, DATA, PARTS, read_manifest

PROFILE, PAGE, PICTURE, DETAILS = "profile.json", "profile.html", "profile.png", "violations.json"
MARKDOWN = "profile.md"
CROISSANT, LINEAGE = "croissant.json", "lineage.json"
OUTPUTS = (
    *(DATA, PARTS, BESIDE, MANIFEST, IMAGES, PROFILE, PAGE, MARKDOWN, PICTURE, SCHEMA, CROISSANT, DETAILS, LINEAGE),
)
"""All that an ingestion may leave."""
_SHOWN = 10
MOST_TYPES = 200
"""Of so many columns the types are told; of more, the file of the schema alone tells them."""


@dataclass(frozen=True)
class _Payload:
    """What was written of the data itself."""

    file: str
    types: Mapping[str, str]
    content: str
    violations: tuple[Violation, ...]
    reading: Reading
    findings: Sequence[Finding] = ()
    taken: Mapping[str, str] = field(default_factory=dict)


def ingest(
    name: str,
    params: Parameters,
    folder: Path,
    inputs: Mapping[str, str] = NO_INPUTS,
    *,
    former: Lent | None = None,
) -> Result:
    """Pull a dataset into a folder, and say what it is like and whether it holds its schema.

    Args:
        name: the dataset's name, for headings and metadata.
        params: what to pull, and the schema.
        folder: where everything is written.
        inputs: URLs of the datasets that it is derived from, by their names in its query, and of those that its keys
            lead to, by their roles.
        former: the version before, where the source grows.

    Raises:
        InputError: the source or the schema is wrong.
        SourceUnavailable: the source is out of reach.
    """
    _clear(folder)
    files = params.source.files
    if files and files.format == "images":
        return _ingest_images(name, files, params, folder)
    table, told, taken = _table(params, folder, inputs, former)
    profile = profile_table(table.summary, params, table.distinct) | ({"sides": table.sides} if table.sides else {})
    proposed = propose_columns(profile["columns"], params.identifier)
    reading = reading_of(table.summary, params)
    write_schema(folder, reading, proposed)
    if table.details:
        _write_json(folder / DETAILS, list(table.details))
    draw_columns({n: c for n, c in profile["columns"].items() if n != params.identifier}, folder / PICTURE)
    facts = {
        "rows": table.rows,
        "columns": len(table.types),
        "target": profile["target"],
        "period": profile["timestamp"],
        **told,
    }
    facts |= {"sides": table.sides} if table.sides else {}
    roles = Roles(params.identifier, params.target, params.timestamp)
    if needed := propose_preparations(profile["columns"], roles, profile["preparations"]):
        facts["proposed_preparations"] = needed
    if params.columns is None and table.rows:
        facts["proposed_columns"] = proposed
    facts |= {"widening": table.widened} if table.widened else {}
    facts |= {"new_columns": proposed_newcomers(table.newcomers)} if table.newcomers else {}
    cells = table.rows * len(table.types)
    gaps = sum(column["missing"] for column in profile["columns"].values())
    metrics = {"columns": len(table.types), "missing_share": gaps / cells if cells else 0.0}
    findings = find_oddities(ground_of(table.summary, params, table.distinct), table.seen)
    payload = _Payload(DATA, table.types, table.content, table.violations, reading, findings, taken)
    return _finish(folder, name, payload, profile, facts=facts, metrics=metrics, key=params.identifier)


def _table(
    params: Parameters, folder: Path, inputs: Mapping[str, str], former: Lent | None
) -> tuple[Table, Mapping[str, Any], Mapping[str, str]]:
    """Write the table; say what else is to be told of how, and which files of a former version are in it."""
    if params.source.growth:
        grown = grow(params, folder, former)
        return grown.table, grown.told, grown.taken
    files = params.source.files
    is_made_of_others = params.source.derived or params.foreign_keys or params.drift
    inputs = {role: str(local(url)) for role, url in inputs.items()} if is_made_of_others else {}
    source = read(params.source, inputs)  # which sees first that a query only reads, and is the same each time
    if lineage := trace(params, inputs):
        _write_json(folder / LINEAGE, lineage)
    again = partial(read, params.source) if files and is_near(files) else None
    return write_table(source, params, folder, again, inputs), {}, {}


def _clear(folder: Path) -> None:
    """Take away what a former version or attempt left: an image that its source lost must not live on."""
    for name in OUTPUTS:
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            shutil.rmtree(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


def _ingest_images(name: str, files: FileSource, params: Parameters, folder: Path) -> Result:
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
    payload = _Payload(MANIFEST, types, written.content, verdict, reading, findings)
    media = tuple(sorted({_MEDIA.get(p.row["format"], f"image/{p.row['format'].lower()}") for p in pictures}))
    return _finish(folder, name, payload, profile, facts=facts, metrics=metrics, key="id", media=media)


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
        _write_json(folder / DETAILS, details)
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
    return {item["value"]: round(item["count"] / total, 6) for item in counts["top"][:_SHOWN]}


def _finish(
    folder: Path,
    name: str,
    payload: _Payload,
    profile: Mapping[str, Any],
    *,
    facts: Mapping[str, Any],
    metrics: Mapping[str, float],
    key: str | None,
    media: Sequence[str] = (),
) -> Result:
    files = _files_of(folder, payload.file)
    meanings = {column: text for column, told in profile.get("columns", {}).items() if (text := _meaning(told))}
    croissant = describe_dataset(name, payload.file, files, payload.types, key, images=media, meanings=meanings)
    _write_json(folder / CROISSANT, croissant)
    profile = {**profile, "findings": [finding.as_json() for finding in payload.findings]}
    _write_json(folder / PROFILE, profile)
    write_page(folder / PAGE, name, profile, payload.violations, folder / PICTURE)
    write_markdown(folder / MARKDOWN, name, profile["rows"], payload.findings, payload.violations)
    told = {fact: value for fact, value in facts.items() if value is not None}
    if len(payload.types) <= MOST_TYPES:
        told["types"] = dict(payload.types)
    preparations = [
        {"name": p["name"], "columns": p["columns"][:_SHOWN], "reason": p["reason"]} for p in profile["preparations"]
    ]
    return Result(
        accepted=not payload.violations,
        violations=payload.violations,
        metrics={
            "rows": profile["rows"],
            "bytes": sum(file["bytes"] for file in files),
            **metrics,
            "violations": len(payload.violations),
        },
        facts={**told, "violations": len(payload.violations), "preparations": preparations, **_told(payload.findings)},
        files=dict(payload.taken),
        content=with_reading(payload.content, as_json(payload.reading)),
    )


def _meaning(told: Mapping[str, Any]) -> str:
    """Say in one line what a column means, and in which unit; empty where the spec doesn't."""
    unit = f"in {told['unit']}" if "unit" in told else ""
    return ", ".join(filter(None, (told.get("description", ""), unit)))


def _told(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what a status shows of findings: how many there are of each severity, and the first few."""
    counts = {one: sum(found.severity == one for found in findings) for one in SEVERITIES}
    told = {one: count for one, count in counts.items() if count}
    return {"findings": [found.brief() for found in findings[:_SHOWN]], "found": told}


def _files_of(folder: Path, data: str) -> list[dict[str, Any]]:
    """Return the Parquet files of a table, by paths below its folder, with their sizes and digests."""
    if (manifest := read_manifest(folder)) is not None:
        return [{"path": part.file, "bytes": part.size, "sha256": part.sha256} for part in manifest.parts]
    path = folder / data
    return [{"path": data, "bytes": path.stat().st_size, "sha256": _sha256(path)}]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
