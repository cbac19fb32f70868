"""What is odd in the manifest of a folder of files."""

import pytest

from runners.ingest.findings.manifest import ids_of, rare_labels, some_are

ROWS = [{"id": f"{number}.wav", "label": "a" if number else "b"} for number in range(99)]
NOTHING: frozenset[str] = frozenset()


def test_a_rare_label_is_told_unless_it_is_sensitive() -> None:
    (found,) = rare_labels(ROWS, NOTHING, "recording")
    assert found.what == "label b has 1.01% of the recordings (1), of 2 labels"
    (hidden,) = rare_labels(ROWS, frozenset({"label"}), "recording")
    assert hidden.what.startswith("one label has 1.01%")


@pytest.mark.parametrize("rows", [[], ROWS[1:], [{"id": "a", "label": None}], [*ROWS[:1], *ROWS[1:3]]])
def test_no_labels_one_and_even_ones_are_nothing_odd(rows: list[dict[str, str | None]]) -> None:
    assert list(rare_labels(rows, NOTHING, "image")) == []


def test_files_are_counted_and_named_unless_their_names_are_sensitive() -> None:
    (one,) = some_are("odd_levels", ROWS[:1], NOTHING, noun="recording", what="loud", fix="listen")
    (two,) = some_are("odd_levels", ROWS[1:3], frozenset({"id"}), noun="recording", what="loud", fix="listen")
    assert (one.what, one.evidence, one.examples) == ("1 recording is loud", {"recordings": 1}, ("0.wav",))
    assert (two.what, two.examples) == ("2 recordings are loud", ())
    assert list(some_are("odd_levels", [], NOTHING, noun="recording", what="loud", fix="listen")) == []
    assert ids_of(ROWS[2:0:-1], NOTHING) == ("1.wav", "2.wav")
