"""`setpoint import`, as people type it."""

from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.export import FORMATS
from tests.unit.reconciler.cli.conftest import Say

SPEC = "specs/datasets/employment.yaml"


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_exported_changes_nothing(form: str, repository: Path, tmp_path: Path, say: Say) -> None:
    file, before = tmp_path / "schema", (repository / SPEC).read_bytes()
    say("export", "datasets/employment", "--to", form, "-o", str(file), "--folder", str(repository))
    told = say("import", str(file), "--to", "datasets/employment", "--folder", str(repository), "--write")
    assert told.code == Exit.OK, told.err
    assert f"says all that already: 19 columns of {form}" in told.out
    assert (repository / SPEC).read_bytes() == before


def test_what_would_change_is_shown_before_it_is_written(repository: Path, tmp_path: Path, say: Say) -> None:
    file, spec = tmp_path / "schema.yaml", repository / SPEC
    say("export", "datasets/employment", "--to", "odcs", "-o", str(file), "--folder", str(repository))
    file.write_text(file.read_text().replace("maximum: 99", "maximum: 120"))
    before = spec.read_text()
    told = say("import", str(file), "--to", "datasets/employment", "--folder", str(repository))
    assert (
        "-  AGEP: {type: number, minimum: 0, maximum: 99}\n+  AGEP: {type: number, minimum: 0, maximum: 120}"
        in told.out
    )
    assert "--write writes" in told.out
    assert spec.read_text() == before
    say("import", str(file), "--to", "datasets/employment", "--folder", str(repository), "--write")
    assert spec.read_text() == before.replace("maximum: 99", "maximum: 120")
    assert say("validate", str(repository)).code == Exit.OK


def test_a_spec_of_windows_keeps_its_line_ends(repository: Path, tmp_path: Path, say: Say) -> None:
    file, spec = tmp_path / "schema.yaml", repository / SPEC
    say("export", "datasets/employment", "--to", "odcs", "-o", str(file), "--folder", str(repository))
    file.write_text(file.read_text().replace("maximum: 99", "maximum: 120"))
    spec.write_bytes(spec.read_bytes().replace(b"\n", b"\r\n"))
    before = spec.read_bytes()
    say("import", str(file), "--to", "datasets/employment", "--folder", str(repository), "--write")
    assert spec.read_bytes() == before.replace(b"maximum: 99", b"maximum: 120")


def test_a_dataset_without_columns_gets_them(repository: Path, tmp_path: Path, say: Say) -> None:
    file = tmp_path / "s.json"
    file.write_text('{"properties": {"label": {"type": "string", "maxLength": 3}}, "required": ["label"]}')
    told = say("import", str(file), "--to", "datasets/digits", "--folder", str(repository), "--write", "--json")
    assert told.json["format"] == "json-schema"
    assert told.json["losses"][0]["field"] == "maxLength"
    assert (repository / "specs/datasets/digits.yaml").read_text() == told.json["text"]
    assert "label:\n    type: string" in told.json["text"]


def test_a_file_that_isn_t_there_is_told(repository: Path, say: Say) -> None:
    found = say("import", "gone.yaml", "--to", "datasets/employment", "--folder", str(repository))
    assert (found.code, "there is no file gone.yaml" in found.err) == (Exit.REFUSED, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a":\n [1,}', "{file}:2:5: this isn't JSON"),
        ("feature {\n  name 'a'\n}", "{file}:2:1: expected a value"),
        ("a: 1", "{file}: it looks like none of the formats"),
        ('{"properties": {"a": {"type": "object"}}}', "{file}: column a is of type object"),
    ],
)
def test_a_file_that_can_t_be_read_is_told_with_its_place(
    text: str, told: str, repository: Path, tmp_path: Path, say: Say
) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    found = say("import", str(file), "--to", "datasets/employment", "--folder", str(repository))
    assert found.code == Exit.REFUSED
    assert told.format(file=file) in found.err
