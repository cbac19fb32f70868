"""Random changes of texts and structures: what a person mistypes, and what somebody hostile writes."""

from random import Random
from typing import Any

WORDS = (
    "${", "}", "${.x}", "${env.bucket}", "${oc.env:HOME}", "${oc.select:a,b}", "${secret:A}", "???", "<<", "*a", "&a ", "- ",
    "{", "}", "[", "]", ": ", "\n", "\t", "  ", "#", "'", '"', "|\n", ">\n", "---\n", "...\n", "!!str ", "!!int ", "? ", "%", "@",
    "defaults: [x, _self_]\n", "defaults:\n  - override /x: y\n", "# @package a.b\n", "choice(a, b)", "range(0,9)", "glob(*)",
    "interval(0,1)", "tag(log, interval(1, 2))", "1e999", "-0", "0o7", "1_0", ".nan", ".inf", "9" * 30, "2Gi", "500m", "7d",
    "@daily", "* * * * *", "null", "~", "true", "yes", "datasets/loans", "../..", "\ud7ff", "\u202e", "é", "😀", "\x00", "\x1b[31m",
)  # fmt: skip
SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**70, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", "a", "1", "x" * 300,
    "${", "2Gi", "7d", "@daily", "datasets/loans", "2026-01-07T12:00:00+00:00", "2026-13-45", "\x00", "\ud800", "😀", [], {},
    [[]], [None], {"": None}, {"a": {"b": [1]}},
)  # fmt: skip


def text(random: Random, former: str) -> str:
    """Change a text at one to five places."""
    for _ in range(random.randint(1, 5)):
        start = random.randint(0, len(former))
        end = min(len(former), start + random.choice((0, 0, 1, 3, 12)))
        put = random.choice(WORDS) if random.random() < 0.8 else former[: random.randint(0, 40)]
        former = former[:start] + put * random.choice((1, 1, 1, 1, 2, 300)) + former[end:]
    return former


def structure(random: Random, former: Any, depth: int = 0) -> Any:
    """Change a structure of JSON here and there."""
    if random.random() < 0.08:
        return random.choice(SCALARS)
    if depth < 6 and isinstance(former, dict):
        changed = {key: structure(random, item, depth + 1) for key, item in former.items() if random.random() > 0.04}
        return changed | ({random.choice(WORDS): random.choice(SCALARS)} if random.random() < 0.05 else {})
    if depth < 6 and isinstance(former, list):
        return [structure(random, item, depth + 1) for item in former if random.random() > 0.04]
    return former
