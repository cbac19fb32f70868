"""Files over HTTP, from servers that keep their word and from others."""

import gzip
import io
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError, SourceUnavailable
from runners.ingest.images import gather
from runners.sources import files, http
from runners.sources.files import find, read_files
from runners.sources.parameters import FileSource

ROWS = 1000
TABLE = b"a,b\n" + b"".join(b"%d,x%d\n" % (n, n) for n in range(ROWS))
PACKED = gzip.compress(TABLE)
PAGE = b"<!DOCTYPE html><html><body>please log in</body></html>\n"

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server which answers everybody with the same bytes, and returns its URL."""
    servers: list[socket.socket] = []

    def start(*parts: bytes, again: bytes = b"") -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=_answer_all, args=(server, parts, again), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


def _answer_all(server: socket.socket, parts: tuple[bytes, ...], again: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, parts, again), daemon=True).start()


def _answer(connection: socket.socket, parts: tuple[bytes, ...], again: bytes) -> None:
    with connection:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += (got := connection.recv(65536))
            if not got:
                return
        try:
            for part in parts[: 1 if asked.startswith(b"HEAD ") else None]:
                connection.sendall(part)
            while again and not asked.startswith(b"HEAD "):
                connection.sendall(again)
        except OSError:
            return


def head(*fields: str, status: str = "200 OK", version: str = "1.1") -> bytes:
    return "\r\n".join([f"HTTP/{version} {status}", *fields, "", ""]).encode()


def sized(body: bytes, *fields: str, size: int | None = None) -> tuple[bytes, bytes]:
    return head(f"Content-Length: {len(body) if size is None else size}", *fields), body


def chunk(body: bytes) -> bytes:
    return b"%x\r\n" % len(body) + body + b"\r\n"


CHUNKED = head("Transfer-Encoding: chunked")
ENDLESS = head("Connection: close", version="1.0")


def count(url: str, format_: str = "csv") -> int:
    reading = read_files(FileSource.model_validate({"url": url, "format": format_}))
    return sum(batch.num_rows for batch in reading.batches)


@pytest.mark.parametrize(
    "answer",
    [
        sized(TABLE),
        (CHUNKED, chunk(TABLE[:70]), chunk(TABLE[70:]), b"0\r\n\r\n"),
        sized(TABLE, "Accept-Ranges: none"),
        sized(PACKED, "Content-Encoding: gzip"),
        (head("Transfer-Encoding: chunked", "Content-Encoding: gzip"), chunk(PACKED), b"0\r\n\r\n"),
    ],
    ids=["of a length", "in chunks", "no ranges", "packed", "packed in chunks"],
)
def test_a_file_is_read_however_its_end_is_told(serve: Serve, answer: tuple[bytes, ...]) -> None:
    assert count(f"{serve(*answer)}/x.csv") == ROWS


def test_a_file_that_a_server_unpacks_or_packs_twice_is_read(serve: Serve) -> None:
    """Servers tell a file that ends with .gz as packed on the way, or hand it out unpacked."""
    for answer in (
        sized(PACKED),
        sized(PACKED, "Content-Encoding: gzip"),
        sized(gzip.compress(PACKED), "Content-Encoding: gzip"),
    ):
        assert count(f"{serve(*answer)}/x.csv.gz") == ROWS


def test_parquet_is_read_without_ranges_and_without_a_length(serve: Serve) -> None:
    held = io.BytesIO()
    parquet.write_table(pa.table({"a": list(range(ROWS))}), held)
    for answer in ((CHUNKED, chunk(held.getvalue()), b"0\r\n\r\n"), (ENDLESS, held.getvalue())):
        assert count(f"{serve(*answer)}/x.parquet", "parquet") == ROWS
    with pytest.raises(InputError, match=r"Parquet|parquet"):
        count(f"{serve(ENDLESS, held.getvalue()[:500])}/x.parquet", "parquet")


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_body_whose_end_is_told_by_silence_alone_is_refused(serve: Serve, format_: str) -> None:
    """One that broke off between two lines would be a short dataset that nobody notices."""
    url = f"{serve(ENDLESS, TABLE)}/x.{format_}"
    with pytest.raises(InputError, match="doesn't tell where the file ends") as caught:
        count(url, format_)
    assert caught.value.where == url
    assert "Content-Length" in caught.value.fix


@pytest.mark.parametrize(
    "answer",
    [
        sized(TABLE, size=len(TABLE) + 500),
        (CHUNKED, chunk(TABLE[:3000])),
        (CHUNKED, b"fff\r\n" + TABLE[:3000]),
    ],
    ids=["of a length", "between chunks", "in a chunk"],
)
def test_a_body_that_breaks_off_is_tried_again_and_never_a_short_dataset(
    serve: Serve, answer: tuple[bytes, ...]
) -> None:
    with pytest.raises(SourceUnavailable, match="doesn't answer wholly: what it sent breaks off"):
        count(f"{serve(*answer)}/x.csv")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (sized(PACKED[:1000], "Content-Encoding: gzip"), "ends too early"),
        (sized(TABLE, "Content-Encoding: gzip"), "[Nn]ot a gzipped file"),
        (sized(TABLE, "Content-Encoding: br"), "packed as br"),
        (sized(PAGE, "Content-Type: text/html"), "gives a web page"),
        (
            (head("Content-Range: bytes 0-99/9999", "Content-Length: 100", status="206 Partial Content"), TABLE[:100]),
            "206",
        ),
        ((head(status="204 No Content"),), "204"),
        ((head("Content-Length: 0", status="400 Bad Request"),), "status 400"),
        ((head("Content-Length: 0", status="302 Found"),), "302"),
        ((head("Location: file:///etc/passwd", "Content-Length: 0", status="302 Found"),), "leads away from the web"),
        ((b"220 ftp.example.org ready\r\n",), "no HTTP"),
        ((head("Content-Length: abc"), TABLE), "no HTTP"),
    ],
)
def test_what_a_server_gives_instead_of_the_file_is_refused(serve: Serve, answer: tuple[bytes, ...], told: str) -> None:
    url = f"{serve(*answer)}/x.csv"
    with pytest.raises(InputError, match=told) as caught:
        count(url)
    assert caught.value.where in (url, "x.csv")
    assert caught.value.fix


def test_a_redirect_is_followed_and_a_circle_of_them_is_refused(serve: Serve) -> None:
    there = serve(*sized(TABLE))
    assert count(f"{serve(head(f'Location: {there}/y', 'Content-Length: 0', status='302 Found'))}/x.csv") == ROWS
    with pytest.raises(InputError, match="too many redirects"):
        count(f"{serve(head('Location: /x.csv', 'Connection: close', 'Content-Length: 0', status='302 Found'))}/x.csv")


def test_an_endless_body_ends_where_room_is_left(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "room", lambda: 2**20)
    endless = {"in chunks": (CHUNKED, chunk(TABLE)), "of a length": sized(TABLE, size=2**40)}
    for first, again in endless.values():
        with pytest.raises(InputError, match="larger than the 1,048,576 bytes") as caught:
            count(f"{serve(first, again=again)}/x.csv")
        assert "TMPDIR" in caught.value.fix


def test_an_endless_image_is_never_in_memory(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_WHOLE", 2**20)
    url = f"{serve(CHUNKED, again=chunk(TABLE))}/x.png"
    with pytest.raises(InputError, match="larger than the 1,048,576 bytes") as caught:
        gather(find(url, "images"), tmp_path)
    assert caught.value.fix
