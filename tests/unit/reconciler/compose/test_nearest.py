"""Did you mean."""

from time import process_time

from reconciler.compose.nearest import did_you_mean, nearest


def test_the_nearest_word_is_found() -> None:
    assert nearest("metrc", ["metric", "model", "task"]) == "metric"
    assert nearest("zzz", ["metric", "model"]) is None
    assert nearest("x", []) is None


def test_a_hint_names_the_nearest_or_all_when_they_are_few() -> None:
    assert did_you_mean("modle", ["model", "task"]) == "did you mean `model`?"
    assert did_you_mean("zzz", ["task", "model"]) == "known: model, task"
    assert did_you_mean("zzz", map(str, range(100))) == ""
    assert did_you_mean("zzz", []) == ""


def test_among_very_many_the_neighbours_are_compared() -> None:
    many = [f"datasets/table-{i:05}" for i in range(20_000)]
    start = process_time()
    assert nearest("datasets/table-12345x", many) == "datasets/table-12345"
    assert nearest("d" * 10_000, many) is None
    assert process_time() - start < 5
