"""A pool's what-if on its page: asked by the URL, in bounds, and told with its assumptions."""

from datetime import timedelta
from typing import Any

import pytest

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.ids import RunName
from reconciler.status.what_if import Start, Wish
from reconciler.web.pages.what_if import Asked, Wrong, asked_of, length, span_of, url_of
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.pages.conftest import HOSTILE, Client, Stage, document

ASKED = {"pool": "pools/shared", "gpus": "2", "cpus": "-0.5", "team": "risk", "weight": "3", "first": "experiments/x/1"}


def job(run: str, begin: int, started: int | None = None, ended: int | None = None, **more: Any) -> dict[str, Any]:
    told = {"submitted": begin, "started": started, "ended": ended}
    moments = {name: (NOW + timedelta(seconds=s)).isoformat() for name, s in told.items() if s is not None}
    return {
        "run": run,
        "team": "risk",
        "state": "succeeded",
        "needs": {"cpus": 1.0},
        "timeout": 3600.0,
        **moments,
        **more,
    }


JOBS = [
    *(job(f"experiments/loans/{n:012}", -9000 + n, -8000 + n, -7900 + n) for n in range(3)),
    job("experiments/loans/aaaaaaaaaaaa", -90, -50, state="running"),
    job("experiments/loans/bbbbbbbbbbbb", -40, state="waiting"),
    job(HOSTILE, -30, state="waiting", team=HOSTILE),
]


@pytest.fixture
def pooled(stage: Stage, client: Client) -> Client:
    stage.tell("pools/shared", document(jobs=JOBS))
    stage.following.environments["dev"].look()
    return client


def test_what_is_asked_is_read_from_the_url_and_written_there() -> None:
    asked = asked_of({**ASKED, "memory": "1.5"})
    wish = Wish(Amounts(-0.5, 1.5 * 2**30, 2.0), "risk", 3.0, RunName("experiments/x/1"))
    assert asked == Asked("pools/shared", wish)
    assert url_of(asked).startswith("?pool=pools%2Fshared&gpus=2&cpus=-0.5&memory=1.5&team=risk&weight=3")
    assert asked_of({}) is None
    assert asked_of({"pool": "pools/shared", "gpus": ""}) == Asked("pools/shared")


@pytest.mark.parametrize(
    "wrong",
    [
        {"gpus": "1.5"},
        {"gpus": "x"},
        {"gpus": "1e9"},
        {"cpus": "nan"},
        {"cpus": "inf"},
        {"memory": "1_0"},
        {"cpus": "٣"},
        {"weight": "0"},
        {"weight": "-1"},
        {"weight": "5", "team": ""},
    ],
)
def test_what_cannot_be_is_refused(pooled: Client, wrong: dict[str, str]) -> None:
    with pytest.raises(Wrong):
        asked_of({**ASKED, **wrong})
    answer = pooled.get("/dev/pools", params={**ASKED, **wrong})
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.text


def test_a_pool_that_is_not_there_is_refused(pooled: Client) -> None:
    assert "has no pool pools/gone" in pooled.get("/dev/pools?pool=pools/gone").text
    assert pooled.get("/dev/pools", params={"pool": HOSTILE}).status_code == 400


def test_the_page_tells_when_what_waits_starts_as_it_is_and_as_it_would_be(pooled: Client) -> None:
    told = pooled.get("/dev/pools?pool=pools/shared&cpus=2").text
    assert "in 50 s" in told
    assert "by former" in told
    assert "replayed as it is" in told
    assert "The queue goes on by the very code that admits jobs." in told
    assert "<script>alert" not in told
    assert "as it would be" not in pooled.get("/dev/pools?pool=pools/shared").text
    assert "When would it start?" in pooled.get("/dev/pools").text


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (Start(0, 0, 0), "now"),
        (Start(60, 120, 7200), "in 2 min (60 s to 2 h 0 min)"),
        (Start(None, 60, None), "in 60 s, at the latest unknown"),
        (Start(None, None, None), "unknown"),
        ("asks for 9 gpus", "never: it asks for 9 gpus"),
    ],
)
def test_starts_are_told_in_words(start: Start | str, words: str) -> None:
    assert span_of(start) == words


def test_spans_are_told_as_short_as_they_say_something() -> None:
    assert [length(s) for s in (5, 65, 3600)] == ["5 s", "65 s", "60 min"]
    assert [length(s) for s in (7260, 200_000, float("inf"))] == ["2 h 1 min", "2 d 7 h", "for ever"]
