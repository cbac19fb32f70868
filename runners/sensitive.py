"""Whether a run meets sensitive columns: then what foreign code says when it fails is left to the log.

A library's error, or a script's, quotes the value that it stumbled over, and a status goes to Git for good.
"""

import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from runners.contract import Request

FILES = ("schema.json", "signature.json")
"""Where an input says how its columns are read."""
_MARK = '"sensitive": true'
LARGEST = 64 * 2**20


def meets_sensitive(request: Request) -> bool:
    """Tell whether columns are sensitive, of the data that a run ingests or of an input on this machine."""
    if _MARK in json.dumps(dict(request.params)):
        return True
    return any(_says_so(Path(unquote(urlsplit(url).path)) / name) for url in request.inputs.values() for name in FILES)


def _says_so(file: Path) -> bool:
    with suppress(OSError, UnicodeDecodeError), file.open(encoding="utf-8") as text:
        return _MARK in text.read(LARGEST)
    return False
