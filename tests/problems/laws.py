"""The laws that hold of every problem; each is asserted, and its message says what was told and what is right."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pyarrow import parquet

from runners.models import Model, load
from runners.serve.columns import of_instances
from runners.serve.responses import as_predictions
from tests.problems import oracle
from tests.problems.columns import Column, meaning
from tests.problems.contracts import Contract, broken_by
from tests.problems.playing import Played
from tests.problems.problem import Problem

CLOSE = 1e-9
"""Figures are told to ten digits."""
FEWEST_ROWS, FEWEST_EACH = 40, 8
"""Rows, and rows of a class, from which anything must be learned that can be."""


def nothing_crashes(played: Played) -> None:
    """A runner ends well or refuses; a refusal names what, where and what to do."""
    assert played.is_done or played.is_refused, f"exit code {played.code}: {played.told}\n{played.words[-3000:]}"
    if played.is_refused:
        lacking = [key for key in ("what", "where", "fix") if not played.told.get(key)]
        assert not lacking, f"a refusal without {', '.join(lacking)}: {played.told}"
    for violation in played.told.get("violations", ()):
        assert violation["what"], violation
        assert violation["where"], violation
        assert violation["fix"], violation


def must_be_done(played: Played, why: str) -> None:
    """A sound input is neither refused nor found wanting."""
    assert played.is_done, f"{why}, and it is refused: {played.told}"
    assert played.told["accepted"], f"{why}, and it is not accepted: {played.told['violations']}"


def data_is_what_the_source_held(problem: Problem, dataset: Played) -> None:
    """Every value that is stored is the source's, and every column of the right type."""
    stored = parquet.read_table(dataset.folder / "data.parquet")
    schema = dataset.json("schema.json")["columns"]
    assert stored.column_names == [column.name for column in problem.columns]
    for column in problem.columns:
        assert schema[column.name]["type"] == column.type, f"{column.name} is {column.type}: {schema[column.name]}"
        found, right = stored[column.name].to_pylist(), [meaning(value) for value in column.values]
        odd = [row for row, pair in enumerate(zip(found, right, strict=True)) if pair[0] != pair[1]]
        assert not odd, f"{column.name} of row {odd[0]} is {right[odd[0]]!r}, and {found[odd[0]]!r} is stored"


def contract_is_held(contract: Contract, held: Played) -> None:
    """A column's rule is broken by just the rows that the oracle says: as many, and the first of them by number."""
    rows = broken_by(contract)
    told = [violation for violation in held.told["violations"] if violation["where"] == contract.name]
    assert bool(told) == bool(rows), f"{contract.rule} is broken by rows {rows[:9]}, and {told} is told"
    assert held.told["accepted"] == (not rows), held.told["violations"]
    for violation in told:
        what = violation["what"]
        assert what.startswith(f"{len(rows):,} of {contract.problem.rows:,} "), f"{len(rows)} rows break it: {what}"
        assert "unique" in contract.rule or ", ".join(f"row {row:,}" for row in rows[:5]) in what, f"{rows}: {what}"


def profile_is_right(problem: Problem, dataset: Played) -> None:
    """Every figure of the profile is the oracle's."""
    told = dataset.json("profile.json")
    assert told["rows"] == problem.rows == dataset.told["metrics"]["rows"]
    for column in problem.columns:
        same(told["columns"][column.name], oracle.profile(column), column.name)
        _top_is_right(told["columns"][column.name], column)
    gaps = sum(len(column.values) - len(column.present) for column in problem.columns)
    same(dataset.told["metrics"]["missing_share"], gaps / problem.rows / len(problem.columns), "missing_share")
    _balance_is_right(told["target"], problem)


def _top_is_right(told: Mapping[str, Any], column: Column) -> None:
    if "top" not in told:
        return
    counted = oracle.counts(column)
    assert [one["count"] for one in told["top"]] == sorted(counted.values(), reverse=True)[:30], column.name


def _balance_is_right(told: Mapping[str, Any], problem: Problem) -> None:
    counted = oracle.counts(problem.column(problem.target))
    if told.get("balance") and len(counted) <= 30:
        right = sorted(count / counted.total() for count in counted.values())
        same(sorted(told["balance"].values()), right, "balance", within=1e-6)


def same(told: Any, right: Any, where: str, within: float = CLOSE) -> None:
    """Hold a figure, a list or a mapping of them against what is right; more may be told than is known here."""
    if isinstance(right, Mapping):
        for key, value in right.items():
            assert key in told, f"{where} lacks {key}, which is {value}"
            same(told[key], value, f"{where}.{key}", within)
    elif isinstance(right, list | tuple):
        assert len(told) == len(right), f"{where} is {told}, and {right} is right"
        for number, pair in enumerate(zip(told, right, strict=True)):
            same(*pair, f"{where}[{number}]", within)
    elif isinstance(right, float) and isinstance(told, int | float):
        assert math.isclose(told, right, rel_tol=within, abs_tol=within), f"{where} is {told}, and {right} is right"
    else:
        assert told == right, f"{where} is {told!r}, and {right!r} is right"


def is_sound(problem: Problem) -> bool:
    """Tell whether a model must be trained: enough rows of each class, and features that can be learned from."""
    counted = oracle.counts(problem.column(problem.target))
    enough = counted.total() >= FEWEST_ROWS and len(counted) > 1
    if problem.task != "regression":
        enough = enough and min(counted.values()) >= FEWEST_EACH and (problem.task != "binary" or len(counted) == 2)
    known = [row for row, value in enumerate(problem.column(problem.target).values) if value is not None]
    return enough and any(_is_learnable(column, known) for column in problem.features)


def _is_learnable(column: Column, rows: Sequence[int]) -> bool:
    present = [value for row in rows if (value := meaning(column.values[row])) is not None]
    return any(not isinstance(value, float) or math.isfinite(value) for value in present)


class Tested:
    """The test rows of a trial as it recorded them."""

    def __init__(self, trial: Played) -> None:
        self.signature = trial.json("signature.json")
        self.rows: list[dict[str, Any]] = parquet.read_table(trial.folder / "reference.parquet").to_pylist()
        self.classes = self.signature.get("classes") or []
        self.names = [one["name"] for one in self.signature["inputs"]]
        self.inputs = {one["name"]: one["datatype"] == "BYTES" for one in self.signature["inputs"]}
        """Whether each holds texts."""

    @property
    def scores(self) -> Any:
        """Return the probabilities that were recorded."""
        if not self.classes:
            return None
        if len(self.classes) == 2 and "predicted_probability" in self.rows[0]:
            return [row["predicted_probability"] for row in self.rows]
        return [[row[f"probability_{label}"] for label in self.classes] for row in self.rows]


def figures_of_a_trial_are_right(problem: Problem, trial: Played) -> None:
    """The metrics are those of the recorded answers to the test rows, and the rows are all there, each in one set."""
    tested = Tested(trial)
    truth, said = [row[problem.target] for row in tested.rows], [row["prediction"] for row in tested.rows]
    _classes_are_those_of_the_target(problem, tested.classes)
    right = oracle.measured(problem.task, truth, said, tested.scores, tested.classes)
    told = trial.told["metrics"]
    for name, value in right.items():
        if math.isfinite(value):
            assert name in told, f"{name} is {value}, and isn't told"
            same(told[name], value, name)
        else:
            assert name not in told, f"{name} is undefined, and {told[name]} is told"
    counts = trial.told["facts"]["rows"]
    assert counts["test"] == len(tested.rows)
    assert sum(counts.values()) == len(problem.column(problem.target).present), counts


def _classes_are_those_of_the_target(problem: Problem, classes: Sequence[Any]) -> None:
    """A model answers what its target holds: truths are no numbers, and numbers no texts."""
    if problem.task != "regression":
        values = {meaning(value) for value in problem.column(problem.target).present}
        assert sorted(map(repr, classes)) == sorted(map(repr, values)), f"classes are {classes}, the target's {values}"


def test_rows_are_rows_of_the_data(problem: Problem, trial: Played) -> None:
    """A test row that is named by an identifier has the values of that row."""
    if problem.identifier is None:
        return
    places = {meaning(name): row for row, name in enumerate(problem.column(problem.identifier).values)}
    for tested in Tested(trial).rows:
        row = places[tested[problem.identifier]]
        for column in (*problem.features, problem.column(problem.target)):
            right = plainly(meaning(column.values[row]))
            same(plainly(tested[column.name]), right, f"{column.name} of row {row}")


def plainly(value: Any) -> Any:
    """Return a value as a model takes it: 1, 1.0 and True are one, and what is infinite is missing."""
    if not isinstance(value, int | float):
        return value
    return float(value) if math.isfinite(value) else None


def endpoint_answers_as_the_trial_did(problem: Problem, trial: Played) -> None:
    """The answer to a row, asked as a client asks, is the one that was recorded."""
    tested = Tested(trial)
    answers = answered(load(trial.folder), [as_sent(row, tested.names) for row in tested.rows])
    assert answers["predictions"] == [row["prediction"] for row in tested.rows]
    scores = answers.get("predicted_probability", answers.get("probabilities"))
    if tested.classes:
        assert np.allclose(np.array(scores, float), np.array(tested.scores, float), rtol=0, atol=1e-6)


def as_sent(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a row as a client's JSON has it."""
    return {name: row[name] for name in names}


def answered(model: Model, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the endpoint's answer to a request of version 1."""
    request = json.loads(json.dumps({"instances": list(rows)}))
    return as_predictions(model.predict(of_instances(request, model.signature)))


def comparison_is_right(trial: Played, live: Played, compared: Played) -> None:
    """Both models are told with the figures that their own trials told, for the same rows, and with the difference."""
    told, own, others = compared.told["metrics"], trial.told["metrics"], live.told["metrics"]
    assert compared.told["facts"]["rows"] == trial.told["facts"]["rows"]["test"]
    for name in sorted(set(own) & set(others)):
        same(told[f"candidate.{name}"], own[name], f"candidate.{name}")
        same(told[f"live.{name}"], others[name], f"live.{name}", within=1e-6)
        same(told[f"difference.{name}"], own[name] - others[name], f"difference.{name}", within=1e-6)


def trial_is_right(problem: Problem, trial: Played) -> None:
    """All laws of a trial hold."""
    figures_of_a_trial_are_right(problem, trial)
    test_rows_are_rows_of_the_data(problem, trial)
    endpoint_answers_as_the_trial_did(problem, trial)


def duplicate_is_told(grown: Played, identifier: str) -> None:
    """A row that comes twice under one identifier is a violation of that column."""
    nothing_crashes(grown)
    assert not grown.told["accepted"]
    assert [one["where"] for one in grown.told["violations"]] == [identifier], grown.told["violations"]


def stranger_is_told(other: Played, name: str) -> None:
    """A column that isn't declared is a violation."""
    assert not other.told["accepted"]
    assert [one["where"] for one in other.told["violations"]] == [name], other.told["violations"]


def digests_are_the_same(one: Played, other: Played, *files: str, content: bool = True) -> None:
    """The same request gives the same content, and the same bytes of what counts."""
    if content:
        _contents_are_the_same(one, other)
    for file in files:
        assert one.told["files"][file] == other.told["files"][file], f"{file} has two digests"


def _contents_are_the_same(one: Played, other: Played) -> None:
    assert one.told["content"] == other.told["content"], f"two contents: {one.folder}, {other.folder}"
