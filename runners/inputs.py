"""Inputs: what other runs have left, brought near and held against the digests that the data store has of it.

So nothing is learned from, compared with or served by what somebody has changed under the name of what was accepted.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from runners.contract import RESULT, InputError, Request, SourceUnavailable, formats
from runners.staging import gone, local

_FIX = "it is tried again with a new checkout; where the store itself holds this, restore it, or make it anew upstream"


def near(request: Request) -> Request:
    """Return a request whose inputs that other runs have left are local, and are what the store says.

    Raises:
        InputGone: one isn't there.
        SourceUnavailable: one is something else, or its store doesn't answer.
        InputError: a newer version has made one, in a format that isn't known here.
    """
    checked = {role: digest for role, digest in request.digests.items() if role in request.inputs}
    inputs = {role: _checked(request.inputs[role], digest).as_uri() for role, digest in checked.items()}
    return request.model_copy(update={"inputs": {**request.inputs, **inputs}})


def _checked(url: str, digest: str) -> Path:
    folder = local(url).absolute()
    check(folder, RESULT, digest)
    for path, expected in _files(folder, url).items():
        check(folder, path, expected)
    return folder


def _files(folder: Path, url: str) -> Mapping[str, str]:
    told = json.loads((folder / RESULT).read_bytes())
    try:
        formats.format_of(told, formats.RESULT)
    except formats.UnknownFormat as error:
        raise InputError(f"its {RESULT} can't be read: {error}", url, "upgrade what this job runs in") from error
    files: Mapping[str, str] = told.get("files", {})
    return files


def check(folder: Path, path: str, digest: str) -> None:
    """Compare the digest of a file with the one that it must have.

    Raises:
        InputGone: it isn't there.
        SourceUnavailable: it is another. Its time of change tells the store, which looks at these only.
    """
    file = folder / path
    if not file.is_file():
        raise gone(str(file))
    with file.open("rb") as content:
        found = "sha256:" + hashlib.file_digest(content, "sha256").hexdigest()
    if found == digest:
        return
    with contextlib.suppress(OSError):
        os.utime(file)
    what = f"{path} was changed after it was accepted: its digest is {found}, and {digest} is expected"
    raise SourceUnavailable(what, str(file), _FIX)
