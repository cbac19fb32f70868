"""Setpoint as people get it: built from this checkout, and installed into an environment that has nothing else."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EPOCH = "1700000000"
"""The time in what is built: two builds of the same files are the same bytes."""


def built(target: str, folder: Path, source: Path = ROOT) -> Path:
    """Build a wheel or an sdist with what is installed here, pinned, and return it."""
    line = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(line, cwd=source, check=True, capture_output=True, env=env)
    (found,) = folder.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return found


@dataclass(frozen=True)
class Installed:
    """An environment with Setpoint in it, and a folder of somebody who has never seen a checkout."""

    place: Path
    folder: Path

    def run(self, *words: str, timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        """Run the installed command in the empty folder."""
        kept = {key: os.environ[key] for key in ("LANG", "TMPDIR") if key in os.environ}
        path = f"{self.place / 'bin'}:{os.environ['PATH']}"
        env = kept | {"PATH": path, "HOME": str(self.folder), "SETPOINT_HOME": str(self.folder / ".home")}
        line = [str(self.place / "bin" / words[0]), *words[1:]]
        return subprocess.run(
            line, cwd=self.folder, env=env, capture_output=True, text=True, timeout=timeout, check=False
        )


def install(lock: str, package: Path, place: Path, folder: Path) -> Installed:
    """Install a lock, checked against its hashes, and a package that is built with what the lock holds."""
    uv = Path(sys.executable).with_name("uv")
    into = ["--quiet", "--python", str(place / "bin/python")]
    lines = [
        [uv, "venv", "--quiet", "--python", sys.executable, place],
        [uv, "pip", "install", *into, "--require-hashes", "--requirement", ROOT / "requirements" / lock],
        [uv, "pip", "install", *into, "--no-deps", "--no-build-isolation", "--offline", package],
    ]
    for line in lines:
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitconfig").write_text("[user]\n\tname = Person\n\temail = person@example.org\n")
    return Installed(place, folder)
