"""Choosing: which examples people are asked about, in which order, and what they are shown."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError, Request, Result
from runners.label import choosing
from runners.label.campaigns import item_of


def dataset(folder: Path, **columns: list[Any]) -> Path:
    place = folder / "data"
    place.mkdir(exist_ok=True)
    parquet.write_table(pa.table(columns), place / "data.parquet")
    (place / "profile.json").write_text('{"identifier": {"column": "id"}}', "utf-8")
    return place


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    rows = range(40)
    return dataset(
        tmp_path,
        id=[f"m{n}" for n in rows],
        text=[f"text {n}" for n in rows],
        region=["rare" if n < 4 else "common" for n in rows],
        score=[n / 39 for n in rows],
    )


def choose(data: Path, out: Path, **params: Any) -> tuple[Result, list[dict[str, Any]]]:
    out.mkdir()
    told = {"columns": ["text"], **params}
    request = Request(run="labels/x/0", runner="choose", params=told, inputs={"dataset": data.as_uri()}, output="")
    result = choosing.run(request, out)
    return result, [one for path in result.facts["parts"] for one in json.loads((out / path).read_text("utf-8"))]


def test_every_example_is_shown_with_what_finds_it_again(mails: Path, tmp_path: Path) -> None:
    result, shown = choose(mails, tmp_path / "out")
    assert sorted(one["data"]["id"] for one in shown) == sorted(f"m{n}" for n in range(40))
    assert [one["item"] for one in shown] == result.facts["items"] == [item_of(one["data"]["id"]) for one in shown]
    assert all(set(one["data"]) == {"text", "id"} for one in shown)


def test_a_sample_is_the_beginning_of_the_whole_and_the_same_each_time(mails: Path, tmp_path: Path) -> None:
    whole = choose(mails, tmp_path / "whole")[0].facts["items"]
    few, again = (choose(mails, tmp_path / name, sample=7)[0] for name in ("few", "again"))
    assert few.facts["items"] == whole[:7]
    assert few.content == again.content


def test_a_condition_leaves_others_out(mails: Path, tmp_path: Path) -> None:
    _, shown = choose(mails, tmp_path / "out", where="region = 'rare' -- and nothing else")
    assert sorted(one["data"]["id"] for one in shown) == ["m0", "m1", "m2", "m3"]


def test_a_sample_is_spread_over_slices(mails: Path, tmp_path: Path) -> None:
    _, shown = choose(mails, tmp_path / "out", sample=8, each="region", columns=["text", "region"])
    regions = [one["data"]["region"] for one in shown]
    assert (regions.count("rare"), regions.count("common")) == (4, 4)


def test_the_most_uncertain_come_first(mails: Path, tmp_path: Path) -> None:
    _, shown = choose(mails, tmp_path / "out", sample=4, uncertain="score")
    assert sorted(one["data"]["id"] for one in shown) == ["m18", "m19", "m20", "m21"]


def test_values_are_shown_as_json_has_them(tmp_path: Path) -> None:
    when = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 - tables hold such
    data = dataset(
        tmp_path, id=[1], n=[None], f=[float("nan")], when=[when], long=["x" * 30_000], **{'odd "name"': ["é"]}
    )
    columns = ["n", "f", "when", "long", 'odd "name"']
    _, (one,) = choose(data, tmp_path / "out", columns=columns)
    assert one["data"] == {
        "n": "",
        "f": "",
        "when": "2026-01-02T03:04:00",
        "long": "x" * (choosing.LONGEST - 1) + "…",
        'odd "name"': "é",
        "id": 1,
    }


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"where": "nothing > 1"}, "select.where"),
        ({"where": "1 = 2"}, "select.where"),
        ({"where": "random() > 0.5"}, "select.where"),
        ({"where": "1=1); DROP TABLE examples; SELECT (1"}, "select.where"),
        ({"columns": ["other"]}, "campaign"),
    ],
)
def test_what_can_t_be_chosen_says_where(mails: Path, tmp_path: Path, params: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as told:
        choose(mails, tmp_path / "out", **params)
    assert told.value.where == where


def test_a_file_of_this_machine_can_t_be_asked_for(mails: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        choose(mails, tmp_path / "out", where="(SELECT count(*) FROM read_text('/etc/passwd')) > 0")


def test_there_is_a_most(mails: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "MOST", 39)
    with pytest.raises(InputError, match="40 examples"):
        choose(mails, tmp_path / "out")
