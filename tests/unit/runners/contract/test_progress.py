"""Lines of progress are read from whatever a job prints, and nothing but numbers and short names comes of them."""

import json

import pytest

from runners.contract.progress import (
    KEY,
    LONGEST_NAME,
    MOST_LINES,
    MOST_METRICS,
    MOST_STEPS,
    Progress,
    history_of,
    line_of,
    progress_in,
    read_line,
)


def line(**told: object) -> str:
    return json.dumps({KEY: told})


def test_what_is_written_is_read() -> None:
    told = Progress(3, 20, {"train": 0.5, "validation": 0.75}, "epoch", "loss")
    assert read_line(line_of(told)) == told
    assert told.words == "epoch 3 of 20"
    assert Progress(1500.5).words == "step 1,500.5"
    assert read_line(line_of(Progress(1, metrics={"loss": float("nan")}))) == Progress(1)


@pytest.mark.parametrize("around", ["{}", "2026-03-01 10:00 INFO {}", '{{ "x": 1 }} {} done', "\x1b[32m{}\x1b[0m"])
def test_it_is_found_wherever_it_stands_in_its_line(around: str) -> None:
    assert read_line(around.format(line(step=3, of=100, metrics={"loss": 0.3}))) == Progress(3, 100, {"loss": 0.3})


@pytest.mark.parametrize(
    "told",
    [
        "nothing",
        f'"{KEY}": {{"step": 1}}',
        f'{{"{KEY}": ',
        f'{{"{KEY}": ' + "[" * 3000,
        f'{{"{KEY}": 3}}',
        f'{{"{KEY}": [1]}}',
        line(step="3"),
        line(step=True),
        line(step=-1),
        line(of=100),
        f'{{"{KEY}": {{"step": NaN}}}}',
        f'{{"{KEY}": {{"step": 1e999}}}}',
        f'{{"{KEY}": {{"step": {"9" * 400}}}}}',
        " " * 5000 + line(step=1),
    ],
)
def test_what_tells_no_step_is_passed_over(told: str) -> None:
    assert read_line(told) is None


def test_of_metrics_only_finite_numbers_count_and_a_few_short_names() -> None:
    odd = {"nan": float("nan"), "text": "0.3", "true": True, "none": None, "deep": {"a": 1}, "huge": 10**400, "ok": 1}
    assert read_line(line(step=1, metrics=odd)) == Progress(1, metrics={"ok": 1.0})
    assert read_line(line(step=1, metrics=[1, 2])) == Progress(1)
    many = read_line(line(step=1, metrics={f"m{n}": n for n in range(99)}))
    assert many is not None
    assert list(many.metrics) == [f"m{n}" for n in range(MOST_METRICS)]
    named = read_line(line(step=1, metrics={"\x1b[31m" + "x" * 200: 1}, unit="a\u202eb", figure=7))
    assert named is not None
    assert (named.unit, named.figure) == ("a\\u202eb", "")
    assert all(name.isprintable() for name in named.metrics)
    assert len(next(iter(named.metrics))) <= LONGEST_NAME + 10, "an escape may be longer than what it stands for"


@pytest.mark.parametrize("of", [0, 2, -5, float("nan"), "9"])
def test_an_end_that_cannot_be_is_none(of: object) -> None:
    assert read_line(line(step=3, of=of)) == Progress(3)


def test_a_log_tells_its_steps_in_order_however_its_lines_end() -> None:
    text = f"begin\r{line(step=1)}\r{line(step=2)}\r\n{line(step='x')}\nend {line(step=3)}"
    assert [one.step for one in progress_in(text)] == [1, 2, 3]


def test_of_many_lines_some_are_taken_and_always_the_last() -> None:
    steps = [one.step for one in progress_in("\n".join(line(step=n) for n in range(3 * MOST_LINES + 1)))]
    assert len(steps) <= MOST_LINES
    assert steps[-1] == 3 * MOST_LINES


def test_a_step_that_is_told_again_is_what_it_was_told_last() -> None:
    told = [Progress(2, metrics={"a": 1.0}), Progress(1, metrics={"a": 2.0}), Progress(2, metrics={"a": 3.0, "b": 0.5})]
    assert history_of(told) == {
        "step": "step",
        "figure": "",
        "steps": [1, 2],
        "series": {"a": [2.0, 3.0], "b": [None, 0.5]},
    }


def test_a_history_is_thinned_to_its_last_step_and_has_no_step_without_a_figure() -> None:
    told = [Progress(n, metrics={"a": n / 2}, unit="epoch", figure="loss") for n in range(1000)]
    history = history_of([*told, Progress(1000, unit="epoch", figure="loss")])
    assert len(history["steps"]) <= MOST_STEPS
    assert history["steps"][-1] == 999
    assert (history["step"], history["figure"]) == ("epoch", "loss")
    assert history_of([]) == history_of([Progress(1)]) == {}
