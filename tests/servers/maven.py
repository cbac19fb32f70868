"""Servers that come as jars: fetched by the machine's own Maven, each jar held against its hash.

`pom.xml` of a server says which versions, `jars.txt` which bytes: to raise one, change the first, and write the second
anew.
"""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.servers import wheels
from tests.servers.building import BuildFailedError


def fetch(name: str, source: Path, folder: Path, size: str, tell: Callable[[str], None]) -> None:
    """Fetch the jars of a server to a folder that isn't there yet.

    Args:
        name: the server's.
        source: the folder of its `pom.xml` and `jars.txt`.
        folder: where they are put.
        size: how much that is, in words.
        tell: is told what happens.

    Raises:
        BuildFailedError: a jar could not be had, or isn't the one that is locked.
    """
    if shutil.which("mvn") is None:
        raise BuildFailedError(f"{name}: its jars are fetched by Maven, which this machine hasn't: install it")
    tell(f"{name}: fetching its jars, some {size}")
    folder.mkdir()
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    wheels.run(["mvn", "--quiet", "--batch-mode", "--file", source / "pom.xml", *goal])
    lock = source / "jars.txt"
    found = {path.name: _digest(path) for path in folder.glob("*.jar")}
    locked = {jar: digest for digest, jar in (line.split() for line in lock.read_text("utf-8").splitlines())}
    if alien := sorted(jar for jar in found.keys() | locked.keys() if found.get(jar) != locked.get(jar)):
        raise BuildFailedError(f"{name}: {alien[0]} isn't the one that {lock.name} has the hash of")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
