"""What is written is read again as it was, by every format, whatever things and files are called."""

import string
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.kinds import labels as spec
from runners.label import sets
from runners.label.formats import read_exports
from runners.label.formats.writing import WRITERS, write_format
from runners.label.formats.written import Asked, Settled, Size
from runners.label.parameters import Exports, Format
from runners.label.questions import Answered
from runners.label.regions import Region, regions_in, text_of
from tests.unit.runners.label.test_regional import places

SIZE = Size(8, 6)  # that of the masks which are drawn
ODD = st.text(st.sampled_from("ab 'ü\"\n<>&#=|:,;[]{}\u2028\x00\t-\\🙂"), min_size=1, max_size=6)
NAMES = st.text(string.ascii_letters + " 'ü\"<>&#=:,;[]{}🙂%~", min_size=1, max_size=6)
CASES = [
    (format_, answer)
    for format_, answers in spec.WRITTEN.items()
    for answer in answers
    if not (format_.startswith("label-studio") and answer == "text")
]
TEXT = "Bo went to Lima, and so did she: #hashtag\nthen\tthey slept."


@st.composite
def merged(draw: st.DrawFn, answer: Any) -> list[Settled]:
    """Draw what was merged for several examples."""
    names = draw(st.lists(NAMES.map(lambda name: f"{name}.png"), min_size=1, max_size=3, unique_by=str.lower))
    return [_settled(draw, answer, name) for name in names]


def _settled(draw: st.DrawFn, answer: Any, name: str) -> Settled:
    if answer in ("label", "text"):
        return Settled(name, labels=[draw(ODD)], size=SIZE, text=TEXT)
    if answer == "labels":
        return Settled(name, labels=sets.labels_in(sets.text_of(draw(st.lists(ODD, max_size=3)))), size=SIZE, text=TEXT)
    texts = st.sampled_from(["", "hello"]) if answer == "segments" else st.just("")
    drawn = draw(st.lists(st.tuples(ODD, places(answer), texts), max_size=3))
    found = regions_in(text_of(Region(*one) for one in drawn))
    return Settled(name, regions=found, size=SIZE, text=TEXT)


def written(settled: Sequence[Settled], format_: str, asked: Asked, folder: Path) -> list[Answered]:
    """Write what was merged; return what is read of it."""
    told = write_format(format_, settled, asked, folder)
    assert told["examples"] == len(settled) - len(asked.left_out)
    assert told.get("left_out", 0) == len(asked.left_out)
    for archive in folder.glob("*.zip"):
        with ZipFile(archive) as files:
            files.extractall(folder)
        archive.unlink()
    if not told["examples"]:
        return []
    is_asking = format_.startswith("label-studio")
    read = "label-studio" if format_ == "label-studio-min" else format_
    exports = {"url": str(folder), "format": read, "question": asked.question if is_asking else None}
    exports["transcript"] = "transcript" if format_ == "label-studio" and asked.answer == "segments" else None
    return list(read_exports(Exports.model_validate(exports), asked.answer))  # type: ignore[arg-type]


@pytest.mark.parametrize(("format_", "answer"), CASES, ids=["-".join(case) for case in CASES])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read_again(format_: str, answer: Any, data: st.DataObject) -> None:
    settled, asked = data.draw(merged(answer)), Asked(answer, "q")
    if format_ in ("label-studio", "label-studio-min") and not any(one.regions or one.labels for one in settled):
        return  # nothing answers the question
    with tempfile.TemporaryDirectory() as folder:
        found = written(settled, format_, asked, Path(folder))
    kept = [one for one in settled if one.name not in asked.left_out]
    by_name = {_name(task, kept): task.answers[0].label for task in found}
    assert len(found) == len(kept)
    for one in kept:
        assert _alike(by_name[one.name], one, answer)


def _name(task: Answered, kept: Sequence[Settled]) -> str:
    """Return whose the answer is: an example is found by any text of its task that is its name or ends with it."""
    texts = [str(value) for value in task.data.values()]
    return next(one.name for one in kept if any(text == one.name or text.endswith(f"/{one.name}") for text in texts))


def _alike(text: str, one: Settled, answer: str) -> bool:
    if answer in ("label", "text"):
        return text == one.labels[0]
    if answer == "labels":
        return sets.labels_in(text) == list(one.labels)
    found, told = regions_in(text), one.regions
    if answer == "spans":
        shown = [(r.label, *_trimmed(r)) for r in told]
        return sorted((r.label, *_trimmed(r)) for r in found) == sorted(shown)
    return len(found) == len(told) and all(any(_near(region, other) for other in found) for region in told)


def _trimmed(region: Region) -> tuple[int, int]:
    """Return a span without the white space at its ends, which CoNLL loses."""
    start, end = map(int, region.place)
    inner = TEXT[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def _near(one: Region, other: Region) -> bool:
    is_same = (one.label, one.text, len(one.place)) == (other.label, other.text, len(other.place))
    return is_same and all(abs(a - b) < 5e-5 for a, b in zip(one.place, other.place, strict=True))


def test_what_a_format_cannot_say_is_left_out_and_told(tmp_path: Path) -> None:
    cat = Region("cat", (0.1, 0.2, 0.3, 0.6))
    settled = [
        Settled("1.png", [cat], size=SIZE),
        Settled("1.jpg", [cat], size=SIZE),
        Settled("../2.png", [cat], size=SIZE),
        Settled("/etc/2.png", [cat], size=SIZE),
        Settled("3.png", [cat]),
        Settled("4.png", [Region("a\x00", cat.place)], size=SIZE),
        Settled("5.png", [Region(" cat", cat.place)], size=SIZE),
    ]
    told = write_format("pascal-voc", settled, Asked("boxes"), tmp_path)
    assert told == {
        "examples": 1,
        "left_out": 6,
        "why": [
            "../2.png: its name is no path of a picture",
            "/etc/2.png: its name is no path of a picture",
            "1.jpg: another picture has the same name without its ending",
            "3.png: its picture's size isn't known",
            "4.png: XML can't hold the sign U+0000",
        ],
    }
    with ZipFile(tmp_path / "regions.pascal-voc.zip") as archive:
        assert archive.namelist() == ["labels/1.xml"]


@pytest.mark.parametrize(
    ("regions", "text", "why"),
    [
        ([Region("a", (0, 4)), Region("b", (2, 6))], TEXT, "spans overlap"),
        ([Region("a", (2, 3))], TEXT, "a span has no word"),
        ([Region("a", (500, 510))], TEXT, "a span has no word"),
        ([Region("a\tb", (0, 2))], TEXT, "a label is empty, or has white space"),
        ([], " \n ", "its text has no word"),
        ([], None, "its text isn't known"),
        ([], "-DOCSTART- a", "a word is -DOCSTART-"),
    ],
)
def test_what_columns_cannot_say_is_told(tmp_path: Path, regions: list[Region], text: str | None, why: str) -> None:
    asked = Asked("spans")
    write_format("conll", [Settled("t1", regions, text=text)], asked, tmp_path)
    assert why in asked.left_out["t1"]


def test_archives_of_the_same_answers_have_the_same_bytes(tmp_path: Path) -> None:
    settled = [Settled("1.png", [Region("cat", (0.1, 0.2, 0.3, 0.6))], size=SIZE)]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_format("yolo", settled, Asked("boxes"), tmp_path / name)
    assert (tmp_path / "a/regions.yolo.zip").read_bytes() == (tmp_path / "b/regions.yolo.zip").read_bytes()


def test_every_format_that_a_spec_names_is_written() -> None:
    assert set(WRITERS) == set(spec.WRITTEN) == set(get_args(Format)) | {"label-studio-min"}
