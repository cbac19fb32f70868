"""What `make worth` computes: on one small data set the whole, and each piece against what is known of it."""

from collections.abc import Callable
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from runners.sequential.paying import Terms
from tests.worth import __main__ as command
from tests.worth.installed import approval, stocks
from tests.worth.losses import Losses, losses_of
from tests.worth.made import CHUNK, FIRST, mixed, stagger
from tests.worth.named import TableRefusedError, named
from tests.worth.page import POLICIES, page
from tests.worth.pictures import policies
from tests.worth.playing import best, played
from tests.worth.policies import Newest, Ours, Periodic, Threshold, all_played, tuned
from tests.worth.results import LAG, Result, delays, quiet, results
from tests.worth.stream import stream_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def losses() -> Losses:
    return losses_of(approval(), None)


def test_on_a_stream_that_ages_ours_costs_less_than_never_and_always(losses: Losses) -> None:
    found = all_played(losses, LAG, 0.2 * losses.rows)
    assert found["ours"].cost < min(found["never"].cost, found["always"].cost)
    assert found["oracle"].cost <= min(
        found[name].cost for name in ("never", "always", "periodic", "ADWIN", "DDM", "CARA")
    )


def test_the_page_and_a_picture_are_made_of_what_was_measured(tmp_path: Path) -> None:
    found = [one for stream in (approval(), stocks()) for one in results(stream, tmp_path)]
    told = page(found, quiet([approval()], tmp_path))
    assert all(f"\n| {name} | river: " in told for name in ("approval", "stocks"))
    assert "## Targets\n\nOn 2 held-out streams" in told
    policies(found, tmp_path / "policies.png")
    assert (tmp_path / "policies.png").read_bytes().startswith(b"\x89PNG")
    again = [one for stream in (approval(), stocks()) for one in results(stream, tmp_path)]
    assert [one.played for one in again] == [one.played for one in found], "what was kept is what was computed"


def test_the_page_that_is_committed_is_of_this_command() -> None:
    told = (ROOT / "docs" / "worth.md").read_text("utf-8")
    assert f"| stream | rows | {' | '.join(POLICIES)} |" in told
    assert all((ROOT / "docs" / "images" / f"worth-{name}.png").exists() for name in ("policies", "stream"))


matrices = st.integers(3, 7).flatmap(
    lambda size: arrays(np.float64, (size, size), elements=st.floats(0, 10, allow_nan=False, width=16))
)


@settings(max_examples=40, deadline=None)
@given(matrices, st.integers(0, 1), st.floats(0, 20))
def test_the_best_in_hindsight_is_the_least_of_all_plans(costs: np.ndarray, lag: int, price: float) -> None:
    chunks = len(costs)
    moments = range(2 + lag, chunks)
    plans = chain.from_iterable(combinations(moments, count) for count in range(len(moments) + 1))
    found = best(costs, lag, price)
    assert found.cost == pytest.approx(min(_cost(costs, plan, lag, price) for plan in plans))
    assert found.cost == pytest.approx(_cost(costs, found.trainings, lag, price))


def _cost(costs: np.ndarray, plan: tuple[int, ...], lag: int, price: float) -> float:
    model, total = 0, price * len(plan)
    for chunk in range(1 + lag, len(costs)):
        model = chunk - 1 - lag if chunk in plan else model
        total += costs[model, chunk]
    return float(total)


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_no_policy_sees_what_comes_later(losses: Losses, lag: int) -> None:
    """What came after chunk 12 is made anew: whatever was decided until its labels came stays."""
    other = losses.of_rows.copy()
    other[:, 13:] = np.random.default_rng(1).random(other[:, 13:].shape)
    held = losses.held_out.copy()
    held[13:] = 0.5
    changed = Losses(other, held)
    for make in (lambda: Ours(Terms(2.0)), lambda: Threshold(0.05)):
        one, two = played(make(), losses, lag, 2.0), played(make(), changed, lag, 2.0)
        until = 13 + lag + 1
        assert [at for at in one.trainings if at < until] == [at for at in two.trainings if at < until]


def test_a_period_is_kept_and_a_training_is_paid(losses: Losses) -> None:
    assert played(Periodic(3), losses, 1, 0.0).trainings == tuple(range(5, 25, 3))
    never = played(Periodic(99), losses, 1, 7.0)
    assert not never.trainings
    assert never.cost == pytest.approx(losses.costs[0, 2:].sum())
    assert played(Periodic(20), losses, 1, 7.0).cost - played(Periodic(20), losses, 1, 0.0).cost == pytest.approx(7.0)


def test_a_threshold_is_chosen_by_the_first_third_alone(losses: Losses) -> None:
    later = losses.of_rows.copy()
    later[:, 9:] = 1.0
    assert tuned(Losses(later, losses.held_out), 1, 1.0) == tuned(losses, 1, 1.0)
    assert Newest().begins(4, losses.held_out[0], lambda _: losses.held_out[0]) == 4


def test_a_shuffled_stream_has_the_same_rows_and_no_changes() -> None:
    stream = approval()
    other = stream.shuffled(1)
    assert sorted(other.target) == sorted(stream.target)
    assert not np.array_equal(other.target, stream.target)
    row = int(np.flatnonzero(other.target == stream.target[3])[0])
    assert other.features.iloc[row].tolist() == stream.features.iloc[3].tolist()


def test_a_stream_changes_where_it_says() -> None:
    stream = stagger(1)
    one, two = (
        stream.features.assign(known=stream.target).iloc[part] for part in (slice(0, FIRST), slice(FIRST, FIRST + 4000))
    )
    known = one.groupby(list(stream.features))["known"].nunique()
    assert known.max() == 1, "of a concept without noise each row has one answer"
    both = pd.concat([one, two]).groupby(list(stream.features))["known"].nunique()
    assert both.max() == 2
    result = Result(mixed(1), 0.05, 1, {"ours": played(Periodic(16), _quick(40), 1, 0.0)})
    assert delays(result, "ours") == [pytest.approx(18 - FIRST / CHUNK)]


def _quick(chunks: int) -> Losses:
    return Losses(np.zeros((chunks, chunks, 2)), np.zeros((chunks, 2)))


def turned(rows: int = 3000) -> pd.DataFrame:
    """Return a table whose rule is turned around after two thirds."""
    random = np.random.default_rng(2)
    color, size = random.choice(["red", "blue"], rows), random.normal(size=rows)
    first = (color == "red") == (np.arange(rows) < 2 * rows // 3)
    when = pd.date_range("2026-01-01", periods=rows, freq="h", tz="Europe/Berlin").astype(str)
    table = pd.DataFrame({"when": when, "color": color, "size": size, "bought": np.where(first, "yes", "no")})
    return table.sample(frac=1.0, random_state=3)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_a_table_of_anybody_s_is_played_in_the_order_of_its_time(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"rows.{ending}"
    turned().to_parquet(file) if ending == "parquet" else turned().to_csv(file, index=False)
    stream = named(file, "when", "bought", 15)
    assert (stream.classes, stream.chunks, list(stream.features)) == (2, 15, ["color", "size"])
    found = all_played(losses_of(stream, None), 0, 5.0)
    assert found["ours"].trainings[0] in {11, 12}
    assert found["ours"].cost < min(found["never"].cost, found["always"].cost)


def test_the_command_prints_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "KEPT", tmp_path / "kept")
    turned().to_csv(tmp_path / "rows.csv", index=False)
    words = ["--table", str(tmp_path / "rows.csv"), "--time", "when", "--target", "bought", "--chunks", "15"]
    assert command.main(words) == 0
    told = capsys.readouterr().out
    assert "rows.csv: 15 chunks of 200 rows, to predict one of 2 classes; labels 1 chunk late" in told
    assert "| 5 % | " in told
    assert command.main([*words, "--lag", "12"]) == 2
    assert "with labels late by 12 of 15 chunks too little is left" in capsys.readouterr().err
    assert command.main([*words[:-4], "--target", "sold"]) == 2
    assert "has no column sold; it has when, color, size, bought" in capsys.readouterr().err
    assert command.main(words[:2]) == 2
    assert "TIME=" in capsys.readouterr().err


def test_numbers_moments_and_gaps_are_columns_as_others() -> None:
    table = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-01-01", "2026-01-03", "NaT"]),
            "word": ["b", None, "a"],
            "flag": [True, False, True],
            "y": [0.5, 1.5, 2.5],
        }
    )
    stream = stream_of("three", table, "y", chunks=3, source="here")
    assert stream.classes == 0
    assert stream.features.to_numpy().tolist()[:2] == [[0.0, 1.0, 1.0], [2.0, pytest.approx(np.nan, nan_ok=True), 0.0]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.assign(when="soon"), "has 'soon'"),
        (lambda rows: rows.head(50), "has 50 rows"),
        (lambda rows: rows.assign(bought="yes"), "the same value in all rows"),
        (lambda rows: rows.assign(bought=[f"c{row}" for row in rows.index]), "has 3000 different texts"),
        (lambda rows: rows.assign(when="01/02/2026"), "may be day or month first"),
    ],
)
def test_a_table_that_tells_nothing_is_refused(
    tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame], told: str
) -> None:
    change(turned()).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(TableRefusedError, match=told):
        named(tmp_path / "rows.csv", "when", "bought", 15)


@pytest.mark.parametrize("written", ["%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S+02:00"])
def test_dates_are_read_in_the_one_way_that_fits(tmp_path: Path, written: str) -> None:
    when = pd.Series(pd.date_range("2026-01-01", periods=400, freq="12h"))
    table = pd.DataFrame({"when": when.dt.strftime(written), "row": range(400), "y": np.arange(400) % 2})
    table.sample(frac=1.0, random_state=1).to_csv(tmp_path / "rows.csv", index=False)
    assert named(tmp_path / "rows.csv", "when", "y", 10).features["row"].tolist() == list(range(400))


def test_infinite_numbers_are_missing(tmp_path: Path) -> None:
    table = pd.DataFrame({"when": range(400), "x": [np.inf, 1.0] * 200, "y": np.arange(400) / 7})
    table.loc[3, "y"] = -np.inf
    table.to_csv(tmp_path / "rows.csv", index=False)
    stream = named(tmp_path / "rows.csv", "when", "y", 10)
    assert (len(stream.target), int(stream.features["x"].isna().sum())) == (399, 200)
    assert np.isfinite(losses_of(stream, None).of_rows).all()


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_text("no")
    for name in ("rows.parquet", "missing.csv"):
        with pytest.raises(TableRefusedError, match="can't be read as CSV or Parquet"):
            named(tmp_path / name, "when", "bought", 15)
