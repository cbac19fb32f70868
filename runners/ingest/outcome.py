"""What an ingestion leaves beside its data: metadata, profile, pages, and the result that tells of them."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runners.contract import Result, Violation
from runners.ingest.croissant import describe_dataset
from runners.ingest.findings.finding import SEVERITIES, Finding
from runners.ingest.findings.markdown import write_markdown
from runners.ingest.images import FOLDER as IMAGES
from runners.ingest.manifests import AUDIO, MANIFEST
from runners.ingest.profile.page import write_page
from runners.tables.content import with_reading
from runners.tables.reading import Reading, as_json
from runners.tables.schema import FILE as SCHEMA
from runners.tables.version import BESIDE, DATA, PARTS, read_manifest

PROFILE, PAGE, PICTURE, DETAILS = "profile.json", "profile.html", "profile.png", "violations.json"
MARKDOWN = "profile.md"
CROISSANT, LINEAGE = "croissant.json", "lineage.json"
OUTPUTS = (
    *(
        DATA,
        PARTS,
        BESIDE,
        MANIFEST,
        IMAGES,
        AUDIO,
        PROFILE,
        PAGE,
        MARKDOWN,
        PICTURE,
        SCHEMA,
        CROISSANT,
        DETAILS,
        LINEAGE,
    ),
)
"""All that an ingestion may leave."""
SHOWN = 10
MOST_TYPES = 200
"""Of so many columns the types are told; of more, the file of the schema alone tells them."""


@dataclass(frozen=True)
class Payload:
    """What was written of the data itself."""

    file: str
    types: Mapping[str, str]
    content: str
    violations: tuple[Violation, ...]
    reading: Reading
    findings: Sequence[Finding] = ()
    taken: Mapping[str, str] = field(default_factory=dict)


def clear(folder: Path) -> None:
    """Take away what a former version or attempt left: an image that its source lost must not live on."""
    for name in OUTPUTS:
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            shutil.rmtree(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


def finish(
    folder: Path,
    name: str,
    payload: Payload,
    profile: Mapping[str, Any],
    *,
    facts: Mapping[str, Any],
    metrics: Mapping[str, float],
    key: str | None,
    media: Sequence[str] = (),
    beside: str = IMAGES,
) -> Result:
    """Write what is told of the data beside it, and return the result that tells of all.

    Args:
        folder: where the data was written.
        name: the dataset's name, for headings and metadata.
        payload: what was written.
        profile: what it is like.
        facts: what else the result tells; what is None is left out.
        metrics: figures beside rows, bytes and violations.
        key: the column that names a row.
        media: the media types of the files beside the table.
        beside: the folder that these files are in.
    """
    files = _files_of(folder, payload.file)
    _describe(folder, (name, payload.file, files, payload.types, key), profile, media=media, beside=beside)
    profile = {**profile, "findings": [finding.as_json() for finding in payload.findings]}
    write_json(folder / PROFILE, profile)
    write_page(folder / PAGE, name, profile, payload.violations, folder / PICTURE)
    write_markdown(folder / MARKDOWN, name, profile["rows"], payload.findings, payload.violations)
    told = {fact: value for fact, value in facts.items() if value is not None}
    if len(payload.types) <= MOST_TYPES:
        told["types"] = dict(payload.types)
    preparations = [
        {"name": p["name"], "columns": p["columns"][:SHOWN], "reason": p["reason"]} for p in profile["preparations"]
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


def _describe(
    folder: Path, described: tuple[Any, ...], profile: Mapping[str, Any], *, media: Sequence[str], beside: str
) -> None:
    meanings = {column: text for column, told in profile.get("columns", {}).items() if (text := _meaning(told))}
    write_json(folder / CROISSANT, describe_dataset(*described, media=media, beside=beside, meanings=meanings))


def _meaning(told: Mapping[str, Any]) -> str:
    """Say in one line what a column means, and in which unit; empty where the spec doesn't."""
    unit = f"in {told['unit']}" if "unit" in told else ""
    return ", ".join(filter(None, (told.get("description", ""), unit)))


def _told(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what a status shows of findings: how many there are of each severity, and the first few."""
    counts = {one: sum(found.severity == one for found in findings) for one in SEVERITIES}
    told = {one: count for one, count in counts.items() if count}
    return {"findings": [found.brief() for found in findings[:SHOWN]], "found": told}


def _files_of(folder: Path, data: str) -> list[dict[str, Any]]:
    """Return the Parquet files of a table, by paths below its folder, with their sizes and digests."""
    if (manifest := read_manifest(folder)) is not None:
        return [{"path": part.file, "bytes": part.size, "sha256": part.sha256} for part in manifest.parts]
    path = folder / data
    return [{"path": data, "bytes": path.stat().st_size, "sha256": _sha256(path)}]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write a document for people and programs; a number that JSON doesn't have is a defect."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
