"""`make matrix`: the quick tests on each version of Python that Setpoint runs on, in an environment of its own each.

What torch needs is left out, gigabytes of it: its tests skip themselves. A version that can't be had here is told, and
fails nothing but where it was asked for by name.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
PLACE = ROOT / ".bench/matrix"
LOCK = ROOT / "requirements/test.txt"
_LARGE = re.compile(r"^(torch|triton|nvidia-[a-z0-9-]+)==")
TESTS = ("tests/unit", "tests/house")
QUICK = ("-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider", "-m", "not slow", *TESTS)


def without_torch(lock: str) -> str:
    """Return a lock without torch and what only torch needs."""
    blocks = re.split(r"\n(?=\S)", lock)
    return "\n".join(block for block in blocks if not _LARGE.match(block)) + "\n"


def places(version: str, pyenv: Path) -> str:
    """Return a PATH that begins with the versions that pyenv has: its own programs run the one that is chosen alone."""
    return os.pathsep.join([*map(str, sorted(pyenv.glob(f"versions/{version}.*/bin"))), os.environ["PATH"]])


def found(uv: Path, version: str) -> str:
    """Return an interpreter of a version: one of this machine, or one that uv fetches; empty where there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    find, env = [uv, "python", "find", version], os.environ | {"PATH": places(version, pyenv)}
    told = subprocess.run(find, env=env, capture_output=True, text=True, check=False)
    if told.returncode:
        subprocess.run([uv, "python", "install", "--quiet", version], check=False, timeout=300)
        told = subprocess.run(find, env=env, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def commands(uv: Path, python: str, place: Path, lock: Path) -> Iterator[Sequence[str | Path]]:
    """Yield what makes an environment and runs the quick tests in it."""
    into = ["--quiet", "--python", place / "bin/python"]
    if not (place / "bin/python").exists():
        yield [uv, "venv", "--quiet", "--python", python, place]
    yield [uv, "pip", "sync", *into, "--require-hashes", "--build-constraints", lock, lock]
    yield [uv, "pip", "install", *into, "--no-deps", "--no-build-isolation", "--offline", "--editable", ROOT]
    yield [place / "bin/python", "-m", "pytest", *QUICK]


def run(version: str, uv: Path) -> str:
    """Run the quick tests on a version; return what came of it."""
    python = found(uv, version)
    if not python:
        return "not here: neither this machine nor uv has it"
    PLACE.mkdir(parents=True, exist_ok=True)
    lock = PLACE / "test.txt"
    lock.write_text(without_torch(LOCK.read_text("utf-8")), "utf-8")
    for line in commands(uv, python, PLACE / version, lock):
        if subprocess.run(line, cwd=ROOT, check=False).returncode:
            return f"failed: {Path(line[0]).name} {' '.join(map(str, line[1:3]))}"
    return "passed"


def main(versions: Sequence[str]) -> int:
    """Run what is asked for, or all; return 1 where something failed, or what was named isn't here."""
    uv = Path(sys.executable).with_name("uv")
    told = {version: run(version, uv) for version in versions or VERSIONS}
    sys.stdout.write("".join(f"{version}: {result}\n" for version, result in told.items()))
    return int(any(not one.startswith("passed") and (versions or "not here" not in one) for one in told.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
