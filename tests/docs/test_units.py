"""The unit of systemd is one that systemd takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "docs/engines/setpoint@.service"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze isn't here")
def test_systemd_takes_it_for_any_environment(tmp_path: Path) -> None:
    text = UNIT.read_text()
    program = "/opt/setpoint/bin/setpoint"
    assert program in text
    (tmp_path / UNIT.name).write_text(text.replace(program, "/bin/true"))
    line = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "setpoint@prod.service")]
    (tmp_path / "setpoint@prod.service").symlink_to(UNIT.name)
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    told = [one for one in done.stderr.splitlines() if "setpoint" in one]
    assert done.returncode == 0, done.stderr
    assert not told
