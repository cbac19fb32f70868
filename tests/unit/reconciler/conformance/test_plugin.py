"""Which suites run is said by what they run on."""

import subprocess
import sys

import pytest

from reconciler.conformance.plugin import benches_of


def test_a_bench_is_said_as_a_suite_and_a_place() -> None:
    found = benches_of(["forge=a.b:C", "data=d:e"])
    assert {suite: (point.module, point.attr) for suite, point in found.items()} == {
        "forge": ("a.b", "C"),
        "data": ("d", "e"),
    }


@pytest.mark.parametrize("text", ["forge", "forge=", "forge=a.b", "forges=a:b", "=a:b"])
def test_anything_else_is_told_with_what_to_say(text: str) -> None:
    with pytest.raises(pytest.UsageError, match=r"say SUITE=module:factory with one of data, pool"):
        benches_of([text])


@pytest.mark.slow
def test_a_bench_that_isn_t_there_is_told_at_once() -> None:
    line = [sys.executable, "-m", "pytest", "-p", "reconciler.conformance.plugin", "--bench", "data=nowhere:Bench"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--bench data=nowhere:Bench can't be imported: No module named 'nowhere'" in done.stderr
