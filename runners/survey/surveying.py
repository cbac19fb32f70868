"""One survey: a file and the name of its target, to all that a repository's first specs say."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.ingest.ingestion import ingest
from runners.ingest.outcome import PROFILE
from runners.ingest.parameters import Parameters
from runners.ingest.profile.preparations import Profile, find_preparations
from runners.ingest.profile.preparations import Roles as Told
from runners.ingest.profile.preparing import propose_preparations
from runners.ingest.profile.proposal import propose_columns
from runners.sources.parameters import DatasetSource
from runners.survey import task as tasks
from runners.survey.leaks import renamed
from runners.survey.roles import guessed, names_of_rows
from runners.survey.written import Asked, Written, written
from runners.train.features import ANSWERS
from runners.train.nearest import did_you_mean

COPIED, NAMES = "target_copied", "drop_identifiers"
SCALED = [{"scale": "standard"}]
"""What trainers that need it do anyway."""
LONGEST = 200
"""Characters of a column's name."""
_SHOWN = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for."""

    target: str
    task: tasks.Task | None = None
    identifier: str | None = None
    asked: Asked = field(default_factory=Asked)


def survey(path: str, wish: Wish) -> dict[str, Any]:
    """Return what a repository's first specs say of a file, as JSON.

    Raises:
        InputError: the file can't be understood, or nothing can be learned from it.
    """
    how = written(path, wish.asked)
    for role in filter(None, (wish.target, wish.identifier)):
        if role not in how.names:
            raise InputError(f"there is no column {shown(role)}", path, did_you_mean(role, how.names))
    _check_names(how, path)
    with TemporaryDirectory(prefix="setpoint-survey-") as place:
        folder = Path(place)
        params = Parameters(source=DatasetSource(files=how.source), minimum_rows=0, target=wish.target)
        ingest("survey", params, folder)
        profile = json.loads((folder / PROFILE).read_text("utf-8"))
        if not profile["rows"]:
            raise InputError("there are no rows, only a header", path, "export the rows, too")
        return _told(how, wish, profile, folder)


def _check_names(how: Written, path: str) -> None:
    """See that specs can say the columns' names, and that a model's answers can have theirs.

    Raises:
        InputError: one is called otherwise.
    """
    for name in how.names:
        if not speakable(name):
            raise InputError(
                f"a column is called {shown(name)}, which no spec can say", path, "rename it in the header"
            )
        if name in ANSWERS:
            what = f"a column is called {name}, as what a model answers is"
            raise InputError(what, path, "rename it in the header, or take it out if a former model said it")


def speakable(name: str) -> bool:
    """Tell whether a spec can say the name of a column: on one line, and no interpolation."""
    return name.isprintable() and "${" not in name and len(name) <= LONGEST


def _told(how: Written, wish: Wish, profile: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    columns = profile["columns"]
    task = tasks.asked_of(wish.target, columns[wish.target], wish.task)
    roles = guessed(columns, profile["rows"], wish.target)
    told = Told(wish.identifier or roles.identifier, wish.target, roles.timestamp)
    findings = [one for one in profile["findings"] if one["severity"] in _SHOWN]
    leaks = _leaks(findings, told, columns, folder)
    names, steps = _prepared(columns, told, leaks)
    without = [name for name in (told.identifier, *leaks, *names) if name]
    if not told.features(columns).keys() - set(without):
        fix = "give the file columns that are known when a prediction is asked for"
        raise InputError(f"there is no column to learn {wish.target} from", how.source.url, fix)
    return {
        "source": how.source.model_dump(mode="json", exclude_defaults=True, exclude={"url"}),
        "columns": propose_columns(columns, told.identifier),
        "rows": profile["rows"],
        "target": wish.target,
        "identifier": told.identifier,
        "timestamp": told.timestamp,
        "task": {"name": task.task, "metric": task.metric, "goal": task.goal, "gate": task.gate, "why": task.why},
        "exclude": without,
        "preparations": steps,
        "leaks": leaks,
        "names": names,
        "doubtful": list(how.doubtful),
        "findings": [{"what": one["what"], "fix": one["fix"]} for one in _worth_telling(findings, without)],
    }


def _leaks(findings: Any, told: Told, columns: Profile, folder: Path) -> list[str]:
    """Return the columns that give the target away."""
    others = list(told.features(columns))
    found = {name for one in findings if one["kind"] == COPIED for name in one["columns"]}
    found |= set(renamed(folder, str(told.target), others))
    return [name for name in others if name in found]


def _prepared(columns: Profile, told: Told, leaks: Collection[str]) -> tuple[list[str], dict[str, Any]]:
    """Return the columns that only name rows, and the preparations of all that are learned from."""
    learned = {name: column for name, column in columns.items() if name not in leaks}
    found = find_preparations(learned, told)
    of_rows = [name for one in found if one["name"] == NAMES for name in one["columns"]]
    names = list(names_of_rows(columns, of_rows))
    kept = [
        one | {"columns": [name for name in one["columns"] if name not in of_rows or name in names]} for one in found
    ]
    steps = propose_preparations(learned, told, kept)
    return names, {name: one for name, one in steps.items() if name not in names and one != SCALED}


def _worth_telling(findings: Any, without: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield findings about what is learned from; that columns give the target away is told by itself."""
    for one in findings:
        if one["kind"] not in (COPIED, "target_by_order") and not set(one["columns"]) & set(without):
            yield one
