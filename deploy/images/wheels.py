"""What of Python goes into an image: the wheels of a lock, checked against their hashes, and Setpoint's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.images.base import PYTHON
from deploy.images.failing import ImageError

ROOT = Path(__file__).parents[2]
SITE = "usr/local/lib/python3.11/dist-packages"
"""Where Debian's Python looks for what it hasn't brought itself."""
SCRIPTS = "usr/local/bin"
_LEFT_OUT = ("direct_url.json", "uv_cache.json", "uv_build.json", "INSTALLER", "REQUESTED")
"""What an installer notes of itself and of this machine."""


def install_lock(root: Path, lock: str) -> None:
    """Install all wheels of a lock.

    Raises:
        ImageError: one can't be had, or is another one than its hash says.
    """
    path = ROOT / "requirements" / lock
    _install(root, ["--require-hashes", "--build-constraints", str(path), "--requirement", str(path)])


def install_ours(root: Path, epoch: int, place: Path) -> None:
    """Build Setpoint's wheel, and install it."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"SOURCE_DATE_EPOCH": str(epoch)}
    line = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)]
    _run(line, env)
    (wheel,) = place.glob("*.whl")
    _install(root, ["--no-deps", "--offline", str(wheel)])


def _install(root: Path, what: Sequence[str]) -> None:
    uv, site = str(Path(sys.executable).with_name("uv")), root / SITE
    for_image = ["--python", sys.executable, "--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_36"]
    _run([uv, "pip", "install", "--quiet", "--link-mode", "copy", "--target", str(site), *for_image, *what])
    (root / SCRIPTS).mkdir(parents=True, exist_ok=True)
    for script in sorted((site / "bin").glob("*")):
        _move(script, root / SCRIPTS / script.name)
    shutil.rmtree(site / "bin", ignore_errors=True)
    for note in (path for name in _LEFT_OUT for path in site.glob(f"*.dist-info/{name}")):
        note.unlink()
    for record in site.glob("*.dist-info/RECORD"):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if _is_of_image(line.partition(",")[0])), "utf-8")
    (site / ".lock").unlink(missing_ok=True)


def _is_of_image(path: str) -> bool:
    """Tell whether a line of a RECORD is of a file that is in the image as the wheel has it."""
    return not path.endswith(_LEFT_OUT) and not path.startswith(("bin/", "../"))


def _move(script: Path, to: Path) -> None:
    """Move a program; one of Python's is started by the image's own, not by that of this machine."""
    content = script.read_bytes()
    if content.startswith(b"#!") and b"python" in content.partition(b"\n")[0]:
        content = f"#!{PYTHON}\n".encode() + content.partition(b"\n")[2]
    to.write_bytes(content)
    to.chmod(0o755)


def _run(line: Sequence[str], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(done.stderr.strip()[-2000:], "see that the lock can be installed here: make demo")
