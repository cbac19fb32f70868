"""Tables: what the values of a column are, and how the same values are read wherever they come from.

Law of the room: it knows no phase. What ingest took a column for is a `Reading`, written as `schema.json` in the
dataset's version and into the signature of each model that was trained on it; labels, outcomes, requests and logs are
read by it, so that one value has one reading.

    reading = read_schema(folder_of_a_version)  # of `runners.tables.schema`; or the `schema` of a model's signature
    reading.read("id", ["17", 17.0]).values  # [17, 17] where `id` holds integers
"""

from runners.tables.reading import ColumnReading, Reading

__all__ = ["ColumnReading", "Reading"]
"""The public face of the room."""
