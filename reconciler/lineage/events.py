"""What is sent: run events of OpenLineage, `RunEvent` 2-0-2 (https://openlineage.io/spec/2-0-2/OpenLineage.json).

An attempt's id follows from its name, so that whoever hears of it twice hears of the same. Of data are told names,
versions, columns with their types, and counts: no row, no value of a column.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from reconciler.lineage.ledger import Kind, Transition
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, RunName, kind_of, owner_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.sources import DatasetSource
from reconciler.model.kinds.spec import JobSpec
from reconciler.model.resource import Resource
from reconciler.model.text import without_credentials
from reconciler.untrusted import parse

_SPEC = "https://openlineage.io/spec"
_PRODUCER = "urn:setpoint:"
"""Before the version of this program."""
_IDS = uuid.UUID("6d8f4a4e-7a0a-5c0e-9a7d-3b1f5a0c9e21")
"""The namespace of attempts' ids; a new one would send what was sent again as something else."""
_VERSIONS = {
    "ColumnLineageDatasetFacet": "1-2-0",
    "DataQualityMetricsDatasetFacet": "1-0-1",
    "DatasetVersionDatasetFacet": "1-0-1",
    "DatasourceDatasetFacet": "1-0-1",
    "ErrorMessageRunFacet": "1-0-1",
    "JobTypeJobFacet": "2-0-4",
    "OutputStatisticsOutputDatasetFacet": "1-0-2",
    "OwnershipJobFacet": "1-0-1",
    "ParentRunFacet": "1-2-0",
    "ProcessingEngineRunFacet": "1-1-1",
    "SchemaDatasetFacet": "1-2-0",
    "SourceCodeLocationJobFacet": "1-1-0",
}
_WORK: Mapping[str, str] = {
    "datasets": "INGEST",
    "labels": "LABEL",
    "experiments": "TRIAL",
    "promotions": "COMPARISON",
    "monitors": "REPORT",
    "deployments": "TEST",
}
RECONCILIATION = "reconciliation"
"""The name of the job that all runs are parts of; no resource has one without a kind before it."""
MOST_COLUMNS = 1000
"""Columns that an event tells of."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where runs are made: what all events of an environment have in common.

    Attributes:
        namespace: before the names of data, and with the environment those of jobs.
        environment: its name.
        repository: the watched repository, without credentials.
        branch: the watched branch.
        version: that of this program.
    """

    namespace: str
    environment: str
    repository: str
    branch: str
    version: str


Read = Callable[[RunName, str], bytes]
"""Reads a file that a run has left; raises FileNotFoundError where there is none."""


def run_id(run: RunName, attempt: int) -> str:
    """Return the id of an attempt: the same wherever and whenever it is asked for."""
    return str(uuid.uuid5(_IDS, f"{run}#{attempt}"))


def parent_id(place: Place, commit: str) -> str:
    """Return the id of the reconciliation of a commit: of all runs that it made begin the parent."""
    return str(uuid.uuid5(_IDS, f"{place.namespace}/{place.environment}@{commit}"))


def event(
    told: Transition, place: Place, resource: Resource | None, result: Mapping[str, Any], read: Read
) -> dict[str, Any]:
    """Return what is sent of a transition.

    Args:
        told: the transition.
        place: where it happened.
        resource: whose run it is, while that is asked for.
        result: what the run's runner told of it.
        read: reads the files of its output.
    """
    facets = _Facets(place)
    address = owner_of(told.run)
    output: dict[str, Any] = {"namespace": place.namespace, "name": address, "facets": {}}
    if told.kind is Kind.COMPLETE:
        output |= facets.output(told, resource, result, read)
    return {
        "eventType": told.kind.value,
        "eventTime": told.moment,
        "run": {"runId": run_id(told.run, told.attempt), "facets": facets.run(told)},
        "job": {
            "namespace": f"{place.namespace}/{place.environment}",
            "name": address,
            "facets": facets.job(told, address, resource),
        },
        "inputs": list(facets.inputs(told, resource)),
        "outputs": [output],
        "producer": facets.producer,
        "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }


class _Facets:
    """Makes facets, each with its producer and the schema that it is of."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.producer = f"{_PRODUCER}{place.version}"

    def _of(self, name: str, /, **told: Any) -> dict[str, Any]:
        url = f"{_SPEC}/facets/{_VERSIONS[name]}/{name}.json#/$defs/{name}"
        return {"_producer": self.producer, "_schemaURL": url, **told}

    def run(self, told: Transition) -> dict[str, Any]:
        """Return what is told of an attempt."""
        engine = self._of("ProcessingEngineRunFacet", version=self._place.version, name="Setpoint")
        facets = {"processing_engine": engine, "parent": self._parent(told)}
        if told.kind is not Kind.FAIL:
            return facets
        message = without_credentials(told.error) or "it failed"
        error = self._of("ErrorMessageRunFacet", message=message, programmingLanguage="PYTHON")
        return facets | {"errorMessage": error}

    def _parent(self, told: Transition) -> dict[str, Any]:
        """Return what an attempt is a part of: the reconciliation of the commit by which it began."""
        job = {"namespace": f"{self._place.namespace}/{self._place.environment}", "name": RECONCILIATION}
        return self._of("ParentRunFacet", run={"runId": parent_id(self._place, told.commit)}, job=job)

    def job(self, told: Transition, address: Address, resource: Resource | None) -> dict[str, Any]:
        """Return what is told of the resource whose run it is."""
        kind, place = kind_of(address), self._place
        work = _WORK.get(kind, kind.upper())
        facets = {"jobType": self._of("JobTypeJobFacet", processingType="BATCH", integration="SETPOINT", jobType=work)}
        url = _uri(place.repository)
        code = {"repoUrl": url, "version": told.commit, "branch": place.branch}
        file = {"path": resource.file} if resource else {}
        location = self._of("SourceCodeLocationJobFacet", type="git", url=url, **code, **file)
        facets["sourceCodeLocation"] = location
        if resource and isinstance(resource.spec, JobSpec):
            owners = [{"name": f"team:{resource.spec.team}", "type": "OWNER"}]
            facets["ownership"] = self._of("OwnershipJobFacet", owners=owners)
        return facets

    def inputs(self, told: Transition, resource: Resource | None) -> Iterator[dict[str, Any]]:
        """Yield the data that an attempt was made from: versions, or a source outside."""
        for run in dict.fromkeys(told.inputs):
            version = self._of("DatasetVersionDatasetFacet", datasetVersion=run)
            yield {"namespace": self._place.namespace, "name": owner_of(run), "facets": {"version": version}}
        spec = resource.spec if resource else None
        if isinstance(spec, Dataset) and (found := _outside(spec.source)):
            namespace, name = found
            source = self._of("DatasourceDatasetFacet", name=namespace, uri=namespace)
            yield {"namespace": namespace, "name": name, "facets": {"dataSource": source}}

    def output(
        self, told: Transition, resource: Resource | None, result: Mapping[str, Any], read: Read
    ) -> dict[str, Any]:
        """Return what is told of an accepted output."""
        facets = {"version": self._of("DatasetVersionDatasetFacet", datasetVersion=told.run)}
        columns = _object(told.run, "schema.json", read).get("columns")
        if isinstance(columns, Mapping) and columns:
            facets["schema"] = self._of("SchemaDatasetFacet", fields=_fields(columns))
        metrics = result.get("metrics")
        sizes = _sizes(metrics if isinstance(metrics, Mapping) else {})
        if profiled := _object(told.run, "profile.json", read).get("columns"):
            told_columns = _counts(profiled) if isinstance(profiled, Mapping) else {}
            size = {"bytes": sizes["size"]} if "size" in sizes else {}
            rows = {"rowCount": sizes["rowCount"]} if "rowCount" in sizes else {}
            quality = self._of("DataQualityMetricsDatasetFacet", columnMetrics=told_columns, **rows, **size)
            facets["dataQualityMetrics"] = quality
        if made := self._lineage(told, resource, read):
            facets["columnLineage"] = self._of("ColumnLineageDatasetFacet", fields=made)
        statistics = self._of("OutputStatisticsOutputDatasetFacet", **sizes)
        return {"facets": facets, "outputFacets": {"outputStatistics": statistics}} if sizes else {"facets": facets}

    def _lineage(self, told: Transition, resource: Resource | None, read: Read) -> dict[str, Any]:
        """Return from which columns of which data each column was made, as far as that is known."""
        sources = resource.spec.sources if resource and isinstance(resource.spec, Dataset) else {}
        if not sources:
            return {}
        found = {}
        for column, origins in list(_object(told.run, "lineage.json", read).items())[:MOST_COLUMNS]:
            fields = [self._origin(str(one), sources) for one in origins] if isinstance(origins, list) else []
            found[column] = {"inputFields": [one for one in fields if one]}
        return {column: one for column, one in found.items() if one["inputFields"]}

    def _origin(self, origin: str, sources: Mapping[str, str]) -> dict[str, Any]:
        """Return a column of an input, which is told as `<table>.<column>`."""
        table, _, column = origin.partition(".")
        if table not in sources or not column:
            return {}
        kind = {"type": "DIRECT"}
        return {
            "namespace": self._place.namespace,
            "name": sources[table],
            "field": column,
            "transformations": [kind],
        }


def _uri(repository: str) -> str:
    """Return a repository as a URI, be it a path of this machine or what `ssh` is given."""
    host, colon, path = repository.partition(":")
    if "://" in repository:
        return repository
    if colon and "/" not in host:
        return f"ssh://{quote(host, safe='@')}/{quote(path)}"
    return f"file://{quote(repository)}"


def _object(run: RunName, path: str, read: Read) -> Mapping[str, Any]:
    """Return the JSON object in a file of a run's output; nothing where there is none."""
    try:
        document = parse(read(run, path))
    except (FileNotFoundError, Refused, ValueError):
        return {}
    return document if isinstance(document, Mapping) else {}


def _fields(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "type": str(told.get("type", "")) if isinstance(told, Mapping) else ""}
        for name, told in list(columns.items())[:MOST_COLUMNS]
    ]


def _sizes(metrics: Mapping[str, Any]) -> dict[str, int]:
    return _known({"rowCount": metrics.get("rows"), "size": metrics.get("bytes")})


def _counts(columns: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return how many values each column lacks, and how many different ones it has where that was counted."""
    found: dict[str, dict[str, int]] = {}
    for name, told in list(columns.items())[:MOST_COLUMNS]:
        if not isinstance(told, Mapping):
            continue
        bounds = told.get("bounds")
        is_estimate = isinstance(bounds, Mapping) and "distinct" in bounds
        found[name] = _known(
            {"nullCount": told.get("missing")} | ({} if is_estimate else {"distinctCount": told.get("distinct")})
        )
    return found


def _known(told: Mapping[str, Any]) -> dict[str, int]:
    """Return those that are counts: whole numbers, which a result's metrics write with a point."""
    counts = {
        key: value for key, value in told.items() if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return {key: int(value) for key, value in counts.items() if value >= 0 and value == int(value)}


def _outside(source: DatasetSource) -> Sequence[str] | None:
    """Return the namespace and the name of what a dataset is read from; a secret is told by its name alone."""
    if source.sql:
        return _namespace(source.sql.url), "query"
    if source.stream:
        first = source.stream.url.split(",")[0].strip()
        url = first if "://" in first else f"{source.stream.protocol}://{first}"
        return _namespace(url), ",".join(source.stream.topics)
    if source.changes:
        return _namespace(source.changes.url), source.changes.table
    if source.files:
        url = without_credentials(source.files.url).partition("?")[0]
        return _namespace(url), url.partition("://")[2].partition("/")[2] or url
    return None


def _namespace(url: str) -> str:
    """Return where data of others is, without what may be a secret: a scheme and a host, or `source`."""
    try:
        parts = urlsplit(without_credentials(url))
    except ValueError:
        return "source"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if parts.scheme and "${" not in f"{parts.scheme}{host}" else "source"
