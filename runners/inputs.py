"""Inputs: what other runs have left, brought near and held against the digests that the data store has of it.

So nothing is learned from, compared with or served by what somebody has changed under the name of what was accepted.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import fsspec

from runners.contract import RESULT, InputError, Request, SourceUnavailable, formats
from runners.contract.request import FORMER
from runners.staging import gone, inside, local
from runners.stores import answering

_FIX = "it is tried again with a new checkout; where the store itself holds this, restore it, or make it anew upstream"


def near(request: Request) -> Request:
    """Return a request whose inputs that other runs have left are local, and are what the store says.

    Raises:
        InputGone: one isn't there.
        SourceUnavailable: one is something else, or its store doesn't answer.
        InputError: a newer version has made one, in a format that isn't known here.
    """
    checked = {role: digest for role, digest in request.digests.items() if role in request.inputs}
    checked.pop(FORMER, None)  # most of it isn't read: see `Lent`
    inputs = {role: _checked(request.inputs[role], digest).as_uri() for role, digest in checked.items()}
    return request.model_copy(update={"inputs": {**request.inputs, **inputs}})


@dataclass
class Lent:
    """A version's files, of which only some are read.

    `folder` is where those lie that were asked for, `digests` what the version's result says of all; nothing where it
    is a folder that nobody vouches for, all of which is there.
    """

    url: str
    folder: Path
    digests: Mapping[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, url: str, digest: str | None) -> "Lent":
        """Open the version at a URL by the digest of its result.

        Raises:
            InputGone: it isn't there.
            SourceUnavailable: its result is another one, or its store doesn't answer.
            InputError: a newer version has made it, in a format that isn't known here.
        """
        parts = urlsplit(url)
        is_near = parts.scheme in ("", "file")
        folder = Path(unquote(parts.path)).absolute() if is_near else Path(tempfile.mkdtemp(prefix="setpoint-"))
        lent = cls(url, folder)
        if digest is None:
            return lent
        lent._bring(RESULT)
        check(folder, RESULT, digest)
        return cls(url, folder, _files(folder, url))

    @property
    def is_near(self) -> bool:
        """Tell whether all files lie in the folder by themselves."""
        return urlsplit(self.url).scheme in ("", "file")

    def has(self, name: str) -> bool:
        """Tell whether the version has a file."""
        return name in self.digests if self.digests else (self.folder / name).is_file()

    def path(self, name: str) -> Path:
        """Return where a file lies, once it is there and is seen to be what was accepted.

        Raises:
            InputGone: it isn't there.
            SourceUnavailable: it is another, or its store doesn't answer.
        """
        if name not in self._seen:
            if not self.has(name):
                raise gone(f"{self.url}/{name}")
            self._bring(name)
            if self.digests:
                check(self.folder, name, self.digests[name])
            self._seen.add(name)
        return self.folder / name

    def _bring(self, name: str) -> None:
        if self.is_near:
            return
        target = inside(self.folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with answering(self.url):
                files, base = fsspec.core.url_to_fs(self.url)
                files.get_file(f"{base.rstrip('/')}/{name}", str(target))
        except FileNotFoundError as error:
            raise gone(f"{self.url}/{name}") from error


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
