"""Finds a file that ships in an installed package, without importing the package."""

from importlib.util import find_spec
from pathlib import Path


def shipped(package: str, path: str, extra: str) -> Path:
    """Return the place of a file inside an installed package.

    Args:
        package: the top-level package, which isn't imported: NannyML would take ten seconds.
        path: the file, relative to the package's folder.
        extra: the extra of Setpoint that brings the package.

    Raises:
        FileNotFoundError: the package isn't installed, or has no such file.
    """
    spec = find_spec(package)
    folders = (spec.submodule_search_locations or ()) if spec else ()
    for folder in folders:
        if (file := Path(folder, path)).is_file():
            return file
    if not folders:
        raise FileNotFoundError(f'{package} is not installed: pip install "setpoint[{extra}]"')
    raise FileNotFoundError(f"the installed {package} doesn't ship {path}: install the locked version")
