"""`setpoint doctor`: what is missing on this machine, and how to get it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.finding import Finding
from reconciler.cli.output import as_json, print_json, say, styled
from reconciler.model.errors import Refused, SetpointError

if TYPE_CHECKING:
    from reconciler.plugins import Plugins

EXTRAS: dict[str, tuple[str, ...]] = {
    "local": ("uvicorn", "sklearn", "lightgbm", "onnxruntime", "pandas", "pyarrow", "sqlalchemy"),
    "monitor": ("nannyml", "statsmodels"),
    "torch": ("torch",),
    "lakefs": ("lakefs", "lakefs_spec"),
    "ray": ("ray",),
    "kubernetes": ("urllib3",),
    "forges": ("urllib3",),
    "web": ("httpx", "jinja2", "jwt", "markdown_it", "starlette", "uvicorn"),
}
"""The packages that each extra brings, by their import names."""

NEEDED = ("local", "monitor")
PACKAGES = ("reconciler", "runners")
"""What the wheel holds: general names, which other distributions have as well."""
GIT = (2, 38)
"""The oldest Git that merges without a work tree (`git merge-tree --write-tree`)."""


NOT_SEPARATED = (
    "none between users of this machine and internal endpoints, which ask for no key, and none between replicas, "
    "which run as the daemon's user: see Endpoints in the documentation"
)
"""What the embedded serving doesn't keep apart."""


@examples("setpoint doctor", "setpoint doctor --json", "setpoint doctor --forge -C https://forge/team/models -e prod")
@click.command("doctor")
@click.option("--repository", "-C", envvar="SETPOINT_REPOSITORY", show_envvar=True, help="Look at its daemon, too.")
@click.option("--environment", "-e", envvar="SETPOINT_ENVIRONMENT", show_envvar=True, help="Which daemon that is.")
@click.option("--forge", is_flag=True, help="Look at the rules of its watched branch, and at our rights, too.")
@click.option("--labelling", is_flag=True, help="Look at its labelling tool and the projects there, too.")
@as_json
def command(repository: str | None, environment: str | None, forge: bool, labelling: bool, to_json: bool) -> int:
    """Say what is missing on this machine, and how to get it. Exits with 1 when something needed is missing."""
    findings = list(examine())
    if repository:
        findings += _daemon(repository, environment)
    if forge:
        findings += _forge(repository, environment)
    if labelling:
        findings += _labelling(repository, environment)
    if to_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for f in findings:
            word, style = ("ok", "green") if f.ok else ("missing", "red") if f.needed else ("not here", "dim")
            hint = f"  → {f.fix}" if f.fix and not f.ok else ""
            say(styled(f"{word:10}", style), f"{f.what}: {f.found}{hint}")
    return Exit.FAILED if any(f.needed and not f.ok for f in findings) else Exit.OK


def examine() -> Iterator[Finding]:
    """Look at everything in turn."""
    python = sys.version_info
    yield Finding("python", ".".join(map(str, python[:3])), python >= (3, 11), fix="install Python 3.11 or newer")
    yield _names()
    yield _git()
    for extra, packages in EXTRAS.items():
        yield _extra(extra, packages)
    yield _caddy()
    yield from _signatures()
    yield from plugged()
    yield Finding("separation of embedded engines", NOT_SEPARATED, True, needed=False)
    gpus = _gpus()
    yield Finding("gpus", gpus or "none", bool(gpus), needed=False)
    yield _writable(Path(os.environ.get("SETPOINT_HOME") or Path.home()))


def _signatures() -> Iterator[Finding]:
    """Look for what environments need whose commits have to be signed."""
    for program, package in (("ssh-keygen", "OpenSSH 8.9"), ("gpg", "GnuPG 2.2")):
        path = shutil.which(program)
        fix = f"install {package} or newer, where commits are verified by such signatures"
        yield Finding(program, path or "not found", bool(path), needed=False, fix=fix)


def _forge(repository: str | None, environment: str | None) -> Iterator[Finding]:
    """Look at the forge of an environment."""
    from reconciler.cli.forge_findings import forge_findings
    from reconciler.cli.scope import settle

    yield from forge_findings(settle(repository, environment, "main", None))


def _labelling(repository: str | None, environment: str | None) -> Iterator[Finding]:
    """Look at the labelling tool of an environment."""
    from reconciler.cli.labelling_findings import labelling_findings
    from reconciler.cli.scope import settle

    yield from labelling_findings(settle(repository, environment, "main", None))


def _daemon(repository: str, environment: str | None) -> Iterator[Finding]:
    """Look when the daemon was last alive, and whether the newest commit is in force."""
    from reconciler.cli.scope import settle
    from reconciler.cli.signing_findings import signing_findings
    from reconciler.cli.status_reader import now, read_both
    from reconciler.lease.heartbeat import Life

    try:
        settings = settle(repository, environment, "main", None)
        recorded, found = read_both(settings)
    except SetpointError as error:
        yield Finding("daemon", error.message, False, fix=error.hint)
        return
    yield from signing_findings(settings)
    fix = f"setpoint run -C {repository} -e {settings.environment}"
    yield Finding("daemon", found.words(now()), found.life(now()) is Life.ALIVE, fix=fix)
    for note in recorded.last_pass.get("notes") or ():
        if str(note).startswith("commit "):
            yield Finding(
                "newest commit", str(note), False, needed=False, fix="`setpoint status` shows what is in force"
            )


def plugged(plugins: "Plugins | None" = None) -> Iterator[Finding]:
    """Look at what other packages offer: whether it can be loaded, and nobody else offers the same."""
    from reconciler.plugins import installed

    plugins = plugins or installed()
    for package, offers in plugins.others().items():
        names, wrong = ", ".join(name for _, name in offers), ""
        for group, name in offers:
            try:
                plugins.check(group, name)
            except Refused as error:
                wrong = f"{error.message}: {error.hint}"
        yield Finding(f"package {package}", f"offers {names}", not wrong, needed=False, fix=wrong)


def _names(distributions: Callable[[], Mapping[str, Sequence[str]]] = packages_distributions) -> Finding:
    """See that no other distribution has put files into our packages: which of them is read then is chance."""
    found = distributions()
    others = sorted({other for name in PACKAGES for other in found.get(name, ())} - {"setpoint"})
    fix = f"pip uninstall {' '.join(others)}, or install setpoint into an environment of its own; then install it anew"
    return Finding("packages", f"shared with {', '.join(others)}" if others else "our own", not others, fix=fix)


def _git() -> Finding:
    path = shutil.which("git")
    if not path:
        return Finding("git", "not found", False, fix="install Git")
    told = subprocess.run([path, "version"], capture_output=True, text=True, check=False, timeout=10).stdout.split()
    version = told[2] if len(told) > 2 else "?"
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return Finding("git", version, numbers >= GIT, fix=f"install Git {GIT[0]}.{GIT[1]} or newer")


def _extra(extra: str, packages: tuple[str, ...]) -> Finding:
    lacking = missing(packages)
    found = f"without {', '.join(lacking)}" if lacking else "installed"
    return Finding(f"extra {extra}", found, not lacking, extra in NEEDED, f"pip install 'setpoint[{extra}]'")


def missing(packages: tuple[str, ...]) -> list[str]:
    """Return those packages that aren't installed, without importing any."""
    return [name for name in packages if find_spec(name) is None]


def _caddy() -> Finding:
    path = shutil.which("caddy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    return Finding("caddy", path or "not found", bool(path), fix="pip install 'setpoint[local]'")


def _gpus() -> str:
    path = shutil.which("nvidia-smi")
    if not path:
        return ""
    line = [path, "--query-gpu=name", "--format=csv,noheader"]
    told = subprocess.run(line, capture_output=True, text=True, check=False, timeout=20)
    return ", ".join(told.stdout.split("\n")).strip(", ") if told.returncode == 0 else ""


def _writable(folder: Path) -> Finding:
    """See that there is room; what isn't there yet is made in the first folder above it that is."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free / 2**30
    if not os.access(there, os.W_OK):
        return Finding(
            f"disk at {folder}", f"{there} can't be written", ok=False, fix="give it to this user, or set SETPOINT_HOME"
        )
    return Finding(f"disk at {folder}", f"{free:.0f} GiB free", free > 1, fix="free some space, or set SETPOINT_HOME")
