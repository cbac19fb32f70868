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
from runners.label.scores import Score, write_scores
from runners.label.showing import LONGEST


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
        "long": "x" * (LONGEST - 1) + "…",
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


def left(folder: Path, **scores: Score) -> str:
    folder.mkdir()
    write_scores(folder, scores)
    return folder.as_uri()


def labels(folder: Path, **told: list[str]) -> str:
    """Leave labels by example, each with what annotators said of it."""
    folder.mkdir()
    said = [[{"annotator": str(n), "answer": text} for n, text in enumerate(texts)] for texts in told.values()]
    table = pa.table({"id": list(told), "label": [texts[0] for texts in told.values()], "answers": said})
    parquet.write_table(table, folder / "labels.parquet")
    return folder.as_uri()


def asked(data: Path, out: Path, inputs: dict[str, str], **params: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Choose by what runs have left; return the facts, and what is written of each example."""
    out.mkdir()
    told = {"columns": ["text"], **params}
    request = Request(
        run="labels/x/0", runner="choose", params=told, inputs={"dataset": data.as_uri(), **inputs}, output=""
    )
    facts = choosing.run(request, out).facts
    return facts, [one for path in facts["parts"] for one in json.loads((out / path).read_text("utf-8"))]


def ids(shown: list[dict[str, Any]]) -> list[str]:
    return [one["data"]["id"] for one in shown]


def test_a_served_model_says_whom_to_ask_about(mails: Path, tmp_path: Path) -> None:
    scores = left(tmp_path / "s", m3=Score("x", 0.9, 0.4, 0.8), m7=Score("x", 0.5, 1.0, 0.0), m9=Score("x"))
    facts, shown = asked(mails, tmp_path / "out", {"uncertain": scores}, by="entropy", sample=5)
    assert ids(shown)[:2] == ["m7", "m3"]
    assert facts["ordered_by"] == "entropy"
    without, by_lot = asked(mails, tmp_path / "without", {}, by="entropy", sample=5)
    assert "ordered_by" not in without
    assert ids(by_lot) == ids(asked(mails, tmp_path / "plain", {}, sample=5)[1])


def test_two_models_or_former_annotators_that_disagree_say_so_too(mails: Path, tmp_path: Path) -> None:
    one = left(tmp_path / "one", m1=Score("x", 0.9), m2=Score("x", 0.9), m3=Score("x", 0.6))
    other = left(tmp_path / "other", m1=Score("x", 0.9), m2=Score("y", 0.8), m3=Score("y", 0.9))
    _, shown = asked(mails, tmp_path / "m", {"disagreement": one, "against": other}, disagreement="models", sample=3)
    assert ids(shown) == ["m2", "m3", "m1"]
    former = labels(tmp_path / "former", m5=["x", "x"], m6=["x", "y"], m8=["x", "x", "y"], m9=["z"])
    _, shown = asked(mails, tmp_path / "l", {"disagreement": former}, disagreement="labels", sample=3)
    assert ids(shown) == ["m6", "m8", "m5"]


def test_slices_are_brought_to_their_target(mails: Path, tmp_path: Path) -> None:
    former = labels(tmp_path / "former", m0=["x"], m1=["x"], m20=["x"])
    lacking = {"column": "region", "target": 5}
    facts, shown = asked(mails, tmp_path / "out", {"lacking": former}, lacking=lacking)
    assert sorted(n for n in ids(shown) if n in ("m0", "m1", "m2", "m3")) == ["m2", "m3"]
    assert len(shown) == 6
    assert facts["slices"] == [
        {"value": "rare", "labels": 2, "asked": 2, "lacks": 1},
        {"value": "common", "labels": 1, "asked": 4, "lacks": 0},
    ]


def test_gold_questions_look_like_all_others(mails: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.csv"
    known.write_text("id,label\n" + "".join(f"m{n},x\n" for n in range(10)) + "elsewhere,x\n", "utf-8")
    gold = {"share": 0.2, "url": known.as_uri()}
    facts, shown = asked(mails, tmp_path / "out", {}, gold=gold, sample=20)
    golds = [name for name in ids(shown) if int(name[1:]) < 10]
    assert (len(shown), len(golds), facts["gold"]) == (25, 5, {"questions": 5, "wanted": 5})
    assert {tuple(one) for one in shown} == {("item", "data")}
    assert {tuple(one["data"]) for one in shown} == {("text", "id")}
    few, all_of_them = asked(mails, tmp_path / "few", {}, gold={**gold, "share": 0.5})
    assert few["gold"] == {"questions": 10, "wanted": 30}
    assert sorted(ids(all_of_them)) == sorted(f"m{n}" for n in range(40))


def test_what_a_model_says_goes_with_each_example_that_it_knows(mails: Path, tmp_path: Path) -> None:
    scores = left(tmp_path / "s", m3=Score("spam", 0.9, 0.4, 0.8), m4=Score("ham"))
    facts, shown = asked(mails, tmp_path / "out", {"prelabels": scores}, prelabels={"question": "answer", "to": "text"})
    said = {one["data"]["id"]: one["prediction"] for one in shown if "prediction" in one}
    value = {"from_name": "answer", "to_name": "text", "type": "choices", "value": {"choices": ["spam"]}}
    assert said["m3"] == {"label": "spam", "score": 0.9, "result": [value]}
    assert (set(said), said["m4"]["score"], facts["prelabelled"]) == ({"m3", "m4"}, None, 2)


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"lacking": {"column": "nothing", "target": 1}}, "campaign"),
        ({"gold": {"share": 0.1}}, "inputs.gold"),
        ({"lacking": {"column": "region", "target": 1}, "where": "1 = 2"}, "select.where"),
    ],
)
def test_what_can_t_be_chosen_by_others_says_where(
    mails: Path, tmp_path: Path, params: dict[str, Any], where: str
) -> None:
    with pytest.raises(InputError) as told:
        asked(mails, tmp_path / "out", {}, **params)
    assert told.value.where == where
