"""A listing that fails is an error, and a glob is matched by what was listed."""

from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from runners.contract import InputError
from runners.sources.listing import bare, files_of, is_http

PLACES = ("a.csv", "b.txt", "deep/c.csv", "deep/deeper/d.csv", "other/e.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place in PLACES:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.csv", ["a.csv"]),
        ("*", ["a.csv", "b.txt"]),
        ("**", list(PLACES)),
        ("**/*.csv", ["a.csv", "deep/c.csv", "deep/deeper/d.csv", "other/e.csv"]),
        ("*/*.csv", ["deep/c.csv", "other/e.csv"]),
        ("deep/**/*.csv", ["deep/c.csv", "deep/deeper/d.csv"]),
        ("d*/deeper/?.csv", ["deep/deeper/d.csv"]),
        ("[ab].*", ["a.csv", "b.txt"]),
        ("none/*.csv", []),
        ("*/deeper/*.csv", ["deep/deeper/d.csv"]),
    ],
)
def test_a_glob_is_matched(folder: Path, pattern: str, expected: list[str]) -> None:
    root, paths, is_named = files_of(fsspec.filesystem("file"), f"{folder}/{pattern}", "x")
    assert [path.removeprefix(f"{folder}/") for path in paths] == expected
    assert str(folder).startswith(root) or root.startswith(str(folder))
    assert not is_named


def test_a_file_and_a_folder_are_what_they_are(folder: Path) -> None:
    files = fsspec.filesystem("file")
    assert files_of(files, f"{folder}/a.csv", "x") == (str(folder), [f"{folder}/a.csv"], True)
    assert files_of(files, f"{folder}/", "x")[0] == str(folder)
    with pytest.raises(InputError, match="nothing is there"):
        files_of(files, f"{folder}/z.csv", "x")


class Forbidden(MemoryFileSystem):
    """A store that refuses to list one of its folders."""

    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    protocol = "forbidden"

    def ls(self, path: str, detail: bool = True, **options: Any) -> Any:
        if "secret" in path:
            raise PermissionError(13, "Permission denied")
        return super().ls(path, detail=detail, **options)


@pytest.mark.parametrize("path", ["/a/**/*.csv", "/a/*/x.csv", "/a"])
def test_a_folder_that_may_not_be_listed_is_an_error_and_not_empty(path: str) -> None:
    files = Forbidden()
    files.store.clear()
    files.pipe({"/a/open/x.csv": b"1", "/a/secret/x.csv": b"1"})
    with pytest.raises(PermissionError):
        files_of(files, path, "x")


def test_a_signed_url_is_one_file_and_its_query_no_glob() -> None:
    url = "https://store/x.csv.gz?sig=a%2Fb&list=*"
    assert files_of(None, url, url) == ("", [url], True)
    assert is_http(url)
    assert bare(url) == "/x.csv.gz"
    with pytest.raises(InputError, match="can't be listed over HTTP"):
        files_of(None, "https://store/*.csv", "x")
