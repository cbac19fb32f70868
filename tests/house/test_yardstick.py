"""Every check of the house can fail: bad source is held against each."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.house.test_fakes import mocks
from tests.house.test_locks import missing_from, pins
from tests.house.test_places import REGISTRIES, machine_paths, named
from tests.house.test_vendors import strangers
from tests.house.yardstick import (
    Source,
    broad_excepts,
    direct_reads,
    empty_names,
    functions,
    has_logic,
    home_of_tests,
    length,
    nesting,
    protocol_methods,
    share_under,
    sources,
)


def source(text: str, path: str = "reconciler/plan/diff.py") -> Source:
    return Source(path, dedent(text))


def only(text: str) -> int:
    (function,) = functions(source(text))
    return nesting(function)


def test_files_are_found() -> None:
    assert [s.path for s in sources("tests/house") if s.path.endswith("yardstick.py")] == [
        "tests/house/test_yardstick.py",
        "tests/house/yardstick.py",
    ]


def test_shares_are_counted() -> None:
    assert share_under(3, [1, 2, 3, 4]) == 0.5
    assert share_under(3, []) == 1.0


def test_lines_are_counted() -> None:
    text = "import a\n\n\ndef f(\n    b,\n):\n    '''Say.'''\n    return b\n"
    assert source(text).lines == 8
    assert [length(function) for function in functions(source(text))] == [5]


def test_blocks_in_blocks_are_counted() -> None:
    assert only("def f():\n  return 1") == 0
    assert only("def f():\n  with a:\n    for b in c:\n      if b:\n        while d: pass") == 4
    assert only("def f():\n  try:\n    a()\n  except E:\n    if b: pass") == 2
    assert only("def f():\n  match a:\n    case 1:\n      if b: pass") == 2


def test_an_elif_is_no_deeper_than_its_if() -> None:
    assert only("def f():\n  if a: pass\n  elif b: pass\n  elif c: pass\n  else: pass") == 1
    assert only("def f():\n  if a: pass\n  else:\n    if b: pass") == 2


def test_a_function_in_a_function_starts_anew() -> None:
    outer, inner = functions(source("def f():\n  if a:\n    def g():\n      if b: pass"))
    assert (nesting(outer), nesting(inner)) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "try: a()\nexcept: pass",
        "try: a()\nexcept Exception: pass",
        "try: a()\nexcept (KeyError, BaseException): pass",
        "try: a()\nexcept builtins.Exception as error: pass",
        "with contextlib.suppress(Exception): a()",
        "with suppress(KeyError, Exception): a()",
    ],
)
def test_catching_everything_is_seen(text: str) -> None:
    assert len(broad_excepts(source(text))) == 1


def test_catching_something_is_fine() -> None:
    assert not broad_excepts(source("try: a()\nexcept (KeyError, OSError): pass\nwith suppress(OSError): a()"))


@pytest.mark.parametrize(
    "path", ["reconciler/utils.py", "runners/common/__init__.py", "reconciler/plan/_base.py", "runners/git_helpers.py"]
)
def test_rooms_that_say_nothing_are_seen(path: str) -> None:
    assert empty_names(source("", path))


def test_classes_that_say_nothing_are_seen() -> None:
    text = "class BasePool: pass\nclass JobManager: pass\nclass Baseline: pass\nclass Managers: pass"
    assert empty_names(source(text)) == ["BasePool", "JobManager"]


@pytest.mark.parametrize(
    "text", ["import unittest.mock", "from unittest import mock", "from unittest.mock import Mock"]
)
def test_mocks_are_seen(text: str) -> None:
    assert mocks(source(text))


def test_logic_is_what_does_something() -> None:
    assert has_logic(source("def f(): return 1"))
    assert has_logic(source("class C:\n  async def f(self): await a"))
    assert not has_logic(source("LIMIT = 3\nclass C:\n  x: int"))
    assert not has_logic(source("class P(Protocol):\n  def f(self):\n    '''Say.'''\n  def g(self): ..."))
    assert not has_logic(source("def f():\n  '''Say.'''\n  raise NotImplementedError"))


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("reconciler/model/ids.py", "tests/unit/reconciler/model/test_ids.py"),
        ("reconciler/providers/__init__.py", "tests/unit/reconciler/test_providers.py"),
        ("runners/__main__.py", "tests/unit/runners/test_main.py"),
    ],
)
def test_tests_mirror_the_packages(path: str, tests: str) -> None:
    assert home_of_tests(source("", path)) == tests


def test_methods_of_protocols_are_counted() -> None:
    text = "class P(Protocol[T]):\n  x: int\n  def f(self): ...\n  async def g(self): ...\nclass C:\n  def h(self): ..."
    assert protocol_methods(source(text)) == {"P": 2}


def test_vendors_away_from_home_are_seen() -> None:
    assert strangers(source("from lakefs.client import Client", "reconciler/loop/cycle.py"))
    assert strangers(source("def f():\n  import boto3", "reconciler/providers/data/lakefs.py"))
    assert not strangers(source("import lakefs", "reconciler/providers/data/lakefs.py"))


def test_registries_and_paths_are_seen() -> None:
    lines = ["pip install --index" + "-url x", "uv --no-emit-index-url", "https://py" + "pi.org/simple", "plain"]
    assert [number for number, _ in named("\n".join(lines), REGISTRIES)] == [1, 3]
    paths = machine_paths(Path("/srv/checkout"), Path("/"))
    assert named("cd /srv/checkout/docs", paths)
    assert not named("s3://bucket/srv/checkout/docs and /srv/checkouts", paths)


def test_pins_are_read() -> None:
    text = "a-b==1.0 \\\n    --hash=sha256:0\nc==2 ; python_version < '3.12' \\\n    --hash=sha256:1\n"
    assert pins(text) == {("a-b", "1.0"), ("c", "2")}
    assert missing_from(text, ["A_b>=1", "d[x]>=2"]) == ["d[x]>=2"]
    assert re.match(r"\w", text)


@pytest.mark.parametrize(
    "text",
    [
        "path.read_bytes()",
        "path.read_text('utf-8')",
        "json.loads(text)",
        "json.load(file)",
        "open(path)",
        "open(path, 'rb')",
        "path.open()",
        "path.open('r+b')",
        "os_file = fdopen(file, 'rb')",
    ],
)
def test_what_reads_anything_is_found(text: str) -> None:
    assert direct_reads(source(text)) == [1]


def test_what_writes_or_asks_is_no_reading() -> None:
    text = "path.open('ab')\nopen(path, 'w')\npath.write_text('')\ndata.open(run)\njson.dumps(x)\nyaml.load(x)\n"
    assert direct_reads(source(text)) == []
