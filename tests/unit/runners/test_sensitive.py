"""Whether a run meets sensitive columns is known by its parameters and by what its inputs say of themselves."""

from pathlib import Path
from typing import Any

import pytest

from runners.contract import Request
from runners.sensitive import meets_sensitive


def meets(inputs: dict[str, str] | None = None, params: dict[str, Any] | None = None) -> bool:
    told = Request(run="x/y/1", runner="ingest", output="file:///out", inputs=inputs or {}, params=params or {})
    return meets_sensitive(told)


def test_the_columns_that_are_ingested_say_it() -> None:
    assert meets(params={"columns": {"name": {"type": "string", "sensitive": True}}})
    assert not meets(params={"columns": {"name": {"type": "string", "sensitive": False}}})


@pytest.mark.parametrize("name", ["schema.json", "signature.json"])
def test_an_input_says_it(tmp_path: Path, name: str) -> None:
    assert not meets({"dataset": tmp_path.as_uri()})
    (tmp_path / name).write_text('{"columns": {"a": {"type": "string"}}}')
    assert not meets({"dataset": tmp_path.as_uri()})
    (tmp_path / name).write_text('{"columns": {"a": {"type": "string", "sensitive": true}}}')
    assert meets({"dataset": tmp_path.as_uri(), "labels": "s3://far/away"})
