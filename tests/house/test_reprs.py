"""People read words and YAML, never Python's way to write a value: `b'x'`, `None`, `KeyError('x')`."""

import ast
from collections.abc import Iterator

from tests.house.yardstick import Source, sources, told, where

FOR_MACHINES = {
    "reconciler/providers/serving/local/counters.py": "Prometheus' text: a number with all of its digits",
    "reconciler/providers/pools/local/supervisor.py": "a JSON document, in a process that imports nothing",
    "reconciler/exchange/tfmd.py": "a text of Protobuf: a number with all of its digits",
    "reconciler/kubernetes/access.py": "the representation of a token, which hides it",
    "runners/contract/__init__.py": "Python's own words of a name that a module lacks",
    "reconciler/ports/pool.py": "for who writes a provider: a value that JSON has no word for",
    "runners/contract/order.py": "the first line of a log, which finds itself again",
    "reconciler/providers/pools/ray/pool.py": "the first line of a log, which finds itself again",
}
"""Files that write values as Python does, each with the reason."""


def representations(source: Source) -> Iterator[int]:
    """Yield the lines in which an f-string writes a value as Python does."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FormattedValue) and node.conversion in (ord("r"), ord("a")):
            yield node.lineno


def test_no_message_writes_a_value_as_python_does() -> None:
    found = where([one for one in sources("reconciler", "runners") if one.path not in FOR_MACHINES], representations)
    assert not found, told(found, "Write `shown(value)` of runners/contract/mistakes.py, or `misread(error)`.")


def test_what_writes_for_machines_still_does() -> None:
    known = {one.path: one for one in sources("reconciler", "runners")}
    idle = [path for path in FOR_MACHINES if path not in known or not list(representations(known[path]))]
    assert not idle, told(idle, "Take it off the list.")


def test_a_representation_is_seen() -> None:
    bad = Source("reconciler/odd.py", 'a = f"{x!r}"\nb = f"{x!a:.20}"\nc = f"{x}"\n')
    assert list(representations(bad)) == [1, 2]
