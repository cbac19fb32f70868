"""What was seen is told: each guess, and how to say otherwise."""

from reconciler.cli.seen import lines_of
from tests.unit.reconciler.cli.test_first_specs import SEEN

QUIET = {"leaks": [], "names": [], "doubtful": [], "findings": []}


def test_a_plain_file() -> None:
    told = "\n".join(lines_of("x", {**SEEN, **QUIET}))
    assert told.startswith("60 rows of 2 columns, UTF-8, parted by `;`, `?` taken for missing.\n")
    assert "--identifier names one" in told
    assert "left out" not in told
    assert "specs/datasets/x.yaml" in told


def test_all_that_was_guessed() -> None:
    odd = {
        "identifier": "key",
        "timestamp": "seen",
        "leaks": ["was"],
        "names": [f"n{n}" for n in range(7)],
        "doubtful": ["day"],
        "findings": [{"what": f"w{n}", "fix": "f"} for n in range(6)],
        "source": {"encoding": "cp1252", "decimal": ",", "thousands": "."},
    }
    told = "\n".join(lines_of("x", {**SEEN, **odd}))
    for words in ("CP1252", "decimals by `,`", "thousands by `.`", "was: gives null away", "and 2 more: a value", "w4"):
        assert words in told
    assert "w5" not in told
    assert "and 1 more, which the profile tells" in told
    assert "day and month could be changed round" in told
