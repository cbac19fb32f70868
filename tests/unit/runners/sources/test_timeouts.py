"""Statements that take too long."""

from pathlib import Path

import pytest

from runners.contract import InputError, SourceUnavailable
from runners.sources.parameters import SqlSource
from runners.sources.sql import read_sql
from runners.sources.timeouts import bound

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_a_statement_of_sqlite_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    source = SqlSource(url=f"sqlite:///{tmp_path}/a.db", query=ENDLESS, statement_timeout=0.05)
    with pytest.raises(SourceUnavailable, match="interrupted"):
        list(read_sql(source).batches)
    quick = source.model_copy(update={"query": "SELECT 1 AS a", "statement_timeout": 60.0})
    assert sum(batch.num_rows for batch in read_sql(quick).batches) == 1


class Other:
    """A connection to a database that nobody knows."""

    dialect = type("Dialect", (), {"name": "other"})


def test_what_knows_no_bound_says_so() -> None:
    with pytest.raises(InputError, match="other bounds no statement"):
        bound(Other(), 1.0)  # type: ignore[arg-type]
