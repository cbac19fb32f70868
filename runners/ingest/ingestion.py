"""One ingestion from its parameters to its result: data, verdict, profile, schema, metadata."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from runners.contract import Result
from runners.ingest.albums import ingest_images
from runners.ingest.corpora import Corpus, write_texts
from runners.ingest.findings.finding import in_order
from runners.ingest.findings.ground import ground_of
from runners.ingest.findings.slots import of_slot
from runners.ingest.findings.watching import compared, spoken
from runners.ingest.findings.watching import find as find_oddities
from runners.ingest.former import former_profile
from runners.ingest.lineage import trace
from runners.ingest.newcomers import proposed_newcomers
from runners.ingest.outcome import DETAILS, LINEAGE, PICTURE, Payload, clear, finish, write_json
from runners.ingest.parameters import Owner, Parameters
from runners.ingest.profile.pictures import draw_columns
from runners.ingest.profile.preparations import Roles
from runners.ingest.profile.preparing import propose_preparations
from runners.ingest.profile.proposal import propose_columns
from runners.ingest.profile.tables import profile_table
from runners.ingest.tables import Table, write_table
from runners.ingest.taken import reading_of
from runners.inputs import Lent
from runners.sources import NO_INPUTS, read
from runners.sources.files import is_near
from runners.staging import local
from runners.tables.schema import write_schema
from runners.tables.version import DATA

if TYPE_CHECKING:
    from runners.ingest.grown import Grown

NOTHING: Mapping[str, Any] = MappingProxyType({})


def ingest(
    name: str,
    params: Parameters,
    folder: Path,
    inputs: Mapping[str, str] = NO_INPUTS,
    *,
    former: Lent | None = None,
    environment: str = "",
) -> Result:
    """Pull a dataset into a folder, and say what it is like and whether it holds its schema.

    Args:
        name: the dataset's name, for headings and metadata.
        params: what to pull, and the schema.
        folder: where everything is written.
        inputs: URLs of the datasets that it is derived from, by their names in its query, and of those that its keys
            lead to, by their roles.
        former: the version before, where the source grows.
        environment: in which it is made.

    Raises:
        InputError: the source or the schema is wrong.
        SourceUnavailable: the source is out of reach.
    """
    clear(folder)
    files = params.source.files
    if files and files.format == "images":
        return ingest_images(name, files, params, folder)
    if files and files.format == "audio":
        from runners.ingest.recordings import ingest_audio  # which loads libsndfile

        return ingest_audio(name, files, params, folder)
    before = former_profile(former, inputs)
    if files and files.format == "texts":
        table, corpus, params = write_texts(params, files, folder, inputs)
        return _finished(name, params, folder, table, corpus=corpus, before=before)
    table, told, taken = _table(params, folder, inputs, former, Owner(name, environment))
    return _finished(name, params, folder, table, told=told, taken=taken, before=before)


def _finished(
    name: str,
    params: Parameters,
    folder: Path,
    table: Table,
    *,
    told: Mapping[str, Any] = NOTHING,
    taken: Mapping[str, str] = NOTHING,
    corpus: Corpus | None = None,
    before: Mapping[str, Any] | None = None,
) -> Result:
    """Write all that is told of a table beside it, and return its result."""
    profile = profile_table(table.summary, params, table.distinct) | ({"sides": table.sides} if table.sides else {})
    proposed = propose_columns(profile["columns"], params.identifier, table.moving)
    reading = reading_of(table.summary, params)
    write_schema(folder, reading, proposed)
    if table.details:
        write_json(folder / DETAILS, list(table.details))
    draw_columns({n: c for n, c in profile["columns"].items() if n != params.identifier}, folder / PICTURE)
    facts = {**_facts(table, params, profile, proposed), **told}
    cells = table.rows * len(table.types)
    gaps = sum(column["missing"] for column in profile["columns"].values())
    metrics = {"columns": len(table.types), "missing_share": gaps / cells if cells else 0.0}
    ground = ground_of(table.summary, params, table.distinct)
    languages = spoken(ground, table.seen)
    for column, told_there in languages.items():
        profile["columns"][column]["languages"] = told_there.as_json(is_told=ground.shows(column))
    correlations = compared(ground, table.seen)
    profile |= {"correlations": correlations.as_json()} if correlations.pairs else {}
    findings = find_oddities(ground, table.seen, languages=languages, correlations=correlations, former=before)
    findings = in_order([*findings, *of_slot(told.get("refresh", NOTHING))])
    if corpus:
        profile |= {"kind": "texts", "files": corpus.profile()}
        findings = in_order([*findings, *corpus.findings(are_named=ground.shows("id"))])
    payload = Payload(DATA, table.types, table.content, table.violations, reading, findings, taken)
    return finish(folder, name, payload, profile, facts=facts, metrics=metrics, key=params.identifier)


def _facts(table: Table, params: Parameters, profile: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the result tells of a table, and what it proposes for its spec."""
    roles = Roles(params.identifier, params.target, params.timestamp, params.source.fixed)
    needed = propose_preparations(profile["columns"], roles, profile["preparations"])
    optional = {
        "sides": table.sides,
        "proposed_preparations": needed,
        "proposed_columns": proposed if params.columns is None and table.rows else None,
        "widening": table.widened,
        "new_columns": proposed_newcomers(table.newcomers) if table.newcomers else None,
    }
    return {
        "rows": table.rows,
        "columns": len(table.types),
        "target": profile["target"],
        "period": profile["timestamp"],
        **{name: told for name, told in optional.items() if told},
    }


def _table(
    params: Parameters, folder: Path, inputs: Mapping[str, str], former: Lent | None, owner: Owner
) -> tuple[Table, Mapping[str, Any], Mapping[str, str]]:
    """Write the table; say what else is to be told of how, and which files of a former version are in it."""
    files = params.source.files
    source = params.source
    is_made_of_others = source.derived or source.predictions or params.foreign_keys or params.drift
    inputs = {role: str(local(url)) for role, url in inputs.items()} if is_made_of_others else {}
    if grown := _grown(params, folder, inputs, former, owner):
        return grown.table, grown.told, grown.taken
    reading = read(source, inputs)  # which sees first that a query only reads, and is the same each time
    if lineage := trace(params, inputs):
        write_json(folder / LINEAGE, lineage)
    again = partial(read, source) if files and is_near(files) else None
    return write_table(reading, params, folder, again, inputs), {}, {}


def _grown(
    params: Parameters, folder: Path, inputs: Mapping[str, str], former: Lent | None, owner: Owner
) -> "Grown | None":
    """Write a version of a table that grows; None where it doesn't."""
    source = params.source
    if source.is_growing:
        from runners.ingest.growth import grow  # which loads SQLAlchemy

        return grow(params, folder, former, inputs, owner)
    if source.files and source.files.incremental:
        from runners.ingest.by_files import grow_by_files

        return grow_by_files(params, folder, former, inputs)
    if source.derived and source.derived.incremental:
        from runners.ingest.by_parts import grow_by_parts

        if lineage := trace(params, inputs):
            write_json(folder / LINEAGE, lineage)
        return grow_by_parts(source.derived, params, folder, inputs, former)
    if source.predictions:
        from runners.ingest.scored import grow_by_scores  # which loads the model's engine

        return grow_by_scores(source.predictions, params, folder, inputs, former)
    return None
