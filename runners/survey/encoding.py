"""The encoding of a file of text: by its mark, else UTF-8 if all of it is, else Windows' of Western Europe."""

import codecs
from typing import IO

from runners.contract import InputError

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PIECE = 2**20


def encoding_of(stream: IO[bytes], name: str) -> str:
    """Return the encoding of a file that is open at its beginning, all of which is read.

    Raises:
        InputError: it is no text.
    """
    piece = stream.read(_PIECE)
    marked = next((encoding for mark, encoding in _MARKS if piece.startswith(mark)), None)
    if marked:
        return marked
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    while piece:
        if b"\0" in piece:
            fix = "export it as CSV; of a text in UTF-16 without a mark say --encoding utf-16-le"
            raise InputError("the file is no text: it holds zero bytes", name, fix)
        is_utf8 = is_utf8 and _decodes(decoder, piece)
        piece = stream.read(_PIECE)
    return "utf-8" if is_utf8 and _decodes(decoder, b"", is_last=True) else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, is_last: bool = False) -> bool:
    try:
        decoder.decode(piece, is_last)
    except UnicodeDecodeError:
        return False
    return True
