"""The page of a pull request: everything is said, bounded, and no text of others is Markdown."""

import json
import re
from dataclasses import replace

from reconciler.model.change import ConfigurePool
from reconciler.model.errors import Severity
from reconciler.model.ids import Address, CommitId, Digest
from reconciler.model.reviews import Annotation
from reconciler.reviews.costs import Costs
from reconciler.reviews.difference import Line
from reconciler.reviews.page import (
    EVERY_ROW,
    LONG,
    LONGEST_VALUE,
    MOST_ROWS,
    Form,
    annotations_of,
    as_document,
    is_long,
    page,
    stale,
)
from reconciler.reviews.rehearsal import Pair, Rehearsal
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE, SHARED

PAIR = Pair(CommitId("a" * 40), CommitId("b" * 40))
FULL = Rehearsal(
    "prod",
    PAIR,
    problems=(replace(stage.problem("an odd word"), severity=Severity.WARNING),),
    lines=(Line("+", LOANS, ()), Line("~", SHARED, ("capacity", "cpus"), 1.0, 2.0), Line("-", SHARED, ("weight",), 3)),
    places={(SHARED, ("capacity", "cpus")): ("specs/pools/shared.yaml", 2)},
    changes=(ConfigurePool(address=SHARED, spec=None, why="it has changed"),),
    following=(SCORE,),
    trials={SCORE: 3},
    costs=Costs(2.5, 10.0, ("team a: up to 2.5 GPU hours",)),
    plan=Digest("0123456789ab"),
    notes=("a note",),
)


def test_a_quiet_environment_is_a_line() -> None:
    assert page(Rehearsal("prod", PAIR)) == "✅ `prod`: nothing changes"


def test_everything_is_on_the_page() -> None:
    told = page(FULL)
    for line in (
        "### ✅ `prod`: 1 change, up to 2.5 GPU hours, 1 resource after that",
        "- 🟡 `specs/datasets/loans.yaml:3:1` `source`: an odd word",
        "- `datasets/loans` created",
        "| `pools/shared` | `capacity.cpus` | `1.0` | `2.0` | `specs/pools/shared.yaml:2` |",
        "| `pools/shared` | `weight` | `3` |  |  |",
        "| `~` | `pools/shared` | configure | it has changed |",
        "- `experiments/score`: 3 trials",
        "- Costs: team a: up to 2.5 GPU hours",
        "- Costs: of 10 GPU hours up to 2.5",
        "- a note",
        f"`{'b' * 12}` merged to `{'a' * 12}`; plan `0123456789ab`",
    ):
        assert line in told


def test_of_a_digest_the_beginning_is_shown() -> None:
    """A pin has two of them, and a table that is wider than the page hides its last columns on Gitea."""
    line = Line("~", SHARED, ("model", "digest"), f"sha256:{'a' * 64}", f"sha256:{'b' * 64}")
    told = page(replace(FULL, lines=(line,)))
    assert f"| `sha256:{'a' * 12}…` | `sha256:{'b' * 12}…` |" in told
    assert "a" * 13 not in told.replace(PAIR.base, "")


def test_text_of_others_is_text() -> None:
    evil = "</table>`<script>` ![x](http://evil) @team\n| a | b |"
    told = page(
        replace(
            FULL,
            problems=(stage.problem(evil, file=evil),),
            lines=(Line("~", SHARED, (evil,), evil, evil),),
            notes=(evil,),
            obstacle=evil,
        )
    )
    plain = re.sub(r"(`+).+?\1", "", told)
    assert not [mark for mark in ("<script>", "![x](", "</table>", "@team") if mark in plain]
    rows = [line for line in told.split("\n") if line.startswith("| ")]
    assert {line.count("|") - line.count("\\|") for line in rows} == {5, 6}, "no value ends its cell"


def test_values_and_rows_are_bounded() -> None:
    lines = tuple(Line("~", Address(f"pools/n{n}"), ("a",), "x" * 1000, "y") for n in range(MOST_ROWS + 7))
    told = page(replace(FULL, lines=lines))
    assert "and 7 fields more" in told
    assert "x" * LONGEST_VALUE not in told


def test_the_document_says_the_same() -> None:
    told = as_document(FULL)
    assert json.loads(json.dumps(told)) == told
    assert (told["verdict"], told["gpu_hours"], told["following"]) == ("success", 2.5, [SCORE])
    assert told["differences"][1]["place"] == "specs/pools/shared.yaml:2"


def test_what_was_said_of_a_former_base_is_taken_back() -> None:
    assert stale("dev", "c" * 40) == "⏳ `dev`: STALE, as the branch has moved to `cccccccccccc`"


def test_a_place_is_a_link_where_people_read_files() -> None:
    told = page(FULL, Form(link=lambda file, line: f"https://forge/{file}#L{line}"))
    assert "| [`specs/pools/shared.yaml:2`](https://forge/specs/pools/shared.yaml#L2) |" in told
    assert "- 🟡 [`specs/datasets/loans.yaml:3:1`](https://forge/specs/datasets/loans.yaml#L3) `source`" in told


def test_a_page_that_a_comment_can_t_hold_is_long_and_says_where_all_of_it_is() -> None:
    many = tuple(Line("~", Address(f"pools/n{n}"), ("a",), "x", "y") for n in range(MOST_ROWS + 1))
    assert not is_long(FULL, Form())
    assert is_long(replace(FULL, lines=many), Form()), "a row is left out"
    assert is_long(replace(FULL, notes=("x" * LONG,)), Form())
    told = page(replace(FULL, lines=many), Form(whole="https://forge/all.md"))
    assert told.index("[All of it](https://forge/all.md)") < told.index("#### Specs"), "what is cut is the end"
    whole = page(replace(FULL, lines=many), Form(rows=EVERY_ROW))
    assert "`pools/n100`" in whole
    assert "more" not in whole


def test_what_is_wrong_is_told_beside_its_line() -> None:
    flaws = (stage.problem("an odd word"), replace(stage.problem("no file at all"), line=0))
    (told,) = annotations_of(replace(FULL, problems=flaws))
    assert told == Annotation("specs/datasets/loans.yaml", 3, "source: an odd word")
    hinted = replace(flaws[0], severity=Severity.WARNING, hint="mend it", path="")
    (told,) = annotations_of(replace(FULL, problems=(hinted,)))
    assert told == Annotation("specs/datasets/loans.yaml", 3, "an odd word (mend it)", is_error=False)
