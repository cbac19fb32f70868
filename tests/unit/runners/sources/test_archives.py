"""Archives as folders: no entry disappears, and none fills the machine."""

import io
import stat
import tarfile
import threading
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from runners.contract import InputError
from runners.ingest.images import gather
from runners.sources import archives, files
from runners.sources.archives import LONGEST_NAME
from runners.sources.files import find, read_files
from runners.sources.parameters import FileSource

TABLE = b"a\n1\n"


def zipped(path: Path, entries: Iterable[str | zipfile.ZipInfo], content: bytes = TABLE) -> str:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        for entry in entries:
            archive.writestr(entry, content)
    return f"zip://**/*.csv::{path}"


def rows(url: str) -> int:
    reading = read_files(FileSource.model_validate({"url": url, "format": "csv"}))
    return sum(batch.num_rows for batch in reading.batches)


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


def test_an_archive_of_plain_files_is_read_whole(tmp_path: Path) -> None:
    names = ["x.csv", "a/", "a/x.csv", "a/b/Ünï code.csv", "./dotted.csv", "C/x.csv", "README"]
    assert rows(zipped(tmp_path / "a.zip", names)) == 5
    assert rows(zipped(tmp_path / "empty.zip", ["x.csv"])) == 1


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("/etc/x.csv", "'/etc/x.csv' has an absolute path"),
        ("C:/x.csv", "'C:/x.csv' has an absolute path"),
        ("C:x.csv", "'C:x.csv' has an absolute path"),
        ("../x.csv", "'../x.csv' leads out of the archive"),
        ("/größe/Ümläute.csv", "'/größe/Ümläute.csv' has an absolute path"),
        ("a/../../x.csv", "leads out of the archive"),
        ("b\\x.csv", "has a path with backslashes"),
        ("\\\\server\\x.csv", "has a path with backslashes"),
        ("b//x.csv", "has a name that no file can have"),
        ("a/" * 101 + "x.csv", "lies in more than 100 folders"),
        (link("link.csv"), "'link.csv' is a link"),
        ("a/x.csv", "several entries 'a/x.csv'"),
        ("./a/x.csv", "several entries './a/x.csv'"),
        ("a", "'a' is a file and a folder"),
        ("a/x.csv/", "'a/x.csv' is a file and a folder"),
        ("/\x1b[31m\n\u202e" + "x" * 300 + ".csv", r"'/\\x1b\[31m\\n\\u202ex+…' has an absolute path"),
    ],
)
def test_an_entry_that_would_disappear_is_refused_by_its_name(
    tmp_path: Path, entry: str | zipfile.ZipInfo, told: str
) -> None:
    url = zipped(tmp_path / "a.zip", ["a/x.csv", entry])
    with pytest.raises(InputError, match=told) as caught:
        rows(url)
    assert caught.value.where == url
    assert "pack the archive anew" in caught.value.fix
    assert len(caught.value.what) < 2 * LONGEST_NAME
    assert caught.value.what.isprintable()


def test_all_such_entries_are_counted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="and so with 2 more"):
        rows(zipped(tmp_path / "a.zip", ["x.csv", "/a.csv", "/b.csv", "/c.csv"]))


@pytest.mark.parametrize(("offset", "mask", "told"), [(8, b"\1\0", "is encrypted"), (10, b"\x63\0", "by method 99")])
def test_an_entry_that_cannot_be_unpacked_is_refused(tmp_path: Path, offset: int, mask: bytes, told: str) -> None:
    """https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12."""
    url = zipped(tmp_path / "a.zip", ["x.csv"])
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    at = raw.index(b"PK\1\2") + offset
    raw[at : at + 2] = mask
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(InputError, match=f"'x.csv' is .*{told}|'x.csv' {told}"):
        rows(url)


def test_a_damaged_archive_is_told_and_no_defect(tmp_path: Path) -> None:
    url = zipped(tmp_path / "a.zip", ["x.csv"], b"a\n" + b"1234567\n" * 5000)
    whole = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:-30])
    with pytest.raises(InputError, match="not a zip file") as caught:
        rows(url)
    assert caught.value.where == url
    (tmp_path / "a.zip").write_bytes(whole[:60] + b"\xff" * 20 + whole[80:])
    with pytest.raises(InputError) as caught:
        rows(url)
    assert (caught.value.where, caught.value.fix) == ("x.csv", "give a file that is valid csv")


def test_an_archive_that_unpacks_to_more_than_there_is_room_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = zipped(tmp_path / "bomb.zip", ["x.csv", "y.csv"], b"a\n" + b"1\n" * 2**20)
    assert (tmp_path / "bomb.zip").stat().st_size < 2**14
    monkeypatch.setattr(archives, "room", lambda: 2**22)
    with pytest.raises(InputError, match=r"have 4,194,308 bytes, and there is room for 4,194,304") as caught:
        rows(url)
    assert "TMPDIR" in caught.value.fix
    assert rows(url.replace("**/*.csv", "x.csv")) == 2**20


def test_an_image_that_is_a_bomb_is_never_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zipped(tmp_path / "bomb.zip", ["x.png"], b"\0" * 2**21)
    monkeypatch.setattr(files, "LARGEST_WHOLE", 2**20)
    with pytest.raises(InputError, match="it has 2,097,152 bytes, and 1,048,576 is the most") as caught:
        gather(find(f"zip://::{tmp_path}/bomb.zip", "images"), tmp_path)
    assert caught.value.where == "x.png"


def test_images_of_an_archive_are_all_taken_or_none(tmp_path: Path) -> None:
    held = io.BytesIO()
    Image.new("L", (8, 8)).save(held, "PNG")
    zipped(tmp_path / "a.zip", ["cat/x.png", "dog/x.png"], held.getvalue())
    album = gather(find(f"zip://::{tmp_path}/a.zip", "images"), tmp_path, label_from="folder")
    assert [picture.row["label"] for picture in album.pictures] == ["cat", "dog"]
    zipped(tmp_path / "b.zip", ["cat/x.png", "/dog/x.png"], held.getvalue())
    with pytest.raises(InputError, match=r"'/dog/x\.png' has an absolute path"):
        find(f"zip://::{tmp_path}/b.zip", "images")


@pytest.mark.parametrize(
    ("name", "told"), [("/x.csv", "an absolute path"), ("../x.csv", "leads out"), ("pipe.csv", "no plain")]
)
def test_a_tar_is_looked_through_as_well(tmp_path: Path, name: str, told: str) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for entry in ("./y.csv", name):
            member = tarfile.TarInfo(entry)
            member.size, member.type = len(TABLE), tarfile.FIFOTYPE if "pipe" in entry else tarfile.REGTYPE
            archive.addfile(member, io.BytesIO(TABLE))
    with pytest.raises(InputError, match=told):
        rows(f"tar://*.csv::{tmp_path}/a.tar")


class Chunks(BaseHTTPRequestHandler):
    """Gives one archive in chunks, to whoever asks."""

    protocol_version = "HTTP/1.1"
    archive = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.archive), self.archive))

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def chunks() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Chunks) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_archive_over_http_is_fetched_and_looked_through(tmp_path: Path, chunks: str) -> None:
    zipped(tmp_path / "a.zip", ["a/x.csv", "y.csv"])
    Chunks.archive = (tmp_path / "a.zip").read_bytes()
    assert rows(f"zip://**/*.csv::{chunks}/a.zip") == 2
    assert rows(f"zip://a/x.csv::{chunks}/a.zip") == 1
    Chunks.archive = Chunks.archive[:-10]
    with pytest.raises(InputError, match="not a zip file") as caught:
        rows(f"zip://**/*.csv::{chunks}/a.zip")
    assert caught.value.where == f"zip://**/*.csv::{chunks}/a.zip"
