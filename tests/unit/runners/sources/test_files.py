"""Files by fsspec URL."""

import gzip
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from runners.contract import InputError, SourceUnavailable
from runners.sources.files import find, read_files
from runners.sources.parameters import FileSource


def rows(url: str, format_: str = "csv", **told: object) -> list[dict[str, object]]:
    reading = read_files(FileSource.model_validate({"url": url, "format": format_, **told}))
    return [row for batch in reading.batches for row in batch.to_pylist()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of CSV files, with other things in it."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.csv").write_text("a\n2\n")
    (tmp_path / "a.csv").write_text("a\n1\n")
    (tmp_path / "deep" / "c.csv").write_text("a\n3\n")
    (tmp_path / "_SUCCESS").write_text("")
    return tmp_path


def test_a_folder_is_read_whole_in_the_order_of_names(folder: Path) -> None:
    assert rows(f"file://{folder}") == [{"a": "1"}, {"a": "2"}, {"a": "3"}]
    found = find(str(folder), "csv")
    assert [found.name(path) for path in found.paths] == ["a.csv", "b.csv", "deep/c.csv"]
    assert found.passed_over == 1


def test_a_file_and_a_glob_are_read(folder: Path) -> None:
    assert rows(f"{folder}/b.csv") == [{"a": "2"}]
    assert rows(f"{folder}/*.csv") == [{"a": "1"}, {"a": "2"}]
    assert find(f"{folder}/**/*.csv", "csv").name(f"{folder}/deep/c.csv") == "deep/c.csv"


def test_a_file_of_any_name_is_read_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "export[1]").write_text("a\n5\n")
    assert rows(f"{tmp_path}/export[1]") == [{"a": "5"}]


def test_compressed_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a\n7\n"))
    assert rows(str(tmp_path)) == [{"a": "7"}]
    (tmp_path / "b.csv.gz").write_bytes(b"not compressed")
    with pytest.raises((InputError, SourceUnavailable)):
        rows(f"{tmp_path}/b.csv.gz")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(b'a,b\n1,"x\n2,y\n'))
    with pytest.raises(InputError, match="a quote opens here and is never closed") as caught:
        rows(f"{tmp_path}/c.csv.gz")
    assert caught.value.where == "c.csv.gz:2"


def test_a_secret_part_of_a_url_is_revealed_and_not_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_SOURCES", f"file://{folder}")
    assert rows("${secret:SOURCES}/a.csv") == [{"a": "1"}]
    with pytest.raises(InputError, match="nothing is there") as caught:
        rows("${secret:SOURCES}/z.csv")
    assert caught.value.where == "${secret:SOURCES}/z.csv"
    monkeypatch.delenv("SETPOINT_SECRET_SOURCES")
    with pytest.raises(InputError, match="the secret SOURCES is not set"):
        rows("${secret:SOURCES}/a.csv")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/no/such/folder", "nothing is there"),
        ("/no/such/*.csv", "there is no csv file"),
        ("gopher://x/y", "Protocol not known"),
        ("abfs://x/y.csv", "adlfs"),
    ],
)
def test_a_wrong_url_needs_a_person(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        rows(url)
    assert caught.value.where == url


def test_a_folder_without_such_files_says_what_is_expected(folder: Path) -> None:
    with pytest.raises(InputError, match="there is no parquet file") as caught:
        rows(str(folder), "parquet")
    assert ".parquet" in caught.value.fix


def test_a_host_that_does_not_answer_is_out_of_reach() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: whoever connects is refused
        with pytest.raises(SourceUnavailable):
            rows(f"http://127.0.0.1:{taken.getsockname()[1]}/a.csv")


class Storage(BaseHTTPRequestHandler):
    """A store that gives one file by a signed URL, refuses others, and has nothing else."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        status = 404 if path != "/x.csv" else 200 if query == "sig=a*b&se=1" else 403
        body = b"a\n1\n" if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def storage() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Storage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_signed_url_is_read_and_its_refusal_is_told_without_its_signature(
    storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rows(f"{storage}/x.csv?sig=a*b&se=1") == [{"a": "1"}]
    monkeypatch.setenv("SETPOINT_SECRET_SIGNED", f"{storage}/x.csv?sig=run-out")
    with pytest.raises(InputError) as caught:
        rows("${secret:SIGNED}")
    assert caught.value.what == "the server answers with status 403"
    assert caught.value.where == "${secret:SIGNED}"
    assert "run-out" not in str(caught.value.fix)
    with pytest.raises(InputError, match="status 404"):
        rows(f"{storage}/z.csv?sig=1")


def test_a_folder_that_may_not_be_listed_needs_a_person(folder: Path) -> None:
    class Closed(fsspec.AbstractFileSystem):  # type: ignore[misc]
        protocol = "closed"

        def ls(self, path: str, detail: bool = True, **_: object) -> list[object]:
            raise PermissionError(13, "Permission denied")

    fsspec.register_implementation("closed", Closed, clobber=True)
    with pytest.raises(InputError, match="Permission denied"):
        rows("closed://bucket/*.csv")
