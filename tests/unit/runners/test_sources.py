"""The door of the sources."""

import sqlite3
from contextlib import closing
from pathlib import Path

from runners.sources import read
from runners.sources.parameters import Source


def test_a_source_is_a_database_or_files(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE t AS SELECT 1 AS a")
        database.commit()
    (tmp_path / "a.csv").write_text("a\n1\n")
    sql = {"sql": {"url": f"sqlite:///{tmp_path}/a.db", "query": "SELECT a FROM t"}}
    files = {"files": {"url": str(tmp_path), "format": "csv"}}
    told = [
        [row for batch in read(Source.model_validate(source)).batches for row in batch.to_pylist()]
        for source in (sql, files)
    ]
    assert told == [[{"a": 1}], [{"a": "1"}]]
