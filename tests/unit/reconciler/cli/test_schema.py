"""`setpoint schema`, as people type it."""

from pathlib import Path

from reconciler.cli.exits import Exit
from reconciler.model.kinds import KINDS
from tests.unit.reconciler.cli.conftest import Say


def test_schemas_are_printed_and_written(tmp_path: Path, say: Say) -> None:
    assert say("schema", "experiments").json["$schema"].endswith("2020-12/schema")
    assert say("schema", "--write", str(tmp_path)).code == Exit.OK
    assert {f"{kind}.schema.json" for kind in KINDS} < {path.name for path in tmp_path.iterdir()}


def test_an_unknown_kind_is_refused(say: Say) -> None:
    assert say("schema", "experiment").code == Exit.REFUSED
