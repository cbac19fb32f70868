"""Where tables come from: databases, files and other datasets, each read as a stream of Arrow batches.

Law of the room: a source that can't be reached is `SourceUnavailable`, a source that is wrong is `InputError` and says
where; what is told never holds a revealed secret. Nothing is written to a source, but the slot and
the publication by which a table is followed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from runners.sources.parameters import DatasetSource, FileSource, Source, SqlSource

if TYPE_CHECKING:
    from runners.sources.reading import Reading

__all__ = ["DatasetSource", "FileSource", "Source", "SqlSource", "read"]

NO_INPUTS: Mapping[str, str] = MappingProxyType({})


def read(source: Source, inputs: Mapping[str, str] = NO_INPUTS) -> "Reading":
    """Open a source of a table; `inputs` are the URLs of the datasets that it is derived from.

    Raises:
        InputError: the source is wrong.
        SourceUnavailable: it is out of reach.
    """
    if isinstance(source, DatasetSource) and source.derived:
        from runners.sources.derived import read_derived

        return read_derived(source.derived, inputs)
    if source.sql:
        from runners.sources.sql import read_sql

        return read_sql(source.sql)
    if source.table:
        from runners.sources.lakehouse import read_lakehouse

        return read_lakehouse(source.table)
    from runners.sources.files import read_files

    assert source.files  # one of them is there: the model says so
    return read_files(source.files)
