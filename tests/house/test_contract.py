"""What daemon and jobs say to each other stands by itself: both import it, and it imports neither."""

import subprocess
import sys
from pathlib import PurePosixPath

from tests.house.yardstick import Source, imports, sources, told

SLOW = ("cryptography", "pydantic")
"""What some of its parts need beside the standard library: pydantic for documents, cryptography where one seals."""
DOCUMENTS = ("request", "result", "split", "preparations", "one_or_many", "coverage")


def strangers(source: Source) -> list[str]:
    """Return what a file of the contract imports from elsewhere."""
    allowed = {*sys.stdlib_module_names, *SLOW}
    return [
        f"{source.path}:{line}: {name}"
        for name, line in imports(source).items()
        if name.split(".")[0] not in allowed and not name.startswith("runners.contract")
    ]


def test_the_contract_imports_nothing_else_of_ours_and_nothing_slow() -> None:
    found = [stranger for source in sources("runners/contract") for stranger in strangers(source)]
    assert not found, told(found, "Both sides import it: move what it needs here, or do that work elsewhere.")


def test_a_stranger_is_seen() -> None:
    bad = Source("runners/contract/odd.py", "import numpy\nfrom runners.staging import local\nimport json\n")
    assert [line.rsplit(" ", 1)[1] for line in strangers(bad)] == ["numpy", "runners.staging", "runners.staging.local"]


def test_all_but_the_documents_needs_the_standard_library_alone() -> None:
    light = [
        ".".join(source.module)
        for source in sources("runners/contract")
        if PurePosixPath(source.path).stem not in DOCUMENTS
    ]
    look = f"import {', '.join(light)}, sys; print(*({set(SLOW)!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()
    assert not found, f"{found} come with what the daemon's models import: import them in the function that needs them"
