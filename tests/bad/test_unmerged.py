"""Planning what isn't merged is pure: it reaches no provider, secret, address, file or code of that commit.

Each way in is a commit on a branch, made by somebody who may propose and not merge. `setpoint plan` is run on it as a
person runs it, and an audit hook (PEP 578) in that process and all of its children writes down which files they open,
which programs they start and which addresses they ask for.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reconciler.git.people import Clone

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PASSWORD, TOKEN = "the-password-of-the-warehouse", "the-token-of-the-planning-machine"
MERGED = {
    "environments/dev/environment.yaml": "description: what is in force\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 1}\n",
    "specs/datasets/loans.yaml": "source: {sql: {url: 'sqlite:///loans.db', query: SELECT 1}}\n"
    "columns: {id: {type: integer}, paid: {type: boolean}}\n",
}
WATCH = """
import json, os, sys
_OUT = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NAMED = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.listdir")
def _hook(event, arguments):
    if event == "open":
        path, _, flags = arguments
        told = ["write" if flags & _WRITES else "read", os.fsdecode(path)] if isinstance(path, (str, bytes)) else None
    elif event in _NAMED:
        told = ["read" if event == "os.listdir" else "write", *map(str, arguments[:2])]
    elif event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"):
        told = ["ask", str(arguments[-1] if event != "socket.getaddrinfo" else arguments[0])]
    elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "pty.spawn"):
        told = ["start", *map(str, arguments[:1])]
    else:
        return
    if told:
        os.write(_OUT, (json.dumps(told) + chr(10)).encode())
sys.addaudithook(_hook)
"""
"""A `sitecustomize` that every Python process of the command reads first."""

ENVIRONMENT = "environments/dev/environment.yaml"
WAYS: Mapping[str, Mapping[str, str]] = {
    "a kubeconfig that reads a token": {
        ENVIRONMENT: "pool: {provider: kubernetes, image: a, kubeconfig: OUTSIDE/kubeconfig}\n"
    },
    "endpoints of another cluster": {ENVIRONMENT: "serving: {provider: kserve, kubeconfig: OUTSIDE/kubeconfig}\n"},
    "a data store elsewhere, with a secret": {
        ENVIRONMENT: "data: {provider: lakefs, endpoint: 'http://127.0.0.1:9/${secret:WAREHOUSE}', repository: a,"
        " access_key_id: '${secret:WAREHOUSE}', secret_access_key: '${secret:WAREHOUSE}',"
        " job_access_key_id: '${secret:WAREHOUSE}', job_secret_access_key: '${secret:WAREHOUSE}'}\n"
    },
    "a Ray cluster elsewhere": {ENVIRONMENT: "pool: {provider: ray, address: 'http://127.0.0.1:9'}\n"},
    "a data folder outside of the home": {ENVIRONMENT: "data: {provider: git, path: ../../outside/data}\n"},
    "a pool's folder outside of the home": {ENVIRONMENT: "pool: {provider: local, path: OUTSIDE/pool}\n"},
    "variables of the machine for jobs": {ENVIRONMENT: "pool: {provider: local, inherit: [PLANNERS_TOKEN]}\n"},
    "an environment that only this commit has": {"environments/other/environment.yaml": "description: new\n"},
    "a provider of a package": {ENVIRONMENT: "pool: {provider: 'evil:Pool'}\n"},
    "a variable of the process": {"specs/datasets/a.yaml": "description: '${oc.env:PLANNERS_TOKEN}'\nsource: {}\n"},
    "a variable as the environment's": {ENVIRONMENT: "variables: {a: '${oc.env:PLANNERS_TOKEN}'}\n"},
    "a secret as the environment's variable": {
        ENVIRONMENT: "variables: {a: '${secret:WAREHOUSE}'}\n",
        "specs/datasets/a.yaml": "description: '${env.a}'\nsource: {files: {url: a.csv, format: csv}}\n",
    },
    "an object that is made": {
        "specs/pools/a.yaml": "capacity: {cpus: 1, _target_: os.system, _args_: [touch made]}\n"
    },
    "a source that is a file here": {
        "specs/datasets/a.yaml": "source: {files: {url: 'OUTSIDE/token', format: csv}}\ncolumns: {a: {type: string}}\n"
    },
    "a source that is an address": {
        "specs/datasets/a.yaml": "source: {files: {url: 'http://127.0.0.1:9/a.csv', format: csv}}\n"
    },
    "a spec from elsewhere by defaults": {
        "specs/pools/a.yaml": "defaults: [OUTSIDE/pool, ../../../outside/pool, _self_]\ncapacity: {cpus: 1}\n"
    },
    "a search path of Hydra": {
        "specs/pools/a.yaml": "hydra: {searchpath: ['file://OUTSIDE', 'pkg://evil']}\ncapacity: {cpus: 1}\n"
    },
    "code of one's own": {
        "specs/experiments/a.yaml": "dataset: datasets/loans\ntarget: paid\nrunner: {module: evil}\n"
        "metric: {name: accuracy}\n",
        "evil.py": "open('made', 'w')\n",
    },
    "a command of one's own": {
        "specs/experiments/a.yaml": "dataset: datasets/loans\ntarget: paid\n"
        "runner: {command: [sh, -c, 'touch made; cat OUTSIDE/token']}\nmetric: {name: accuracy}\n"
    },
    "files that Python and Git obey": {
        "sitecustomize.py": "open('made', 'w')\n",
        "reconciler/__init__.py": "open('made', 'w')\n",
        "click.py": "open('made', 'w')\n",
        ".gitattributes": "* filter=evil diff=evil\n",
        ".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = http://127.0.0.1:9/a.git\n',
        ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:9/\n",
    },
    "names that are paths": {"specs/pools/..%2F..%2Fa.yaml": "capacity: {cpus: 1}\n"},
    "markup": {
        "specs/datasets/a.yaml": "description: '[/red] <script>'\nsource: {files: {url: '[link=x]', format: csv}}\n"
    },
}

REFUSED = {
    "an environment that only this commit has",
    "a provider of a package",
    "a variable as the environment's",
}
"""Ways that break the environment's file, or bring one: there is nothing to plan for. All others are planned."""


class Machine:
    """The machine that plans: a clone whose watched branch is in force, a home, and files that nobody may read."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.outside, self.log = folder, folder / "outside", folder / "watched.jsonl"
        self.outside.mkdir()
        (self.outside / "token").write_text(TOKEN)
        (self.outside / "pool.yaml").write_text(f"description: {TOKEN}\n")
        (self.outside / "kubeconfig").write_text(kubeconfig(self.outside / "token"))
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(WATCH)
        self.clone = Clone(folder / "clone")
        self.clone.commit(MERGED)
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SETPOINT_")},
            "PYTHONPATH": os.pathsep.join((str(site), str(ROOT))),
            "PYTHONSAFEPATH": "1",
            "WATCHED": str(self.log),
            "SETPOINT_HOME": str(folder / "home"),
            "SETPOINT_SECRET_WAREHOUSE": PASSWORD,
            "PLANNERS_TOKEN": TOKEN,
        }

    def propose(self, files: Mapping[str, str]) -> str:
        """Commit files to a branch that isn't merged; return the commit."""
        self.clone.git("switch", "--quiet", "-c", "proposal")
        commit = self.clone.commit({path: text.replace("OUTSIDE", str(self.outside)) for path, text in files.items()})
        self.clone.git("switch", "--quiet", "main")
        return commit

    def plan(self, *words: str) -> str:
        """Run `setpoint plan`; return all that it printed."""
        line = [sys.executable, "-m", "reconciler", "plan", *words]
        done = subprocess.run(
            line, cwd=self.clone.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )
        assert "a defect" not in done.stderr
        return done.stdout + done.stderr

    def did(self) -> list[tuple[str, str]]:
        """Return what the command and its children did."""
        lines: list[list[Any]] = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [(verb, str(what)) for verb, *named in lines for what in named]

    def files(self) -> dict[str, bytes]:
        """Return all files of the machine but Git's own of the clone, and what is in them."""
        return {
            str(path): path.read_bytes() if path.is_file() else b""
            for path in sorted(self.folder.rglob("*"))
            if path != self.log and ".git" not in path.relative_to(self.folder).parts
        }


def kubeconfig(token: Path) -> str:
    """Write a kubeconfig whose user is read from a file, and whose server is an address of ours."""
    return json.dumps(
        {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
            "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:9"}}],
            "users": [{"name": "a", "user": {"tokenFile": str(token)}}],
        }
    )


def planned(commit: str, machine: Machine) -> list[list[str]]:
    """Return the words of a plan for a commit, as if it were the branch's newest."""
    return [["--commit", commit, "--format", "markdown"], ["--commit", commit, "--json"]]


def rehearsed(commit: str, machine: Machine) -> list[list[str]]:
    """Return the words of a plan for a pull request whose base has moved on since."""
    machine.clone.commit({"README.md": "the branch moves on\n"})
    machine.clone.git("update-ref", "refs/pull/1/head", commit)
    return [["--pr", "1", "--format", "markdown"], [f"main..{commit}", "--json"]]


@pytest.mark.sweep
@pytest.mark.parametrize("form", [planned, rehearsed])
@pytest.mark.parametrize("way", WAYS)
def test_a_plan_of_what_isnt_merged_does_nothing_that_the_commit_asks_for(
    way: str, form: Callable[[str, Machine], list[list[str]]], tmp_path: Path
) -> None:
    machine = Machine(tmp_path)
    machine.plan()
    commit = machine.propose(WAYS[way])
    words = form(commit, machine)
    before = machine.files()
    machine.log.unlink()
    environments = [path.split("/")[1] for path in WAYS[way] if path.startswith("environments/")]
    told = "".join(
        machine.plan(*line, "-e", environment) for environment in (environments or ["dev"]) for line in words
    )
    if form is planned:
        assert (commit[:12] in told) != (way in REFUSED), told
    assert machine.files() == before
    assert PASSWORD not in told
    assert TOKEN not in told
    assert not [what for verb, what in machine.did() if verb == "ask"]
    assert {Path(what).name for verb, what in machine.did() if verb == "start"} <= {"git"}
    foreign = [what for _, what in machine.did() if what.startswith((str(machine.outside), "/etc/passwd"))]
    assert foreign == []


def test_the_watch_sees_what_it_is_for(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    code = f"import socket, subprocess; open({str(machine.outside / 'token')!r}); open('made', 'w')\n"
    code += "subprocess.run(['true'])\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass\n"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=machine.environ, check=True)
    assert {("read", str(machine.outside / "token")), ("write", "made"), ("start", "true")} <= set(machine.did())
    assert ("ask", "127.0.0.1") in machine.did()
