"""One ingestion of a folder of recordings: they, their manifest, its verdict and its profile."""

from pathlib import Path
from typing import Any

from runners.contract import Result
from runners.ingest.audio import COLUMNS, gather
from runners.ingest.findings.audio import find_in_audio
from runners.ingest.manifests import (
    AUDIO,
    MANIFEST,
    balance,
    judge,
    manifest_batches,
    shares,
    with_label,
    with_names_hidden,
)
from runners.ingest.outcome import DETAILS, PICTURE, Payload, finish, write_json
from runners.ingest.parameters import Parameters
from runners.ingest.profile.audio import draw_audio, profile_audio
from runners.ingest.sides import Sides
from runners.ingest.tables import write
from runners.ingest.taken import reading_of
from runners.sources.files import find
from runners.sources.parameters import FileSource
from runners.tables.schema import write_schema

MEDIA = {"WAV": "audio/wav", "FLAC": "audio/flac", "OGG": "audio/ogg", "MP3": "audio/mpeg"}


def ingest_audio(name: str, files: FileSource, params: Parameters, folder: Path) -> Result:
    """Pull a folder of recordings, and say what they are like and whether they hold their schema.

    Raises:
        InputError: the source or the schema is wrong.
        SourceUnavailable: the source is out of reach.
    """
    gathered = gather(find(files.url, files.format), folder, label_from=files.label_from)
    types, recordings = with_label(COLUMNS, params), gathered.recordings
    roles = params.model_copy(update={"identifier": "id", "target": "label" if "label" in types else None})
    sides = Sides.of(roles)
    batches = manifest_batches(recordings, types)
    written = write(folder / MANIFEST, types, batches, watchers=[sides] if sides else [])
    reading = with_names_hidden(reading_of(written.summary, roles))
    write_schema(folder, reading)
    profile = profile_audio(recordings, reading.sensitive)
    draw_audio(recordings, profile, folder / PICTURE)
    metrics = {"unreadable": len(gathered.unreadable), "duplicates": len(gathered.duplicates)}
    facts: dict[str, Any] = {"rows": len(recordings), **metrics, "sample_rates": shares(profile["sample_rates"])}
    facts |= {"target": balance(profile["labels"])} if "labels" in profile else {}
    facts |= {"sides": sides.told} if sides else {}
    told, details = judge(recordings, gathered, params, reading, types)
    if details:
        write_json(folder / DETAILS, details)
    verdict = (*told, *(sides.violations() if sides else ()))
    findings = find_in_audio(recordings, frozenset(reading.sensitive))
    payload = Payload(MANIFEST, types, written.content, verdict, reading, findings)
    media = tuple(sorted({MEDIA[recording.row["format"]] for recording in recordings}))
    return finish(folder, name, payload, profile, facts=facts, metrics=metrics, key="id", media=media, beside=AUDIO)
