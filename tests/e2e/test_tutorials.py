"""The tutorials are run as they are printed: files with a title are written, lines after `$ ` are typed.

Everything on a page happens in one shell, so that `cd` and `export` last, and the first line that fails ends it. What a
page says to have at hand, a database or a server of messages, is started here, and told in the variable it names.
"""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli.demo.cleanup import end_engines
from reconciler.settings import Settings
from tests.servers.nats import Nats
from tests.servers.postgres import PostgreSQL

if TYPE_CHECKING:
    from tests.servers.label_studio import LabelStudioServer

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "tutorial"
ON_LABEL_STUDIO = "pictures.md"
"""The page that is played on a real Label Studio, which its readers have."""
NAMES = sorted(page.name for page in PAGES.glob("*.md") if page.name != ON_LABEL_STUDIO)
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_YAML_LINES = 30
_TURNS = "documentation that is played"
AT_HAND = {"growing-table.md": ("DATABASE", "postgres"), "stream.md": ("NATS", "nats")}
"""The variable in which a page finds what it says to have at hand, and the fixture that starts that."""
BUILT = {"postgres": (), "nats": ("nats",)}
"""What has to be built for a fixture."""


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


def played(page: str) -> Any:
    """Return a page as a parameter, marked with its turn and the server that it needs."""
    marks = [pytest.mark.turns(_TURNS, page)]
    if page in AT_HAND:
        marks.append(pytest.mark.servers(*BUILT[AT_HAND[page][1]]))
    return pytest.param(page, marks=marks)


def at_hand(page: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Start what a page says to have at hand; return the variable in which the page finds it."""
    if page not in AT_HAND:
        return {}
    variable, fixture = AT_HAND[page]
    server = request.getfixturevalue(fixture)
    if isinstance(server, PostgreSQL):
        return {variable: server.create_database().replace("+psycopg", "")}
    assert isinstance(server, Nats)
    return {variable: server.address}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", [played(page) for page in NAMES])
def test_a_tutorial_runs_as_it_is_printed(page: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text, given = (PAGES / page).read_text(), at_hand(page, request)
    assert all(f"export {variable}=" in text for variable in given), "the page doesn't say what to have at hand"
    play(page, tmp_path, environ(tmp_path / "state") | given)


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
