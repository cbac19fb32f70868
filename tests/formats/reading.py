"""Runs in the environment of the formats' libraries: reads texts from its input, and says what each library thinks.

It imports nothing of the project's: nothing of that is there.
"""

import json
import logging
import sys
import typing
import warnings
from importlib import import_module
from importlib.resources import files

import attr


def tfmd(text):
    """Parse a schema with TensorFlow Metadata's own messages; tell names, types and bounds."""
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    schema = text_format.Parse(text, schema_pb2.Schema())
    return {
        feature.name: [
            schema_pb2.FeatureType.Name(feature.type),
            feature.WhichOneof("domain_info"),
            list(feature.string_domain.value),
            feature.presence.min_fraction,
        ]
        for feature in schema.feature
    }


def odcs(text):
    """Hold a contract against the standard's JSON Schema, and read it by its model; tell the columns."""
    import jsonschema
    import yaml
    from open_data_contract_standard.model import OpenDataContractStandard

    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
    jsonschema.Draft201909Validator(schema).validate(yaml.safe_load(text))
    contract = OpenDataContractStandard.from_string(text)
    return {one.name: one.logicalType for one in contract.schema_[0].properties}


def json_schema(text):
    """Check a schema by the dialect's own; tell which of some rows it accepts."""
    import jsonschema

    told = json.loads(text)
    schema, rows = (told["schema"], told["rows"]) if "rows" in told else (told, [])
    jsonschema.Draft202012Validator.check_schema(schema)
    return [jsonschema.Draft202012Validator(schema).is_valid(row) for row in rows]


def pandera(text):
    """Make a schema; tell which of some frames it accepts."""
    import pandas
    import pandera.pandas

    told = json.loads(text)
    schema = pandera.pandas.DataFrameSchema.from_yaml(told["schema"])
    return [_accepts(schema, pandas.DataFrame(frame)) for frame in told["frames"]]


def _accepts(schema, frame):
    import pandera.errors

    try:
        schema.validate(frame)
    except (pandera.errors.SchemaError, pandera.errors.SchemaErrors):
        return False
    return True


def croissant(text):
    """Read metadata; tell the fields of its first record set."""
    import mlcroissant

    metadata = mlcroissant.Dataset(json.loads(text)).metadata
    return {"version": metadata.ctx.conforms_to.value, "fields": [one.name for one in metadata.record_sets[0].fields]}


def openlineage(text):
    """Make an event of OpenLineage's own classes, strictly, and tell how its client writes it."""
    from openlineage.client.event_v2 import RunEvent
    from openlineage.client.serde import Serde

    document = json.loads(text)
    made = _made(RunEvent, document, "")
    return json.loads(Serde.to_json(made))


_FACETS = {
    "columnLineage": "column_lineage_dataset.ColumnLineageDatasetFacet",
    "dataQualityMetrics": "data_quality_metrics_dataset.DataQualityMetricsDatasetFacet",
    "dataSource": "datasource_dataset.DatasourceDatasetFacet",
    "errorMessage": "error_message_run.ErrorMessageRunFacet",
    "jobType": "job_type_job.JobTypeJobFacet",
    "nominalTime": "nominal_time_run.NominalTimeRunFacet",
    "outputStatistics": "output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet",
    "parent": "parent_run.ParentRunFacet",
    "processing_engine": "processing_engine_run.ProcessingEngineRunFacet",
    "schema": "schema_dataset.SchemaDatasetFacet",
    "sourceCodeLocation": "source_code_location_job.SourceCodeLocationJobFacet",
    "sql": "sql_job.SQLJobFacet",
    "version": "dataset_version_dataset.DatasetVersionDatasetFacet",
}
_OWNERSHIP = {
    "JobFacet": "ownership_job.OwnershipJobFacet",
    "DatasetFacet": "ownership_dataset.OwnershipDatasetFacet",
}


def _class_of(name, hint):
    """Return the class of a facet by its name, and by what it is a facet of."""
    place = (
        next(path for kind, path in _OWNERSHIP.items() if kind in str(hint)) if name == "ownership" else _FACETS[name]
    )
    module, _, called = place.rpartition(".")
    return getattr(import_module(f"openlineage.client.generated.{module}"), called)


def _made(kind, document, place):
    """Make an object of a class of attrs: a field that it hasn't got, lacks or types otherwise is an error."""
    known = {one.name for one in attr.fields(kind)} | {"_producer", "_schemaURL", "schemaURL", "producer"}
    if strange := set(document) - known:
        raise ValueError(f"{place or 'the event'}: {kind.__name__} has no {sorted(strange)}")
    hints = typing.get_type_hints(kind)
    given = {
        name: _typed(hints[name], value, f"{place}/{name}")
        for name, value in document.items()
        if name not in ("_producer", "_schemaURL", "schemaURL")
    }
    made = kind(**given)
    for name in ("_schemaURL", "schemaURL"):
        if name in document and document[name] != kind._get_schema():
            raise ValueError(f"{place}: {name} is {document[name]}, and the library's {kind._get_schema()}")
    if "_producer" in document:
        made._producer = document["_producer"]
    return made


def _typed(hint, value, place):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        if "Facet" in str(arguments[1]):
            return {name: _made(_class_of(name, arguments[1]), one, f"{place}/{name}") for name, one in value.items()}
        return {name: _typed(arguments[1], one, f"{place}/{name}") for name, one in value.items()}
    if origin is list:
        return [_typed(arguments[0], one, f"{place}/{number}") for number, one in enumerate(value)]
    if origin is typing.Union or origin is type(int | str):
        return _typed(next(one for one in arguments if one is not type(None)), value, place)
    if attr.has(hint):
        return _made(hint, value, place)
    if (isinstance(hint, type) and hint.__module__ == "enum") or hasattr(hint, "__members__"):
        return hint(value)
    accepted = (int, float) if hint is float else hint
    if isinstance(accepted, type | tuple) and (
        not isinstance(value, accepted) or (isinstance(value, bool) and hint is not bool)
    ):
        raise ValueError(f"{place} is a {type(value).__name__}, and the library has {hint}")
    return value


READ = {"tfmd": tfmd, "odcs": odcs, "json-schema": json_schema, "pandera": pandera, "croissant": croissant} | {
    "openlineage": openlineage
}


def main():
    """Read all texts; write what is told of them as JSON on one line."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    found = []
    for name, text in json.load(sys.stdin):
        try:
            found.append({"told": READ[name](text), "problem": ""})
        except Exception as error:  # noqa: BLE001  whatever a library raises is what it says
            found.append({"told": None, "problem": f"{type(error).__name__}: {error}"})
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
