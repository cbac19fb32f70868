"""Files that are packed by themselves."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from runners.contract import InputError, SourceUnavailable
from tests.unit.runners.sources.test_files import rows

WAYS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": (".gz", gzip.compress),
    "bzip2": (".bz2", bz2.compress),
    "xz": (".xz", lzma.compress),
    "zstd": (".zst", zstandard.compress),
}
TEXT = "id,x\n" + "".join(f"{number},{number * number}\n" for number in range(5000))


@pytest.mark.parametrize("way", WAYS)
def test_a_file_is_unpacked_by_its_name_or_as_it_is_said(tmp_path: Path, way: str) -> None:
    suffix, pack = WAYS[way]
    (tmp_path / f"a.csv{suffix}").write_bytes(pack(TEXT.encode()))
    (tmp_path / "named").write_bytes(pack(TEXT.encode()))
    assert len(rows(str(tmp_path))) == 5000
    assert rows(str(tmp_path / "named"), compression=way)[-1] == {"id": "4999", "x": "24990001"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spoil", [lambda data: b"no such thing" * 9, lambda data: data[: len(data) // 2]])
def test_what_cant_be_unpacked_is_the_file_s_fault(tmp_path: Path, way: str, spoil: Callable[[bytes], bytes]) -> None:
    suffix, pack = WAYS[way]
    (tmp_path / f"a.csv{suffix}").write_bytes(spoil(pack(TEXT.encode())))
    with pytest.raises(InputError):
        rows(str(tmp_path))


def test_one_that_is_said_not_to_be_packed_isnt_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_text("id\n1\n")
    assert rows(str(tmp_path), compression="none") == [{"id": "1"}]
    with pytest.raises((InputError, SourceUnavailable)):
        rows(str(tmp_path))
