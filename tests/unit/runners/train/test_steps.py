"""What own code tells of its steps is passed on as it comes, and kept."""

import io
import math

import pytest

from runners.contract.progress import LONGEST, Progress, line_of
from runners.train.fitted import History
from runners.train.steps import MOST, Steps, history_told, pass_on


def test_what_is_printed_is_passed_on_as_it_is_and_its_steps_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    told = f"begin ü\r50 %\r{line_of(Progress(1, 3, {'loss': 0.5}))}\nend {line_of(Progress(2))}"
    steps = Steps()
    pass_on(io.BufferedReader(io.BytesIO(told.encode())), steps)  # type: ignore[arg-type]
    assert capsys.readouterr().out == told
    assert steps.told[0] == Progress(1, 3, {"loss": 0.5})
    assert steps.told[-1].step == 2, "a last line without an end counts"


def test_a_line_that_comes_in_pieces_is_one() -> None:
    steps = Steps()
    for sign in f"{line_of(Progress(7))}\n":
        assert not steps.told
        steps.hear(sign)
    assert steps.told[0].step == 7


def test_lines_without_an_end_fill_no_memory() -> None:
    steps = Steps()
    for _ in range(50):
        steps.hear("x" * LONGEST)
    assert len(steps._open) <= LONGEST + 1
    steps.hear(f"\n{line_of(Progress(1))}\n")
    assert steps.told[0].step == 1


def test_of_very_many_steps_some_are_remembered_and_always_the_last() -> None:
    steps = Steps()
    for step in range(1, 3 * MOST):
        steps.hear(f"{line_of(Progress(step, metrics={'loss': 1.0}))}\n")
    assert len(steps.told) <= MOST + 1
    assert [one.step for one in (steps.told[0], steps.told[-1])] == [1, 3 * MOST - 1]


def test_a_history_is_made_of_two_steps_or_more() -> None:
    assert history_told([]) is None
    assert history_told([Progress(1, metrics={"loss": 0.5})]) is None
    assert history_told([Progress(1), Progress(2)]) is None
    found = history_told(
        [Progress(1, metrics={"loss": 0.5}, unit="epoch"), Progress(2, metrics={"loss": 0.25, "f1": 1})]
    )
    assert found is not None
    assert (found.step, found.figure, found.steps) == ("step", "", (1, 2))
    assert found.series["loss"] == (0.5, 0.25)
    assert math.isnan(found.series["f1"][0])
    assert isinstance(found, History)
