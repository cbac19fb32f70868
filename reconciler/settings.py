"""Settings: read once from the command line and the environment, then frozen."""

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.text import without_credentials
from runners.contract.secrets import PREFIX, SECRET

APP_KEY = "GITHUB_APP_KEY"
"""The secret that is the key of the App by which Git reaches the repository, where no file is."""
_PROGRAMS = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_\w+|VIRTUAL_ENV|CONDA_PREFIX|LD_LIBRARY_PATH|DYLD_\w+"
    r"|PYTHON\w+|(?i:https?|ftp|all|no)_(?i:proxy)|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|XDG_\w+"
    r"|CUDA\w*|NVIDIA\w*|NCCL_\w+|ROCR?_\w+|HIP_\w+|OPENBLAS_\w+|OMP_\w+|MKL_\w+"
)
"""Variables that programs need to run, to be reached and to find devices and libraries; none of them is a secret."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command or daemon is told from outside.

    `repository` is a path or a URL, `branch` the watched branch. `home` is the folder for everything that the embedded
    engines keep. Commits have to be signed by those whom the files `verify_with` list, if there are any, and
    what is merged is signed by `signing_key`. `lease` says what decides which daemon may write. `author` is whose
    commits a command makes, `name <address>`; unset, the program's own.
    """

    repository: str
    environment: str
    branch: str = "main"
    home: Path = Path()
    verify_with: tuple[Path, ...] = ()
    signing_key: Path | None = None
    lease: str = "git"
    author: str = ""

    @property
    def place(self) -> str:
        """Return the repository as people may see it: without credentials."""
        return without_credentials(self.repository)


def inherited(environ: Mapping[str, str], more: Collection[str] = ()) -> dict[str, str]:
    """Return those environment variables that a program of others may have: an allow list, and those named beside it.

    The daemon's own environment variables hold every team's secrets, its keys of the data store and its tokens.
    """
    return {name: value for name, value in environ.items() if name in more or _PROGRAMS.fullmatch(name)}


def reveal(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Replace every `${secret:NAME}` in a provider's option by the secret itself.

    Raises:
        Refused: a secret isn't set where the daemon runs.
    """
    for name in SECRET.findall(text):
        if PREFIX + name not in environ:
            raise Refused(f"the secret {name} is not set", f"set {PREFIX}{name} where the daemon runs")
    return SECRET.sub(lambda found: environ[PREFIX + found[1]], text)


def trusted(environ: Mapping[str, str] = os.environ) -> tuple[tuple[Path, ...], Path | None]:
    """Return what the environment variables say of `Settings.verify_with` and `Settings.signing_key`."""
    files = [name for name in environ.get("SETPOINT_VERIFY_WITH", "").split(os.pathsep) if name]
    key = environ.get("SETPOINT_SIGNING_KEY")
    return tuple(Path(name).absolute() for name in files), Path(key).absolute() if key else None


def git_app(environ: Mapping[str, str] = os.environ) -> Mapping[str, Any]:
    """Return the App of GitHub by which Git reaches the repository, as options of the forge `github`; none if unset."""
    app, file = environ.get("SETPOINT_GITHUB_APP", ""), environ.get("SETPOINT_GITHUB_APP_KEY_FILE", "")
    if not app:
        return {}
    return {"app": app, "private_key_file": file} if file else {"app": app, "private_key": f"${{secret:{APP_KEY}}}"}


def default_home(repository: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the embedded engines of a repository keep their state, unless SETPOINT_HOME says otherwise.

    It is a folder of the user's state (XDG Base Directory), named after the repository and a digest of its place.
    """
    if told := environ.get("SETPOINT_HOME"):
        return Path(told).expanduser().absolute()
    base = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    repository = without_credentials(repository)
    place = repository if "://" in repository else str(Path(repository).absolute())
    name = Path(place.rstrip("/")).name.removesuffix(".git") or "repository"
    return base / "setpoint" / f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
