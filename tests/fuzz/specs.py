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
GROWN = b"""\
source:
  files:
    {url: s3://a/b, format: csv, names: [id, x], delimiter: ";", quote: none, skip: 2, incremental: {by: files}}
unique: [[id, x]]
rules: {small: x < 4}
refresh: 0 6 * * *
"""
KNOWN = b"""\
source:
  derived:
    inputs: {grown: datasets/grown, facts: datasets/grown}
    point_in_time:
      events: grown
      time: day
      features: {facts: {key: {id: id}, time: day, arrived: at, columns: [x], prefix: then_, within: 30d, before: true}}
    incremental: {by: parts}
"""
BOOK = b"""\
source:
  files:
    {url: s3://a/books, format: excel, sheet: Loans, skip: 2, nulls: ["-"], dates: {born: "%d.%m.%Y", paid: "%m/%d/%Y"}}
refresh: 0 6 * * *
"""
SCORED = b"""\
source: {predictions: {of: datasets/grown, by: deployments/employment, keep: [id, x]}}
identifier: id
columns: {id: {type: integer}, x: {type: number}, prediction: {type: integer}, model: {type: string}}
"""
MORE = {
    "specs/datasets/book.yaml": BOOK,
    "specs/datasets/grown.yaml": GROWN,
    "specs/datasets/known.yaml": KNOWN,
    "specs/datasets/payments.yaml": STREAM,
    "specs/datasets/scored.yaml": SCORED,
}
"""Sources that grow, that are joined and that are scored, which the sample has none of."""
PROMOTED = {
    "specs/promotions/fuzz.yaml": (
        b"spec: deployments/employment\nfields: [replicas, rollout, resources]\nroute: [fuzz, dev]\n"
        b"gates: [{metric: replicas.maximum, maximum: 9}]\n"
    ),
    "environments/fuzz/environment.yaml": b"variables: {most: 7}\n",
    "environments/fuzz/deployments/employment.yaml": b"replicas: {maximum: 7}\nrollout: {hold: 1m, steps: [5, 100]}\n",
}
"""An environment before the one that is composed, and what is promoted from there."""
CAMPAIGN = b"""dataset: datasets/digits
choices: [left, right]
campaign:
  show: path
  as: image
  select: {uncertain: {deployment: deployments/employment, by: margin}, sample: 9}
  prelabels: {deployment: deployments/employment, without: 0.3}
  gold: {labels: labels/digits, share: 0.2, minimum: 0.7, under: left-out}
  stop: {alpha: 0.8, gain: {answers: 50, below: 0.05}}
"""
SLICES = b"""dataset: datasets/digits
choices: [left, right]
campaign:
  show: path
  select:
    disagreement: {deployment: deployments/employment, against: deployments/other}
    lacking: {column: c, target: 5}
  gold: {url: "file:///known.csv", format: jsonl}
"""
ASKED = {"specs/labels/asked.yaml": CAMPAIGN, "specs/labels/slices.yaml": SLICES}
FILES = {path: content for path, content in sample().items() if path.endswith(".yaml")}
FILES |= MORE | PROMOTED | ASKED
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
        desired = compose(tree(files), environment, Cache())
        return (*desired.all_problems(), *(one for told in desired.promoted.values() for one in told.problems))
    except BadSpec as error:
        return error.problems or (Problem("", 0, 0, "", "refused without a problem"),)


def _see(problem: Problem) -> None:
    assert problem.file, "a problem without a place"
    assert problem.message, "a problem without a message"
    assert str(problem).isprintable(), "a problem that no terminal can show"


def _bytes(random: Random, former: str) -> bytes:
    content = text(random, former).encode("utf-8", "surrogatepass")
    return content + bytes([random.randrange(256)]) if random.random() < 0.03 else content
