"""A workbook as an archive of parts that name each other, each read by a parser that streams and is bounded."""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import IO, Any
from xml.parsers import expat

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.sources.opened import Opened

PIECE = 2**16
"""Bytes that are unpacked at once."""
LONGEST_TOKEN = 2**20
"""Bytes of a tag or a comment: the parser holds one as a whole. A cell has 32,767 characters at most."""
MOST_PARTS = 100_000
SMALL = 2**26
"""Bytes of a part that says how the workbook is made: its sheets, its formats."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How .xls begins, and a workbook that is locked by a password."""
_SAVE = "save it as an Excel workbook (.xlsx)"
_UNFIT = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error, zlib.error, EOFError)
"""What the library says of an archive that it can't read; a name that is no UTF-8 is a ValueError."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Start = Callable[[str, Mapping[str, str]], None]
"""Sees an element begin: its name, without its prefix, and its attributes."""


class Broken(Exception):
    """A part isn't as the format says: what is wrong with it."""


class Package:
    """The parts of a workbook, by their names in whatever case."""

    def __init__(self, file: Opened) -> None:
        """Open a workbook.

        Raises:
            InputError: it is something else, it is locked, or it can't be unpacked.
        """
        self.name = file.name
        self._archive = _archive(file)
        entries = self._archive.infolist()
        if len(entries) > MOST_PARTS:
            raise InputError(f"it has {len(entries):,} parts, and {MOST_PARTS:,} is the most", file.name, _SAVE)
        self._entries = {entry.filename.lower(): entry for entry in entries}
        if "mimetype" in self._entries:
            raise InputError("it is an OpenDocument, not an Excel workbook", file.name, _SAVE)

    def has(self, part: str) -> bool:
        """Tell whether there is such a part."""
        return part.lower() in self._entries

    def read(self, part: str, most: int | None = None) -> Iterator[bytes]:
        """Yield a part, unpacked, in pieces.

        Args:
            part: its name.
            most: bytes that it may have.

        Raises:
            InputError: it isn't there, it is larger, or it can't be unpacked.
        """
        entry = self._entries.get(part.lower())
        if entry is None:
            raise self.broken("it isn't there", part)
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _PACKINGS:
            raise InputError(f"its part {shown(entry.filename)} is packed in no way of Excel's", self.name, _SAVE)
        size = 0
        with self._open(entry) as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                if most is not None and size > most:
                    what = f"its part {shown(entry.filename)} has more than {most:,} bytes when unpacked"
                    raise InputError(what, self.name, "give a smaller workbook, or its rows as CSV or Parquet")
                yield piece

    @contextmanager
    def _open(self, entry: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(entry) as stream:
                yield stream
        except InputError:
            raise
        except _UNFIT as error:
            raise InputError(f"its part {shown(entry.filename)} can't be unpacked", self.name, _SAVE) from error

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part names, by the id it uses: what kind each is, and the part's own name."""
        folder, base = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, told: Mapping[str, str]) -> None:
            if tag == "Relationship" and told.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, told.get("Target", ""))).lstrip("/")
                found[told.get("Id", "")] = (told.get("Type", "").rpartition("/")[2], target)

        relations = posixpath.join(folder, "_rels", f"{base}.rels")
        if self.has(relations):
            self.parse(relations, start, most=SMALL)
        return found

    def parse(self, part: str, start: Start, *, most: int) -> None:
        """Read a small part as a whole.

        Raises:
            InputError: it isn't as the format says.
        """
        handlers = {"StartElementHandler": lambda name, told: start(local(name), told)}
        for _ in self.parsing(part, handlers, most=most):
            pass

    def parsing(self, part: str, handlers: Mapping[str, Any], *, most: int | None = None) -> Iterator[None]:
        """Read a part piece by piece, and let handlers see it.

        Raises:
            InputError: it isn't as the format says.
        """
        try:
            yield from Parser(handlers).parse(self.read(part, most))
        except (Broken, expat.ExpatError) as error:
            raise self.broken(str(error), part) from error

    def broken(self, what: str, part: str) -> InputError:
        """Return the error of a part that isn't as the format says."""
        return InputError(f"its part {shown(part)} can't be read: {what}", self.name, _SAVE)


def _archive(file: Opened) -> zipfile.ZipFile:
    head = file.stream.read(len(_OLD))
    file.stream.seek(0)
    if head == _OLD:
        what = "it is a workbook of before Excel 2007 (.xls), or one that is locked by a password"
        raise InputError(what, file.name, f"{_SAVE}, without a password")
    try:
        return zipfile.ZipFile(file.stream)
    except _UNFIT as error:
        raise InputError("it is no Excel workbook", file.name, _SAVE) from error


class Parser:
    """A parser of one part, which knows no entity but those of XML itself.

    Namespaces aren't looked at: within a workbook's own parts the names without their prefixes are enough.
    """

    def __init__(self, handlers: Mapping[str, Any]) -> None:
        """Prepare to parse; handlers are expat's, and are told the names of elements without their prefixes."""
        self._handlers = handlers

    def parse(self, pieces: Iterator[bytes]) -> Iterator[None]:
        """Parse pieces, and yield after each.

        Raises:
            Broken: something in it is too long, or there is a document type.
            expat.ExpatError: it is no XML.
        """
        first = next(pieces, b"")
        parser = self._made("utf-16" if first.startswith(_UTF_16) else "utf-8")  # whatever it claims
        fed = 0
        for piece in chain([first], pieces):
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
                raise Broken(f"a tag or a comment in it has more than {LONGEST_TOKEN:,} bytes")
            yield
        parser.Parse(b"", True)
        yield

    def _made(self, encoding: str) -> Any:
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        for name, handler in self._handlers.items():
            setattr(parser, name, handler)
        return parser


def _refuse(*_: object) -> None:
    raise Broken("it has a document type, which no workbook has")


@lru_cache(4096)
def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]
