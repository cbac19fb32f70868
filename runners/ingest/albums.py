"""One ingestion of a folder of images: they, their manifest, its verdict and its profile."""

from pathlib import Path
from typing import Any

from runners.contract import Result
from runners.ingest.findings.images import find_in_images
from runners.ingest.images import COLUMNS, gather
from runners.ingest.manifests import MANIFEST, balance, judge, manifest_batches, shares, with_label, with_names_hidden
from runners.ingest.outcome import DETAILS, PICTURE, Payload, finish, write_json
from runners.ingest.parameters import Parameters
from runners.ingest.profile.images import draw_images, profile_images
from runners.ingest.sides import Sides
from runners.ingest.tables import write
from runners.ingest.taken import reading_of
from runners.sources.files import find
from runners.sources.parameters import FileSource
from runners.tables.schema import write_schema


def ingest_images(name: str, files: FileSource, params: Parameters, folder: Path) -> Result:
    album = gather(find(files.url, files.format), folder, label_from=files.label_from)
    types, pictures = with_label(COLUMNS, params), album.pictures
    roles = params.model_copy(update={"identifier": "id", "target": "label" if "label" in types else None})
    sides = Sides.of(roles)
    watchers = [sides] if sides else []
    written = write(folder / MANIFEST, types, manifest_batches(pictures, types), watchers=watchers)
    reading = with_names_hidden(reading_of(written.summary, roles))
    write_schema(folder, reading)
    profile = profile_images(pictures, reading.sensitive)
    draw_images(pictures, profile, folder, folder / PICTURE)
    facts: dict[str, Any] = {"rows": len(pictures), "unreadable": len(album.unreadable)}
    facts |= {"duplicates": len(album.duplicates), "sizes": shares(profile["sizes"])}
    facts |= {"target": balance(profile["labels"])} if "labels" in profile else {}
    if pictures:
        facts["proposed_preparations"] = {"image": [{"picture": {"normalise": "channel"}}]}
    metrics = {"unreadable": len(album.unreadable), "duplicates": len(album.duplicates)}
    told, details = judge(pictures, album, params, reading, types)
    if details:
        write_json(folder / DETAILS, details)
    verdict = (*told, *(sides.violations() if sides else ()))
    facts |= {"sides": sides.told} if sides else {}
    findings = find_in_images(pictures, frozenset(reading.sensitive))
    payload = Payload(MANIFEST, types, written.content, verdict, reading, findings)
    media = tuple(sorted({_MEDIA.get(p.row["format"], f"image/{p.row['format'].lower()}") for p in pictures}))
    return finish(folder, name, payload, profile, facts=facts, metrics=metrics, key="id", media=media)


_MEDIA = {"PPM": "image/x-portable-anymap", "MPO": "image/jpeg"}
"""Media types that aren't `image/` and the format's name."""
