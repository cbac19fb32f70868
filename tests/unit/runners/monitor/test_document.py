"""The report as JSON holds everything, in an order that is useful."""

import json
from dataclasses import replace

from runners.monitor.content import ImagePart
from tests.unit.runners.monitor.example import FOUND, LOOSE, ROWS, SHOWN, bare, document


def test_it_is_json_and_says_what_was_found() -> None:
    told = json.loads(json.dumps(document().document(), allow_nan=False))
    assert (told["verdict"], told["columns_drifted"]) == ("alert", ["kind|of"])
    assert (
        told["rows"] | {"logged": ROWS, "events": 6, "broken": 1, "reference": 3, "reference_used": 3, "held_out": 2}
        == told["rows"]
    )
    assert told["chunks"] == {"size": 2, "rows": [2, 2, 2]}
    assert told["distance"] == 0.876543
    assert told["estimator"] == "CBPE"
    assert told["outliers"] == {"share": 0.02, "usual": 0.01, "limit": 0.6, "events": ["e1#0"]}
    assert told["notes"] == ["Chunks are small."]


def test_the_farthest_columns_come_first_and_those_without_values_last() -> None:
    columns = document().columns
    assert [column.name for column in columns] == ["kind|of", "age", "gone"]
    assert [column.drifted for column in columns] == [True, False, False]
    assert (columns[0].distance, columns[0].limit, columns[0].chunks_beyond) == (0.5, 0.1, 3)
    assert (columns[2].distance, columns[2].jensen_shannon, columns[2].missing) == (None, None, 1.0)


def test_performance_is_told_with_its_errors_and_drops() -> None:
    (told,) = document().performance
    assert (told.reference, told.realized, told.realized_drop) == (0.9, 0.8, 0.1)
    assert told.estimated_error == 0.0057735
    assert told.realized_chunks
    assert told.realized_chunks.now == (0.8, None, 0.8)


def test_alerts_are_told_with_what_to_do() -> None:
    told = document()
    assert {alert.what for alert in told.alerts} == {
        "columns drift", "realised roc_auc fell", "missing values", "unseen categories", "distance from the reference",
    }  # fmt: skip
    assert all(alert.fix for alert in told.alerts)


def test_pictures_are_told_with_how_many_were_looked_at() -> None:
    scan, photo = document(found=replace(FOUND, appearances=SHOWN)).images
    assert scan == ImagePart(name="scan|<b>", images=50, reference_images=100, area=0.75, chance=0.001, unlike=0.4)
    assert photo == ImagePart(name="photo", reference_images=3)


def test_counters_are_kept_to_the_last_digit() -> None:
    assert (document().service.counters or {})["at"] == 1772359200.123456


def test_without_alerts_all_is_well() -> None:
    told = document(LOOSE)
    assert (told.verdict, told.alerts, told.why) == ("ok", (), "Nothing to do.")


def test_a_model_that_tells_nothing_has_a_report_too() -> None:
    told = bare()
    assert (told.columns, told.performance, told.reconstruction, told.outliers) == ((), (), None, None)
    assert told.estimator is None
