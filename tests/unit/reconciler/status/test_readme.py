"""The page of an environment, as a forge renders it."""

import re
from typing import Any

import pytest

from reconciler.model.facts import FACTS, shapes
from reconciler.model.ids import Address
from reconciler.model.resource import Resource
from reconciler.status.readme import message_of, readme
from reconciler.status.shown import Files
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, SCORE, SHARED, WATCH


def document(state: str = "ready", message: str = "all is well", reason: str = "Fine", **facts: Any) -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True", "reason": reason, "message": message}
    return {"state": state, "conditions": [ready], "facts": facts}


def page(documents: dict[Address, dict[str, Any]], *resources: Resource, **parts: Any) -> str:
    return readme(stage.desired(*resources, **parts), documents)


def test_an_empty_environment_has_a_page_too() -> None:
    text = page({})
    assert text.startswith("# dev\n\nNothing yet. The last pass saw commit `c0ffeec0ffee`.\n")
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_it_counts_how_resources_stand() -> None:
    text = page({LOANS: document(), SCORE: document("stalled"), API: document()})
    assert "🟢 2 ready, 🔴 1 stalled." in text


def test_every_resource_is_shown_with_its_message() -> None:
    text = page({LOANS: document(message="5 | 6 rows")})
    assert f"| 🟢\u00a0[`{LOANS}`]({LOANS}.md) | ready | 5 \\| 6 rows |" in text


def test_problems_in_the_specs_are_shown_first() -> None:
    text = page({LOANS: document()}, problems=(stage.problem("no such field `x`"),))
    assert "## Problems in the specs\n\n- `` specs/datasets/loans.yaml:3:1: source: no such field `x` ``" in text
    assert text.index("Problems") < text.index("Resources")


def test_alerts_lead_to_their_report() -> None:
    alert = {"what": "drift", "where": "age", "value": 0.31234, "threshold": 0.1}
    text = page({WATCH: document(alerts=[alert], newest="monitors/watch/1", reports=["monitors/watch/1"])})
    assert "- 🔴 **drift**: 0.3123 (age), threshold 0.1 — [monitors/watch](reports/monitors/watch/1/report.md)" in text
    causes = [{"what": "age moved", "fix": "Mend <it>.", "action": "fix"}, {"what": "calm", "action": "nothing"}]
    text = page({WATCH: document(alerts=[alert], causes=causes, newest="monitors/watch/1")})
    assert "  1. age moved. Mend &lt;it&gt;." in text
    assert "calm" not in text
    dated = alert | {"severity": "warning", "since": "2026-03-01T10:00:00+00:00", "trial": "experiments/score/1"}
    text = page({WATCH: document(alerts=[dated], newest="monitors/watch/1", reports=["monitors/watch/1"])})
    told = "🟠 **drift**: 0.3123 (age), threshold 0.1, since 2026-03-01 10:00 UTC, about `experiments/score/1` — ["
    assert told in text
    assert "## Reports\n\n- [monitors/watch/1](reports/monitors/watch/1/report.md)" in text


@pytest.mark.parametrize("kind", [kind for kind in FACTS if "proposal" in shapes(kind)])
def test_a_proposal_of_any_kind_that_has_one_is_named(kind: str) -> None:
    text = page(
        {Address(f"{kind}/x"): document("ready", "it waits", "WaitsForReview", proposal=f"proposals/dev/{kind}/x/1")}
    )
    assert f"- `proposals/dev/{kind}/x/1` from [`{kind}/x`]({kind}/x.md)" in text


def test_what_waits_for_a_review_is_named() -> None:
    waiting = document("waiting", "branch x waits for its merge", "WaitsForReview", proposal="promotions/go/1")
    assert "- `promotions/go/1` from [`promotions/go`](promotions/go.md): branch x waits for its merge" in page(
        {GO: waiting}
    )
    assert "Waiting for a review" not in page({GO: document("waiting", proposal="promotions/go/1")})
    told = page({LOANS: document("ready", "version 1 is merged", proposal="proposals/dev/datasets/loans/1")})
    assert f"- `proposals/dev/datasets/loans/1` from [`{LOANS}`]({LOANS}.md): version 1 is merged" in told


def test_endpoints_are_shown_with_model_traffic_and_address() -> None:
    text = page({API: document(trial="experiments/score/1", traffic={"r1": 90, "r2": 10}, url="http://api")})
    assert (
        "| [`deployments/api`](deployments/api.md) | `experiments/score/1` | `r1` 90 %, `r2` 10 % | <http://api> |"
        in text
    )
    none = page({API: document(trial="experiments/score/1", traffic={})})
    assert "| none yet |  |" in none


def test_the_leaderboard_shows_the_figure_that_ranks_and_its_interval() -> None:
    board = [
        {
            "rank": 1,
            "run": "experiments/score/aa",
            "params": {"model": "gbm"},
            "metrics": {"roc_auc": 0.5},
            "ranking": {"value": 0.91, "low": 0.9, "high": 0.92},
        },
        {"rank": 2, "run": "experiments/score/bb", "stage": "failed", "message": "killed"},
    ]
    text = page({SCORE: document(leaderboard=board, metric={"name": "roc_auc"}, pictures=["reports/x/roc.png"])})
    assert "|  | trial | parameters | roc_auc (validation) | 95 % interval |" in text
    assert "| 1 | `aa` | model=gbm | 0.91 | 0.9 to 0.92 |" in text
    assert "|  | `bb` |  | failed: killed |  |" in text
    assert "![roc.png](reports/x/roc.png)" in text


def test_the_same_status_gives_the_same_page() -> None:
    one, other = {LOANS: document(), API: document()}, {API: document(), LOANS: document()}
    assert page(one) == page(other)


def test_the_message_is_that_of_ready() -> None:
    assert message_of(document(message="five")) == "five"
    assert message_of({"conditions": [{"type": "Drifted", "message": "x"}]}) == message_of({}) == ""


def test_what_runners_wrote_is_no_markdown() -> None:
    evil = "<img src=x onerror=y> ![a](http://x) | **b**"
    board = [{"rank": 1, "run": f"experiments/score/{evil}", "params": {evil: evil}, "metrics": {evil: evil}}]
    alert = {"what": evil, "where": evil, "value": evil, "threshold": evil}
    text = page(
        {
            LOANS: document("stalled", evil),
            SCORE: document(leaderboard=board, metric={"name": evil}),
            WATCH: document(
                alerts=[alert],
                causes=[{"what": evil, "fix": evil, "action": evil}],
                newest="monitors/watch/1",
            ),
            API: document(trial=evil, traffic={evil: 1}, url=f"javascript:{evil}"),
            GO: document("waiting", evil, "WaitsForReview", proposal=evil),
        }
    )
    outside = re.sub(r"`[^`]*`", "", text)
    assert "<img" not in outside
    assert "![" not in outside.replace("!\\[", "")
    assert not re.search(r"(?<!\\)\*\*b", outside)


def test_a_long_page_has_contents() -> None:
    text = page(
        {LOANS: document(), SCORE: document(), API: document(trial="t"), SHARED: document()},
        *map(stage.resource, (LOANS, API)),
    )
    assert "[Endpoints](#endpoints) · [Resources](#resources)" in text


def test_it_says_of_when_it_is_and_by_whom() -> None:
    written = "As of 2026-01-07 12:00:30 UTC, by `host`."
    assert f"commit `c0ffeec0ffee`.\n\n{written}\n\n---" in readme(stage.desired(), {}, written)


def test_of_many_resources_the_kinds_are_counted_and_those_listed_that_are_not_ready() -> None:
    many = {Address(f"datasets/d{number:04}"): document(message="fine") for number in range(2000)}
    text = page(many | {SCORE: document("stalled", "broken"), WATCH: document("waiting", "soon")})
    assert "| [`datasets`](datasets/README.md) | 2000 | 🟢 2000 ready |" in text
    listed = text.split("### Not ready")[1]
    assert listed.index(f"🔴\u00a0[`{SCORE}`]({SCORE}.md) | stalled | broken") < listed.index(f"⚪\u00a0[`{WATCH}`]")
    assert "d0001" not in text
    assert len(text) < 2000


def test_of_many_resources_what_is_not_ready_comes_before_what_answers() -> None:
    many: dict[Address, dict[str, Any]] = {Address(f"datasets/d{number:04}"): document() for number in range(200)}
    api = {API: document("stalled", "broken", trial="experiments/x/1")}
    assert page(many | api).index("### Not ready") < page(many | api).index("## Endpoints")
    assert page(api).index("## Endpoints") < page(api).index("## Resources")


def test_of_many_that_are_not_ready_the_worst_are_listed() -> None:
    many = {Address(f"datasets/d{number:04}"): document("waiting") for number in range(200)}
    text = page(many | {SCORE: document("stalled", "broken")})
    assert text.count("(datasets/d") == 49
    assert f"[`{SCORE}`]" in text
    assert "And 151 more, which the kinds' lists have." in text


def test_of_many_endpoints_the_kind_has_the_rest() -> None:
    many = {Address(f"deployments/d{number:02}"): document(trial="experiments/x/1") for number in range(60)}
    text = page(many).split("## Resources")[0]
    assert text.count("| [`deployments/") == 20
    assert "And 40 more: [deployments](deployments/README.md)" in text


def test_a_model_leads_to_its_card() -> None:
    files = ["reports/experiments/score/1/model-card.md", "experiments/score.md"]
    text = readme(stage.desired(), {API: document(trial="experiments/score/1", traffic={})}, "", Files(files))
    assert "[`experiments/score/1`](reports/experiments/score/1/model-card.md)" in text
    text = readme(stage.desired(), {API: document(trial="experiments/score/2", traffic={})}, "", Files(files))
    assert "[`experiments/score/2`](experiments/score.md)" in text


def test_what_is_stalled_comes_first() -> None:
    text = page({LOANS: document(), API: document(), WATCH: document("stalled", "broken")})
    assert text.index(f"[`{WATCH}`]") < text.index(f"[`{LOANS}`]") < text.index(f"[`{API}`]")
