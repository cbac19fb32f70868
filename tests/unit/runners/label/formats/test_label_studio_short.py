"""Label Studio's short forms, as they are written."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.label.examples import Examples
from runners.label.formats import read_exports
from runners.label.formats.label_studio_short import cell_of, text_in
from runners.label.formats.writing import write_format
from runners.label.formats.written import Asked, Settled
from runners.label.parameters import Exports

FORMULA = st.text(st.sampled_from("=+-@\t\r\n\"'|%,;1a ()!"), min_size=1, max_size=8)


@given(text=FORMULA, label=FORMULA, name=FORMULA)
@settings(deadline=None)
def test_no_cell_is_a_formula_and_all_is_read_as_it_was(text: str, label: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asked = Asked("label", "q")
        write_format("label-studio-csv", [Settled(name, labels=[label], text=text)], asked, Path(folder))
        rows = list(csv.reader((Path(folder) / "labels.label-studio.csv").read_bytes().decode().splitlines(True)))
        [task] = read_exports(Exports(url=folder, format="label-studio-csv", question="q"))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in rows for cell in row)
    assert (task.data["example_id"], task.answers[0].label) == (name, label)


@pytest.mark.parametrize("question", ["=HYPERLINK(1)", "example_id", "id", "annotator", "text"])
def test_a_question_that_would_be_a_formula_or_another_column_is_not_written(tmp_path: Path, question: str) -> None:
    told = write_format("label-studio-csv", [Settled("1", labels=["a"])], Asked("label", question), tmp_path)
    assert told["left_out"] == 1


@pytest.mark.parametrize("format_", ["label-studio-min", "label-studio-csv"])
def test_examples_are_found_by_their_names_whatever_these_are(tmp_path: Path, format_: str) -> None:
    examples = Examples("id")
    for name in (7, -3, "a/b?c=%20#d", "=1"):
        examples.add(name)
    settled = [Settled(name, labels=[f"label of {name}"]) for name in examples.ids]
    write_format(format_, settled, Asked("label", "q"), tmp_path)
    read = read_exports(
        Exports(
            url=str(tmp_path),
            format="label-studio" if format_ == "label-studio-min" else "label-studio-csv",
            question="q",
        )
    )
    assert {examples.ids[examples.find(task.data) or 0]: task.answers[0].label for task in read} == {
        name: f"label of {name}" for name in examples.ids
    }


@given(st.text(max_size=8))
def test_a_cell_is_read_as_the_text_that_it_was(text: str) -> None:
    assert text_in(cell_of(text)) == text


@pytest.mark.parametrize("cell", ['"', '"a', '"a" b', "[1]", "plain"])
def test_a_cell_that_others_wrote_stays_as_it_is(cell: str) -> None:
    assert text_in(cell) == cell
