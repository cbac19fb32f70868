"""The label job of a campaign: gold questions, pre-labels and gain are told beside labels that they don't touch."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from runners import label
from runners.contract import Request, Result
from runners.contract.files import ANSWERS, KEPT_BACK, answers_piece
from tests.unit.runners.label.test_choosing import dataset


def annotation(who: str, said: str, when: int) -> dict[str, Any]:
    value = {"from_name": "answer", "to_name": "text", "type": "choices", "value": {"choices": [said]}}
    return {"completed_by": {"email": who}, "result": [value], "updated_at": f"2026-01-01T00:00:{when:02}Z"}


def tasks() -> list[dict[str, Any]]:
    """Return eight examples, of each an answer of ada, who is right, and one of ben, who is wrong."""
    found = []
    for n in range(8):
        for who, said in (("ada", "x"), ("ben", "y")):
            meta = {KEPT_BACK: {"label": "x", "version": "v"}} if n % 2 else {}
            said_by_model = {"model_version": "v", "result": annotation("m", "x", 0)["result"]}
            one = {"data": {"id": f"m{n}"}, "meta": meta, "annotations": [annotation(who, said, n)]}
            found.append({**one, "predictions": [] if n % 2 else [said_by_model]})
    return found


def merge(folder: Path, campaign: dict[str, Any], pieces: int = 1) -> tuple[Result, list[dict[str, Any]]]:
    data = dataset(folder, id=[f"m{n}" for n in range(10)])
    place, out, known = (folder / name for name in ("answers", "out", "known"))
    for one in (place, out, known):
        one.mkdir()
    content = json.dumps(tasks()).encode()
    size = -(-len(content) // pieces)
    for number in range(pieces):
        name = ANSWERS if pieces == 1 else answers_piece(number)
        (place / name).write_bytes(content[number * size : (number + 1) * size])
    parquet.write_table(pa.table({"id": [f"m{n}" for n in range(5)], "label": ["x"] * 5}), known / "labels.parquet")
    params = {"campaign": {"question": "answer", "answers": 1, "at_most": 2, **campaign}}
    inputs = {"dataset": data.as_uri(), "answers": place.as_uri(), "gold": known.as_uri()}
    result = label.run(Request(run="labels/x/0", runner="label", params=params, inputs=inputs, output=""), out)
    return result, parquet.read_table(out / "labels.parquet").to_pylist()


def test_nobody_votes_on_a_gold_question_and_who_is_wrong_there_votes_on_nothing(tmp_path: Path) -> None:
    told = {"minimum": 0.5, "leaves_out": True}
    result, rows = merge(tmp_path, {"gold": told, "prelabelled": True, "gain": 2})
    assert [(row["id"], row["label"], row["votes"]) for row in rows] == [(f"m{n}", "x", 1) for n in (5, 6, 7)]
    gold = result.facts["gold"]
    assert (gold["questions"], gold["answers"], gold["under"], gold["left_out"]) == (5, 10, ["ben"], 3)
    assert result.facts["prelabels"]["shown"] == {
        "answers": 2, "accepted": 1, "share": 0.5, "interval": [0.094531, 0.905469],
    }  # fmt: skip
    assert result.facts["prelabels"]["kept_back"]["answers"] == 4
    assert result.facts["gain"] == {"answers": 2, "examples": 0, "changed": 0, "share": None, "interval": None}


def test_a_campaign_without_them_is_merged_as_before(tmp_path: Path) -> None:
    result, rows = merge(tmp_path, {})
    assert {(row["label"], row["votes"]) for row in rows} == {(None, 2)}
    assert not {"gold", "prelabels", "gain"} & result.facts.keys()


def test_answers_in_pieces_are_what_they_are_in_one(tmp_path: Path) -> None:
    found = []
    for pieces in (1, 7):
        (tmp_path / str(pieces)).mkdir()
        result, rows = merge(tmp_path / str(pieces), {"gold": {"minimum": 0.5}}, pieces)
        found.append((result.content, result.facts, rows))
    assert found[0] == found[1]
