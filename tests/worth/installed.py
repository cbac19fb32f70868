"""Streams of the data sets with time in them that installed packages ship; nothing is fetched.

Left out: `AirlinePassengers`, `ChickWeights` (river), `macrodata`, `sunspots`, `nile` (statsmodels) have fewer than 600
rows; `Bananas`, `ImageSegments`, `Phishing`, `Shuttle`, `SolarFlare`, `Yeast` (river) aren't in the order of time.
"""

from collections.abc import Callable, Iterator
from importlib.resources import files

import pandas as pd

from tests.worth.stream import Stream, stream_of

CHUNKS = 40
ANSWERS = ("y_pred", "y_pred_proba", "period", "id", "timestamp")
"""Columns of NannyML's samples that are its own models' answers, or no features."""


def installed() -> Iterator[Callable[[], Stream]]:
    """Yield what reads each."""
    yield from (census, housing, loans, commute, cards, prices, approval, stocks, flow, demand, carbon, sea)


def census() -> Stream:
    """Employment in Massachusetts, 2015 to 2018: one row of three."""
    table = _two("employment_MA_reference.pq", "employment_MA_analysis.pq", "employment_MA_analysis_target.pq")
    drop = ("id", "year", "prediction", "predicted_probability")
    return stream_of(
        "census", table.iloc[::3], "employed", chunks=CHUNKS, source="NannyML: US census, employment", drop=drop
    )


def housing() -> Stream:
    """Californian blocks in an order by place, under timestamps that somebody made."""
    table = _two(
        "california_housing_reference.csv", "california_housing_analysis.csv", "california_housing_analysis_gt.csv"
    )
    source = "NannyML: California housing"
    return stream_of("housing", table, "clf_target", chunks=CHUNKS, source=source, drop=ANSWERS, is_for_tuning=True)


def loans() -> Stream:
    """Car loans, made by NannyML."""
    names = (f"synthetic_car_loan_{part}.csv" for part in ("reference", "analysis", "analysis_target"))
    table, source = _two(*names).iloc[::2], "NannyML: car loans (synthetic)"
    return stream_of("loans", table, "repaid", chunks=CHUNKS, source=source, drop=ANSWERS, is_for_tuning=True)


def commute() -> Stream:
    """Who works from home, made by NannyML."""
    table = _two(*(f"synthetic_sample_{part}.csv" for part in ("reference", "analysis", "analysis_gt"))).iloc[::2]
    source = "NannyML: work from home (synthetic)"
    return stream_of("commute", table, "work_home_actual", chunks=CHUNKS, source=source, drop=ANSWERS)


def cards() -> Stream:
    """Which of three credit cards, made by NannyML."""
    table = _two(*(f"mc_{part}.csv" for part in ("reference", "analysis", "analysis_gt"))).iloc[::3]
    drop = (*ANSWERS, *(str(name) for name in table if str(name).startswith("y_pred")))
    return stream_of("cards", table, "y_true", chunks=CHUNKS, source="NannyML: credit cards (synthetic)", drop=drop)


def prices() -> Stream:
    """Prices of used cars, made by NannyML."""
    names = (f"regression_synthetic_{part}.csv" for part in ("reference", "analysis", "analysis_targets"))
    source = "NannyML: prices of used cars (synthetic)"
    return stream_of("prices", _two(*names).iloc[::3], "y_true", chunks=CHUNKS, source=source, drop=ANSWERS)


def approval() -> Stream:
    """A president's approval by five polls, a row a day."""
    table, source = _river("trump_approval.csv.gz"), "river: TrumpApproval"
    return stream_of(
        "approval", table, "five_thirty_eight", chunks=25, source=source, drop=("ordinal_date",), is_linear=True
    )


def stocks() -> Stream:
    """Whether ten stocks rise the next day, by today's returns: nobody should be able to tell."""
    table = _river("sp500.csv.gz").assign(rises=lambda rows: rows["next_day_return"] > 0)
    drop = ("date", "next_day_return")
    return stream_of("stocks", table, "rises", chunks=25, source="river: SP500Stocks", drop=drop, is_linear=True)


def flow() -> Stream:
    """The flow of water in a network, an hour ahead."""
    table = _river("water-flow.csv").set_axis(["time", "flow"], axis=1)
    hour = pd.to_datetime(table["time"], utc=True).dt.hour
    rows = _lagged(table.assign(hour=hour), "flow", (1, 2, 24))
    return stream_of("flow", rows, "flow", chunks=24, source="river: WaterFlow", drop=("time",), is_linear=True)


def demand() -> Stream:
    """Demand for electricity in Victoria, a day ahead; from a test of statsmodels."""
    table = pd.read_csv(str(files("statsmodels") / "tsa/stl/tests/results/mstl_elec_vic.csv"), parse_dates=["ds"])
    rows = _lagged(table.assign(hour=table["ds"].dt.hour, day=table["ds"].dt.dayofweek), "y", (24, 25, 168))
    source = "statsmodels: electricity in Victoria"
    return stream_of("demand", rows, "y", chunks=30, source=source, drop=("ds",), is_for_tuning=True)


def carbon() -> Stream:
    """Carbon dioxide at Mauna Loa, a quarter ahead, by week."""
    table = pd.read_csv(str(files("statsmodels") / "datasets/co2/co2.csv")).assign(
        date=lambda rows: pd.to_datetime(rows["date"].astype(str))
    )
    whole = table.assign(co2=table["co2"].interpolate(), week=table["date"].dt.isocalendar().week.astype(float))
    rows = _lagged(whole, "co2", (13, 52))
    return stream_of("carbon", rows, "co2", chunks=25, source="statsmodels: CO2", drop=("date",), is_linear=True)


def sea() -> Stream:
    """The temperature of the sea at El Nino, a month ahead."""
    wide = pd.read_csv(str(files("statsmodels") / "datasets/elnino/elnino.csv"))
    table = wide.melt("YEAR", var_name="name", value_name="degrees")
    table["month"] = table["name"].map({name: place for place, name in enumerate(wide.columns[1:])})
    rows = _lagged(table.sort_values(["YEAR", "month"], ignore_index=True), "degrees", (1, 2, 12))
    return stream_of(
        "sea", rows, "degrees", chunks=20, source="statsmodels: El Nino", drop=("YEAR", "name"), is_linear=True
    )


def _two(reference: str, analysis: str, outcomes: str) -> pd.DataFrame:
    """Return NannyML's two periods as one table, with the target that is in a file of its own for the second."""
    one, two, known = (_nannyml(name) for name in (reference, analysis, outcomes))
    target = next(name for name in known.columns if name != "id")
    joined = two.drop(columns=[target], errors="ignore").merge(known.astype({"id": two["id"].dtype}), on="id")
    return pd.concat([one, joined], ignore_index=True)


def _nannyml(name: str) -> pd.DataFrame:
    path = str(files("nannyml") / "datasets" / "data" / name)
    return pd.read_parquet(path) if name.endswith(".pq") else pd.read_csv(path)


def _river(name: str) -> pd.DataFrame:
    return pd.read_csv(str(files("river") / "datasets" / name))


def _lagged(table: pd.DataFrame, column: str, lags: tuple[int, ...]) -> pd.DataFrame:
    """Add the values of so many rows ago; rows that have none are left out."""
    ago = {f"{column}_{lag}": table[column].shift(lag) for lag in lags}
    return table.assign(**ago).dropna().reset_index(drop=True)
