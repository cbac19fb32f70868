"""Where tables come from: databases and files, each read as a stream of Arrow batches.

Law of the room: a source that can't be reached is `SourceUnavailable`, a source that is wrong is `InputError` and says
where; what is told never holds a revealed secret. Nothing is written to a source.
"""

from typing import TYPE_CHECKING

from runners.sources.parameters import FileSource, Source, SqlSource

if TYPE_CHECKING:
    from runners.sources.reading import Reading

__all__ = ["FileSource", "Source", "SqlSource", "read"]


def read(source: Source) -> "Reading":
    """Open a source of a table.

    Raises:
        InputError: the source is wrong.
        SourceUnavailable: it is out of reach.
    """
    from runners.sources.files import read_files
    from runners.sources.sql import read_sql

    if source.sql:
        return read_sql(source.sql)
    assert source.files  # one of the two is there: the model says so
    return read_files(source.files)
