"""The tutorials are run as they are printed: files with a title are written, lines after `$ ` are typed.

Everything on a page happens in one shell, so that `cd` and `export` last, and the first line that fails ends it.
"""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.demo.cleanup import end_engines
from reconciler.settings import Settings

if TYPE_CHECKING:
    from tests.servers.label_studio import LabelStudioServer

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "tutorial"
ON_LABEL_STUDIO = "pictures.md"
"""The page that is played on a real Label Studio, which its readers have."""
NAMES = sorted(page.name for page in PAGES.glob("*.md") if page.name != ON_LABEL_STUDIO)
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_YAML_LINES = 30


def script_of(page: str) -> str:
    """Return a page as one shell script; the files are written once the first `cd` has led to their folder."""
    blocks = [match.groups() for match in _BLOCK.finditer(page)]
    typed = [line for kind, _, text in blocks if kind == "console" for line in text.splitlines()]
    strange = [line for line in typed if not line.startswith("$ ")]
    assert not strange, f"these console lines are no commands: {strange}"
    commands = [line.removeprefix("$ ") for line in typed]
    home = next((n for n, line in enumerate(commands, 1) if line.startswith("cd ")), 0)
    files = [line for _, title, text in blocks if title for line in written(title, text)]
    return "\n".join(["set -exo pipefail", *commands[:home], *files, *commands[home:]]) + "\n"


def written(title: str, text: str) -> list[str]:
    """Return the commands that write a file."""
    return [f'mkdir -p "$(dirname {title})"', f"cat > {title} <<'END_OF_FILE'\n{text}END_OF_FILE"]


def environ(home: Path) -> dict[str, str]:
    """Return the environment of a person's shell: this project's commands come first, no settings of anybody else."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SETPOINT_", "GIT_"))}
    identity = {f"GIT_{who}_{what}": "tutorial" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    return kept | identity | {"PATH": path, "PYTHONPATH": str(ROOT), "SETPOINT_HOME": str(home), "GIT_PAGER": "cat"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.turns("documentation that is played", page)) for page in NAMES]
)
def test_a_tutorial_runs_as_it_is_printed(page: str, tmp_path: Path) -> None:
    play(page, tmp_path, environ(tmp_path / "state"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_tutorial_of_pictures_on_label_studio_runs_as_it_is_printed(
    label_studio: "LabelStudioServer", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What ends the jobs of a page that failed reads its environment, too.
    monkeypatch.setenv("SETPOINT_SECRET_LABEL_STUDIO_TOKEN", label_studio.operator.token)
    reached = {"LABEL_STUDIO_URL": label_studio.url, "LABEL_STUDIO_TOKEN": label_studio.operator.token}
    play(ON_LABEL_STUDIO, tmp_path, environ(tmp_path / "state") | reached)


def play(page: str, folder: Path, env: dict[str, str]) -> None:
    """Type a page into a shell, and end all that it has begun."""
    script = script_of((PAGES / page).read_text())
    shell = subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, logged = shell.communicate(timeout=880)
    finally:
        with suppress(ProcessLookupError):  # a daemon of the page's that a failure has left
            os.killpg(shell.pid, signal.SIGTERM)
        for git in folder.glob("*/.git"):
            for environment in (git.parent / "environments").iterdir():
                end_engines(Settings(str(git.parent), environment.name, "main", folder / "state"))
    assert shell.returncode == 0, printed[-5000:] + logged[-5000:]


def test_the_second_tutorial_needs_at_most_thirty_lines_of_yaml() -> None:
    page = (PAGES / "own-script.md").read_text()
    yaml = [line for kind, _, text in _BLOCK.findall(page) if kind == "yaml" for line in text.splitlines()]
    assert 0 < len([line for line in yaml if line.strip()]) <= _YAML_LINES
