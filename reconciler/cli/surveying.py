"""What a CSV file holds, as the runners that will read it see it: asked in a process of its own."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.model.errors import Refused, Unavailable
from reconciler.untrusted import parse

PATIENCE = 3600.0
_SPOKEN = {
    "set source.files.delimiter": "say --delimiter",
    "set source.files.encoding, such as": "say --encoding, such as",
}
"""What a runner says of a spec's fields, and what is typed here."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A CSV file, the column that is predicted, and what else a person says of it."""

    file: Path
    target: str
    task: str | None = None
    identifier: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None


def surveyed(wish: Wish) -> dict[str, Any]:
    """Return what the first specs say of a file.

    Raises:
        Refused: the file can't be understood, nothing can be learned from it, or the runners aren't installed.
        Unavailable: it can't be read.
    """
    _check_place(wish.file)
    _check_extras()
    given = {name: getattr(wish, name) for name in ("task", "identifier", "encoding", "delimiter", "decimal")}
    words = [f"--{name}={value}" for name, value in given.items() if value is not None]
    line = [sys.executable, "-m", "runners.survey", f"--target={wish.target}", *words, "--", str(wish.file.absolute())]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return _answer(done, wish.file)


def _answer(done: "subprocess.CompletedProcess[str]", file: Path) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = parse(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        last = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
        raise Unavailable(f"{file} couldn't be looked at: {last[0]}") from None
    if "error" in answer:
        raise Refused(*_told(answer["error"], file))
    return answer


def _told(error: Mapping[str, str], file: Path) -> tuple[str, str]:
    """Return a runner's error as the command line tells it."""
    place, what, fix = error["where"], error["what"], error["fix"]
    for of_spec, typed in _SPOKEN.items():
        fix = fix.replace(of_spec, typed)
    is_column = place and place not in (str(file.absolute()), file.name)
    of_line = place if is_column and place.startswith(f"{file.name}:") else str(file)
    return f"{of_line}: {what}", fix


def _check_place(file: Path) -> None:
    """See that a spec can say where the file lies.

    Raises:
        Refused: it can't, or nothing lies there.
    """
    if not file.is_file():
        raise Refused(f"there is no file {file}", "name a CSV file: rows, below a line with the columns' names")
    place = str(file.absolute())
    if "${" in place or "::" in place or not place.isprintable():
        raise Refused(f"{place} is a path that no spec can say", "move the file to a folder with a plain name")


def _check_extras() -> None:
    from reconciler.cli.doctor import EXTRAS, missing

    if missing(EXTRAS["local"]):
        raise Refused("looking at data needs the extra local", "pip install 'setpoint[local,monitor]'")
