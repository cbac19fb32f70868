"""What a simulation found, as a value that prints."""

from reconciler.simulation import Report, Violation

FOUND = Violation(7, "no harm is done", "harm was done", ("   6  data.open a", "   7  data.drop a"))


def test_a_report_tells_its_seed_its_faults_and_what_broke_with_the_calls() -> None:
    told = str(Report(5, 100, 12, 900, {"a call fails": 3}, (FOUND,)))
    assert told.startswith("seed 5: 100 steps, 12 commits, 900 calls; 3 x a call fails\n")
    assert told.endswith("step 7: no harm is done: harm was done\n       6  data.open a\n       7  data.drop a")


def test_a_report_without_violations_held() -> None:
    assert Report(5, 100, 12).held
    assert not Report(5, 100, 12, violations=(FOUND,)).held


def test_a_report_is_json() -> None:
    told = Report(5, 100, 12, violations=(FOUND,)).as_json()
    assert (told["seed"], told["held"]) == (5, False)
    assert told["violations"][0]["calls"] == FOUND.calls
