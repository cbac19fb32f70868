"""`python -m tests.worth`: writes docs/worth.md; with `--table`, prints what policies cost on a table of anybody's."""

import argparse
import os
import sys
from pathlib import Path

# One thread: matrices of a few hundred rows are slower by several, and figures are the same on all machines.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from reconciler.model.text import counted
from tests.worth.installed import installed
from tests.worth.losses import losses_of
from tests.worth.made import made
from tests.worth.named import TableRefusedError, named
from tests.worth.page import POLICIES, page, percent, table
from tests.worth.pictures import SHOWN, one_stream, policies
from tests.worth.policies import all_played
from tests.worth.results import LAG, PRICES, RATE, Result, quiet, results
from tests.worth.stream import Stream

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".bench" / "worth"


def main(words: list[str]) -> int:
    """Write the page, or tell of one table."""
    told = _parser().parse_args(words)
    if not told.table:
        return _write(ROOT / "docs")
    if not told.time or not told.target:
        print("setpoint: name the column of time (TIME=) and the one to predict (TARGET=), too", file=sys.stderr)
        return 2
    if not 0 <= told.lag <= told.chunks - 4:
        print(f"setpoint: with labels late by {told.lag} of {told.chunks} chunks too little is left", file=sys.stderr)
        return 2
    try:
        stream = named(Path(told.table), told.time, told.target, told.chunks)
    except TableRefusedError as error:
        print(f"setpoint: {error}", file=sys.stderr)
        return 2
    print(one_table(stream, told.lag))
    return 0


def one_table(stream: Stream, lag: int) -> str:
    """Return what each policy costs on a stream, over the best in hindsight, and how often it trains."""
    losses = losses_of(stream, KEPT)
    rows = []
    for price in PRICES:
        told = Result(stream, price, lag, all_played(losses, lag, price * losses.rows, RATE))
        over = told.over_oracle
        costs = (f"{over[name]:.2f} ({len(told.played[name].trainings)})" for name in POLICIES)
        rows.append((percent(price), *costs, f"{told.played['oracle'].cost:.0f}"))
    what = "a number" if not stream.classes else f"one of {stream.classes} classes"
    size = f"{stream.chunks} chunks of {stream.chunk} rows"
    top = f"{stream.name}: {size}, to predict {what}; labels {counted(lag, 'chunk')} late\n\n"
    legend = "\nThe cost over that of the oracle; in brackets, how often it trained.\n"
    return top + table(("price", *POLICIES, "oracle's cost in losses"), rows) + legend


def _write(docs: Path) -> int:
    found, streams = list[Result](), list[Stream]()
    for make in (*installed(), *made()):
        stream = make()
        streams.append(stream)
        found += results(stream, KEPT)
        ours = found[-1].over_oracle["ours"]
        print(f"{stream.name}: {stream.chunks} chunks of {stream.chunk}; ours costs {ours:.2f} of the best", flush=True)
    (docs / "worth.md").write_text(page(found, quiet(streams, KEPT)), "utf-8")
    policies(found, docs / "images" / "worth-policies.png")
    shown = next(one for one in streams if one.name == SHOWN)
    one_stream(found, losses_of(shown, KEPT), docs / "images" / "worth-stream.png")
    print(f"wrote {docs / 'worth.md'} and its pictures")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.worth", description=__doc__)
    parser.add_argument("--table", default="", help="a CSV or Parquet file")
    parser.add_argument("--time", default="", help="its column of time")
    parser.add_argument("--target", default="", help="the column to predict")
    parser.add_argument("--lag", type=int, default=LAG, help="chunks until labels come")
    parser.add_argument("--chunks", type=int, default=40, help="how many the rows are cut into")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
