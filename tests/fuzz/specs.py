"""Specs: the parser alone, and whole repositories."""

from random import Random

from reconciler.compose import Cache, compose
from reconciler.model.errors import BadSpec, Problem
from reconciler.status.plain import plain
from reconciler.status.read import parse
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import Document, Unreadable, read
from tests.fuzz.mutation import text
from tests.unit.reconciler.compose.samples import ENVIRONMENT, sample, tree

STREAM = b"""\
source:
  stream:
    protocol: kafka
    url: kafka.example.com:9092
    topics: [payments]
    options: {sasl.password: "${secret:KAFKA}"}
    start: 2026-01-01T00:00:00Z
    key: [id]
    metadata: [offset, timestamp]
    within: 10m
refresh: "*/15 * * * *"
"""
FILES = {path: content for path, content in sample().items() if path.endswith(".yaml")}
FILES["specs/datasets/payments.yaml"] = STREAM
TEXTS = [content.decode() for content in FILES.values()]


def parsing(random: Random) -> None:
    """Read a changed file: it is a document, or an error with a message and a place inside it."""
    content = _bytes(random, random.choice(TEXTS))
    document = _read(content)
    if isinstance(document, Unreadable):
        assert document.message, "an error without a message"
        assert 0 <= document.line <= content.count(b"\n") + content.count(b"\r") + content.count(b"\xc2\x85") + 2
        return
    assert isinstance(document.value, dict)
    told = parse(content)
    assert parse(dump(plain(told))) == plain(told), "what is written is not read back"


def composing(random: Random) -> None:
    """Compose a repository with some changed files: every problem has a file and a message, fit for a terminal."""
    files: dict[str, str | bytes] = dict(FILES)
    for path in random.sample(sorted(FILES), random.randint(1, 3)):
        files[path] = _bytes(random, FILES[path].decode())
    if random.random() < 0.2:
        files[text(random, random.choice(sorted(FILES))).replace("\0", "")] = random.choice(TEXTS)
    environment = ENVIRONMENT.split("/")[1]
    for problem in _problems(files, environment):
        _see(problem)


def _read(content: bytes) -> Document | Unreadable:
    try:
        return read(content)
    except Unreadable as error:
        return error


def _problems(files: dict[str, str | bytes], environment: str) -> tuple[Problem, ...]:
    try:
        return compose(tree(files), environment, Cache()).all_problems()
    except BadSpec as error:
        return error.problems or (Problem("", 0, 0, "", "refused without a problem"),)


def _see(problem: Problem) -> None:
    assert problem.file, "a problem without a place"
    assert problem.message, "a problem without a message"
    assert str(problem).isprintable(), "a problem that no terminal can show"


def _bytes(random: Random, former: str) -> bytes:
    content = text(random, former).encode("utf-8", "surrogatepass")
    return content + bytes([random.randrange(256)]) if random.random() < 0.03 else content
