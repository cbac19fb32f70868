"""`make servers` on a small environment: installed once, whole or not at all, and by one at a time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.building import BuildFailedError
from tests.servers.mlserver import environment
from tests.servers.mlserver.commands import MLSERVER, STORAGE_INITIALIZER, entrypoints

pytestmark = pytest.mark.slow
INSTALLS = """
import sys
from pathlib import Path
from tests.servers.mlserver import environment
environment.LOCK = Path(sys.argv[1])
environment.install(print)
"""


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have a lock of one package and a cache of its own; wheels come from where uv always keeps them."""
    uv = Path(sys.executable).with_name("uv")
    monkeypatch.setenv("UV_CACHE_DIR", subprocess.check_output([uv, "cache", "dir"], text=True).strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lock = tmp_path / "small.txt"
    lock.write_bytes(environment.LOCK.with_name("uv.txt").read_bytes())
    monkeypatch.setattr(environment, "LOCK", lock)
    return lock


def test_it_is_installed_once() -> None:
    told: list[str] = []
    environment.install(told.append)
    assert subprocess.check_output([environment.home() / "bin/uv", "--version"], text=True).startswith("uv ")
    assert "installed in" in told[-1]
    told.clear()
    environment.install(told.append)
    assert not told


def test_another_lock_is_another_environment(small: Path) -> None:
    environment.install(print)
    small.write_text(f"# another\n{small.read_text()}")
    assert not environment.is_installed()


def test_a_wheel_that_isn_t_the_locked_one_leaves_nothing(small: Path) -> None:
    (line,) = [line for line in small.read_text().splitlines() if line.startswith("uv==")]
    small.write_text(f"{line}\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BuildFailedError, match="ash"):
        environment.install(print)
    assert not environment.is_installed()


def test_two_at_once_install_it_once(small: Path) -> None:
    command = [sys.executable, "-c", INSTALLS, str(small)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("installed in" in text for text in told) == 1


def test_images_lead_to_its_programs() -> None:
    found = entrypoints()
    assert found[MLSERVER][-1] == str(environment.home() / "bin/mlserver")
    assert found[STORAGE_INITIALIZER][0] == str(environment.home() / "bin/python")
