"""A ledger on the status branch: read once for each text, and begun anew where it can't be read."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.loop import ledgers
from reconciler.loop.ledgers import LedgerFile
from tests.unit.reconciler.loop.test_telling import Status


class Reader:
    def __init__(self) -> None:
        self.read, self.said = 0, list[str]()

    def of_document(self, document: Mapping[str, Any]) -> int:
        self.read += 1
        if "count" not in document:
            raise ValueError("it counts nothing")
        return int(document["count"])


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def file(reader: Reader) -> LedgerFile[int]:
    return LedgerFile("counts.yaml", 0, reader.of_document, lambda count: {"count": count}, reader.said.append)


def test_it_is_read_once_for_each_text(file: LedgerFile[int], reader: Reader) -> None:
    status = Status()
    assert file.read(status) == 0
    status.texts["counts.yaml"] = b"count: 3\n"
    assert [file.read(status), file.read(status), reader.read] == [3, 3, 1]
    status.texts["counts.yaml"] = b"count: 4\n"
    assert file.read(status) == 4
    del status.texts["counts.yaml"]
    assert [file.read(status), reader.said] == [0, []]


@pytest.mark.parametrize("text", [b"other: 3\n", b": [", b"count: many\n", b"x" * 2000])
def test_one_that_is_odd_or_too_large_is_told_once_and_begun_anew(
    text: bytes, file: LedgerFile[int], reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "LARGEST_FILE", 1000)
    status = Status()
    status.texts["counts.yaml"] = text
    assert [file.read(status), file.read(status)] == [0, 0]
    (said,) = reader.said
    assert "counts.yaml on the status branch can't be read, and is begun anew" in said


@pytest.mark.parametrize(
    ("after", "left", "others", "written"),
    [
        (3, 3, True, None),
        (3, 2, False, None),
        (3, 2, True, 2),
        (4, 4, False, 4),
        (4, 2, False, 2),
    ],
)
def test_it_is_written_where_it_says_more_and_what_was_sent_with_what_is_written_anyway(
    after: int, left: int, others: bool, written: int | None, file: LedgerFile[int]
) -> None:
    edits = file.advanced(3, after, left, others=others)
    assert edits == ({} if written is None else {"counts.yaml": f"count: {written}\n".encode()})
    assert file.next == (3 if written is None else written)


def test_one_that_is_dropped_is_taken_away_once(file: LedgerFile[int]) -> None:
    status = Status()
    file.advanced(0, 3, 3, others=False)
    assert [file.dropped(status), file.next] == [{}, 0]
    status.texts["counts.yaml"] = b"count: 3\n"
    assert file.dropped(status) == {"counts.yaml": None}
