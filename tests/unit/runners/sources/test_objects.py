"""The objects of a source: by what each is known to be as it was."""

import os
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from runners.contract import InputError
from runners.sources.objects import Object, list_objects
from runners.sources.parameters import FileSource


def listed(url: str, **told: object) -> dict[str, Object]:
    source = FileSource.model_validate({"url": url, "format": "csv", **told})
    return dict(list_objects(source).by_name)


def put(path: Path, text: str, moment: float) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (moment, moment))


def test_a_mark_changes_with_the_size_and_with_the_time(tmp_path: Path) -> None:
    marks = set()
    for text, moment in (("a\n1\n", 1000.5), ("a\n1\n", 1000.25), ("a\n11\n", 1000.25)):
        put(tmp_path / "x.csv", text, moment)
        marks.add(listed(str(tmp_path))["x.csv"].lasting)
    assert len(marks) == 3


def test_names_are_below_the_source_and_in_their_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.csv", "a.csv", "c.txt"):
        put(tmp_path / name, "a\n1\n", 1000)
    assert list(listed(str(tmp_path))) == ["a.csv", "a/z.csv", "b.csv"]
    assert list(listed(f"{tmp_path}/*/*.csv")) == ["a/z.csv"]


@pytest.mark.parametrize(("ago", "is_known"), [(0.0, False), (-3600.0, False), (3600.0, True)])
def test_a_file_of_now_or_of_the_future_has_no_lasting_mark(tmp_path: Path, ago: float, is_known: bool) -> None:
    put(tmp_path / "x.csv", "a\n1\n", time.time() - ago)
    (found,) = listed(str(tmp_path)).values()
    assert found.mark is not None
    assert (found.lasting is not None) == is_known


def test_folders_of_other_columns_are_told_though_no_file_is_read(tmp_path: Path) -> None:
    put(tmp_path / "year=2024" / "x.csv", "a\n1\n", 1000)
    put(tmp_path / "x.csv", "a\n1\n", 1000)
    with pytest.raises(InputError, match="its folders tell of"):
        listed(str(tmp_path), partitions="hive")


class Web(BaseHTTPRequestHandler):
    """A folder of two files."""

    etag: ClassVar[str | None] = '"1"'

    def do_GET(self) -> None:
        """Answer."""
        body = b"a\n1\n"
        if self.path.endswith("/"):
            body = b'<a href="x.csv">x</a> <a href="y.csv">y</a>'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if self.etag:
            self.send_header("ETag", self.etag)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/in/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_of_the_web_an_etag_is_the_mark_and_no_signature_is_told(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = listed(web)
    assert list(first) == ["x.csv", "y.csv"]
    assert list(listed(f"{web}x.csv?signature=1")) == ["x.csv"]
    assert {one.lasting for one in first.values()} == {'4/"1"'}
    monkeypatch.setattr(Web, "etag", None)
    assert {one.lasting for one in listed(web).values()} == {None}
