"""The images of daemon and runners: made as they ship, unpacked, started with nothing of this machine but a kernel."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.images.failing import ImageError
from deploy.images.making import make
from deploy.images.unpacking import unpack
from runners.contract.formats import REQUEST
from tests.servers.building import cache

ROWS = "id,x,y\n" + "".join(f"{n},{n * 37 % 11 / 8},{'ab'[n * 37 % 11 > 5]}\n" for n in range(200))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def made(name: str, out: Path) -> str:
    """Make the image, or say why it can't be made here."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        pytest.skip("the base is made of Debian's packages: needs apt-get and dpkg-deb")
    try:
        return make(name, out, cache() / "debian")
    except ImageError as error:
        if "apt-get" in error.what:  # a version of the lock that Debian's mirrors have no more
            pytest.skip(str(error))
        raise


@pytest.mark.turns("whole lives", "container images")
def test_the_daemon_s_image_is_the_same_twice_and_runs(tmp_path: Path) -> None:
    assert made("daemon", tmp_path / "one") == made("daemon", tmp_path / "two")
    config = unpack(tmp_path / "one", tmp_path / "root")
    give_devices(tmp_path / "root")
    assert config["config"]["Cmd"][0] == "setpoint"
    told = inside(tmp_path / "root", ["setpoint", "--version"])
    assert "0.1.0" in told
    inside(tmp_path / "root", ["git", "config", "--global", "user.email", "a@example.org"])
    inside(tmp_path / "root", ["git", "config", "--global", "user.name", "a"])
    inside(tmp_path / "root", ["setpoint", "init", "/home/nonroot/models", "--empty"])
    assert "no problem" in inside(tmp_path / "root", ["setpoint", "validate", "/home/nonroot/models"])
    found = json.loads(inside(tmp_path / "root", ["setpoint", "doctor", "--json"], code=1))
    fits = {one["what"]: one["ok"] for one in found}
    for what in ("python", "packages", "git", "ssh-keygen", "extra kubernetes", "extra forges", "extra lakefs"):
        assert fits[what], what
    python = ["python", "-c", "import ssl; assert ssl.create_default_context().get_ca_certs()"]
    inside(tmp_path / "root", python)


@pytest.mark.turns("whole lives", "the runners' image")
def test_the_runners_image_reads_rows_and_trains_on_them(tmp_path: Path) -> None:
    root = tmp_path / "root"
    made("runners", tmp_path / "layout")
    config = unpack(tmp_path / "layout", root)["config"]
    give_devices(root)
    inside(root, config["Cmd"], code=64)  # which asks for a request
    (root / "home/nonroot/rows.csv").write_text(ROWS)
    read = {"source": {"files": {"url": "/home/nonroot/rows.csv", "format": "csv"}}, "identifier": "id"}
    rows = asked(root, config["Cmd"], "datasets/rows/0123456789ab", "ingest", read)
    assert rows["metrics"]["rows"] == 200
    trained = {"target": "y", "task": "binary", "metric": {"name": "roc_auc"}, "params": {"model": "gbm"}}
    inputs = {"dataset": "file:///home/nonroot/datasets"}
    trial = asked(root, config["Cmd"], "experiments/rows/0123456789ab", "tabular", trained, inputs)
    assert trial["metrics"]["roc_auc"] > 0.9
    assert (root / "home/nonroot/experiments/model.onnx").exists()
    inside(root, ["python", "-c", "import nannyml, runners.serve, runners.monitor"])


def asked(
    root: Path, command: list[str], run: str, runner: str, params: Any, inputs: dict[str, str] | None = None
) -> dict[str, Any]:
    """Have an image answer a request as a pool does; return the result that it leaves."""
    folder = run.partition("/")[0]
    request = {"run": run, "runner": runner, "params": params, "inputs": inputs or {}, "seed": 7}
    told = request | {"format": REQUEST, "output": f"file:///home/nonroot/{folder}"}
    (root / "home/nonroot/request.json").write_text(json.dumps(told))
    inside(root, [*command, "/home/nonroot/request.json"])
    result: dict[str, Any] = json.loads((root / "home/nonroot" / folder / "result.json").read_bytes())
    assert result["accepted"]
    return result


def give_devices(root: Path) -> None:
    """Make the devices that every runtime gives, or what does in their place for who may make none."""
    (root / "dev").mkdir(exist_ok=True)
    for name, minor in (("null", 3), ("urandom", 9)):
        try:
            os.mknod(root / "dev" / name, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        except PermissionError:
            (root / "dev" / name).touch()
        (root / "dev" / name).chmod(0o666)


def inside(root: Path, line: list[str], code: int = 0) -> str:
    """Run a program of an image's root as its user; needs to be root, or namespaces of users."""
    if os.geteuid():
        enter = ["unshare", "--map-root-user", "--root", str(root), "--wd", "/home/nonroot"]
    else:
        enter = ["chroot", "--userspec=65532:65532", str(root)]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/home/nonroot", "LANG": "C.UTF-8"}
    command = [shutil.which(enter[0]) or enter[0], *enter[1:], *line]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)
    if os.geteuid() and "unshare failed" in done.stderr:
        pytest.skip("needs root, or namespaces of users: sysctl kernel.unprivileged_userns_clone=1")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout
