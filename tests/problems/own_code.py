"""Code of one's own: a script that trains with scikit-learn on what it is handed, and tells all that it could see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from tests.problems.columns import meaning
from tests.problems.laws import Tested, plainly, same
from tests.problems.own_script import REPORTED
from tests.problems.playing import Played
from tests.problems.problem import IDENTIFIER, Problem, problems

NUMBERS = ("number", "integer", "few integers", "boolean")
KINDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {"matrix": NUMBERS, "by name": NUMBERS, "booster": NUMBERS, "words": ("prose",)}
)
"""The ways of the script, and the columns that it learns from: one matrix, an input for each column, or words."""
SEEN = "extra/seen.json"
LIE_THERE = ("code/own_script.py", "output", "request.json", "rows/train.csv", "rows/train.parquet")
"""What lies in the scratch folder beside the version's own files; of folders the empty ones."""
RUNNER: Mapping[str, Any] = MappingProxyType({"command": ["python", "own_script.py"], "code": "code"})
SCRIPT = Path(__file__).with_name("own_script.py")


@dataclass(frozen=True, slots=True)
class Coded:
    """A problem that a script of one's own learns in a way; `hints` are values that it is given."""

    problem: Problem
    way: str
    hints: Mapping[str, Any]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))

    @property
    def learned(self) -> tuple[str, ...]:
        """Return the columns that the script learns from."""
        names = tuple(c.name for c in self.problem.features if c.kind in KINDS[self.way])
        return names[:1] if self.way == "words" else names


@st.composite
def coded(draw: st.DrawFn, rows: st.SearchStrategy[int]) -> Coded:
    """Draw a problem with the way in which a script learns it."""
    way = draw(st.sampled_from(tuple(KINDS)))
    kinds = (*KINDS[way], *KINDS[way], "category", "day", "missing")
    drawn = problems(rows, kinds, identifiers=("first", "last"))
    told = drawn.map(lambda problem: Coded(problem, way, {"C": 0.5, "name": "größe"})).filter(lambda told: told.learned)
    return draw(told)


def params_of(told: Coded) -> dict[str, Any]:
    """Return what the trial is told besides its target."""
    return {"runner": dict(RUNNER), "features": list(told.learned), "params": {"way": told.way, **told.hints}}


def code_in(folder: Path) -> Path:
    """Leave the script in a folder of its own."""
    folder.mkdir()
    copy(SCRIPT, folder)
    return folder


def handed_what_it_may_train_on(trial: Played, dataset: Played, files: Sequence[str] = ("data/data.parquet",)) -> None:
    """The script has seen the training rows, none of the others, and no way to them.

    Args:
        trial: what it left.
        dataset: the version that it was handed a part of.
        files: what of the version lies in its scratch folder.
    """
    seen, tested, counts = trial.json(SEEN), Tested(trial), trial.told["facts"]["rows"]
    handed, names = seen["rows"], {row[IDENTIFIER] for row in tested.rows}
    assert handed == seen["rows of the CSV"] == seen["rows of the folder"], "the three forms hold different rows"
    assert not names & set(handed), f"the code was handed rows to test on: {sorted(names & set(handed))[:5]}"
    same(len(set(handed)), counts["train"], "rows that were handed")
    assert sorted(seen["files"]) == sorted([*LIE_THERE, *files]), f"other files lie about: {sorted(seen['files'])}"
    way = str(dataset.folder)
    assert way not in seen["told"], f"what the code is told leads to the data: {way}"


def told_what_was_asked(told: Coded, trial: Played) -> None:
    """The trial's own values and the seed reach the script."""
    seen = trial.json(SEEN)
    same(seen["params"], {"way": told.way, **told.hints}, "SETPOINT_PARAMS")
    same(seen["seed"], told.problem.seed, "SETPOINT_SEED")


def handed_rows_are_those_of_the_data(told: Coded, trial: Played) -> None:
    """Each value that was handed is the source's."""
    seen = trial.json(SEEN)
    places = {meaning(name): row for row, name in enumerate(told.problem.column(IDENTIFIER).values)}
    for name in (*told.learned, told.problem.target):
        values = told.problem.column(name).values
        right = [plainly(meaning(values[places[row]])) for row in seen["rows"]]
        assert [plainly(value) for value in seen["columns"][name]] == right, f"{name} was handed otherwise"


def reported_stands_beside_what_is_measured(trial: Played) -> None:
    """A figure that the code alone knows is told as it says; one that is measured isn't the code's to tell."""
    same(trial.told["metrics"]["my own"], REPORTED["my own"], "my own")
    same(trial.told["facts"]["validation"]["metrics"]["my own"], REPORTED["my own"], "my own, to rank by")
