"""KServe is imported without what a server never calls; and whole, where that doesn't go."""

import subprocess
import sys
import textwrap

import pytest

PROBE = """
    import sys
    {before}
    from runners.serve.slim_imports import import_server
    import_server()
    import kserve.model_server
    print(*sorted({{name.split(".")[0] for name in sys.modules}} & {{"pandas", "kubernetes", "rich", "kserve", "ray"}}))
    import httpx._main, pandas
    print(pandas.DataFrame is not object, hasattr(kserve, "KServeClient"))
"""


def probe(before: str = "") -> list[str]:
    """Import the server in a fresh interpreter; return what it printed."""
    code = textwrap.dedent(PROBE.format(before=before))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_what_is_not_needed_is_not_imported_and_comes_when_asked_for() -> None:
    assert probe() == ["kserve", "True False"]


@pytest.mark.slow
def test_one_that_is_imported_already_stays_whole() -> None:
    assert probe("import kserve")[0] == "kserve kubernetes pandas rich"


@pytest.mark.slow
def test_one_that_doesn_t_like_it_is_imported_whole() -> None:
    before = (
        "from runners.serve import slim_imports; slim_imports._enter = lambda name: exec('raise AttributeError(name)')"
    )
    assert probe(before)[0].startswith("kserve kubernetes pandas")
