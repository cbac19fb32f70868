"""`setpoint export`, as people type it."""

from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.export import FORMATS
from reconciler.exchange.formats import FORMATS as KNOWN
from tests.unit.reconciler.cli.conftest import Say


def test_every_format_can_be_chosen() -> None:
    assert set(FORMATS) == set(KNOWN)


@pytest.mark.parametrize("form", FORMATS)
def test_the_sample_is_written(form: str, repository: Path, tmp_path: Path, say: Say) -> None:
    told = say("export", "datasets/employment", "--to", form, "-o", str(tmp_path / "out"), "--folder", str(repository))
    assert told.code == Exit.OK, told.err
    printed = say("export", "datasets/employment", "--to", form, "--folder", str(repository))
    assert printed.out == (tmp_path / "out").read_text("utf-8")
    assert printed.err == told.err


def test_what_is_lost_is_told_once_for_all_columns(repository: Path, say: Say) -> None:
    told = say("export", "datasets/employment", "--to", "tfmd", "--folder", str(repository))
    assert "lost: pattern of SCHL, RELP: TFMD has none\n" in told.err
    as_json = say("export", "datasets/employment", "--to", "tfmd", "--folder", str(repository), "--json").json
    assert {"column": "RELP", "field": "pattern", "why": "TFMD has none"} in as_json["losses"]
    assert as_json["text"] == told.out


def test_a_dataset_without_columns_says_what_to_do(repository: Path, say: Say) -> None:
    told = say("export", "datasets/digits", "--to", "odcs", "--folder", str(repository))
    assert told.code == Exit.REFUSED
    assert "import one" in told.err


def test_a_dataset_that_environments_see_otherwise_asks_for_one(repository: Path, say: Say) -> None:
    patch = repository / "environments/dev/datasets/employment.yaml"
    patch.parent.mkdir()
    patch.write_text("columns: {AGEP: {maximum: 50}}\n")
    told = say("export", "datasets/employment", "--to", "odcs", "--folder", str(repository))
    assert told.code == Exit.REFUSED
    assert "--environment" in told.err
    chosen = say("export", "datasets/employment", "--to", "odcs", "--folder", str(repository), "-e", "dev")
    assert "maximum: 50" in chosen.out


def test_what_holds_more_than_a_column_is_lost_and_told(repository: Path, say: Say) -> None:
    spec = repository / "specs/datasets/employment.yaml"
    spec.write_text(spec.read_text() + "\nrules: {grown: AGEP >= 0}\nnew_columns: allow\n")
    told = say("export", "datasets/employment", "--to", "pandera", "--folder", str(repository))
    assert told.code == Exit.OK, told.err
    assert "lost: rules: only columns are exchanged\n" in told.err
    assert "strict: false" in told.out
