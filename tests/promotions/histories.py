"""Random histories of a promotion: trials come, people approve, push, decline, merge and revert, daemons die.

The daemon's part is the real one: the controller of promotions decides, and what it decides is done by the forge's
port. The laws are held after every step.
"""

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.model.change import AskWebhook, CloseProposal, MergeProposal, OpenProposal, StartRun
from reconciler.model.decision import Decision
from reconciler.model.errors import SetpointError
from reconciler.model.observed import ProposalState, WebhookAnswer
from reconciler.model.resource import Resource
from reconciler.model.reviews import Opinion, Team, Verdict
from reconciler.ports.forge import Agreed, ProposalOrder
from tests.promotions.simulator import ForgeSimulator, Page
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, MODEL

GATE = 0.7
"""What a trial's metric has to reach."""
APPROVALS = ["auto", "review", "approvals", "team"]
"""How a promotion of these histories may be approved."""
PEOPLE = ("ada", "grace", "mallory")
COUNTS = ("ada", "grace")
"""Whose approvals count, where people are named; beside a team only the first of them is."""
SERVICE = {"name": "risk", "url": "https://gates.example.com/", "secret": "${secret:RISK}"}
SCORES = (0.5, 0.65, 0.72, 0.8, 0.9, 0.95)


@cache
def _deployment(trial: str | None) -> Resource:
    return stage.resource(API, model={"trial": trial, "digest": MODEL} if trial else None)


class Promotions(RuleBasedStateMachine):
    """One promotion, its forge, its people and a daemon that forgets what it didn't record."""

    def __init__(self) -> None:
        super().__init__()
        self.forge = ForgeSimulator()
        self.facts: dict[str, Any] = {}
        self.scores: dict[str, float] = {}
        self.spec: dict[str, Any] = {}
        self.reverted: set[str] = set()
        self.declined: set[str] = set()
        self.steady = False
        self.asked: dict[str, str] = {}
        """The heads that a service was asked about, by the question."""
        self.answers: dict[str, WebhookAnswer] = {}
        self.passed: set[str] = set()
        """The heads that it said may be merged."""
        self.has_team = self.is_hidden = False

    @initialize(
        approval=st.integers(0, 5).map(lambda number: APPROVALS[number % len(APPROVALS)]),
        count=st.integers(1, 2),
        scores=st.lists(st.sampled_from(SCORES), min_size=1, max_size=3),
        asks=st.integers(0, 3).map(lambda number: number == 0),
    )
    def begin(self, approval: str, count: int, scores: list[float], asks: bool) -> None:
        """Write the promotion's spec; some trials have ended already."""
        self.scores = {str(digit): score for digit, score in enumerate(scores, 1)}
        gates = {"gates": [{"metric": "roc_auc", "minimum": GATE}]}
        rule: dict[str, Any] = {"approval": "review", "approvals": {"count": count, "by": list(COUNTS)}}
        if approval == "team":
            rule["approvals"]["by"] = [COUNTS[0], "team/ml"]
            self.forge.team = frozenset(PEOPLE)
        self.spec = gates | (rule if approval in ("approvals", "team") else {"approval": approval})
        self.spec |= {"webhooks": [SERVICE]} if asks else {}
        self.has_team = approval == "team"
        self.promotion = stage.resource(GO, **self.spec)

    # The daemon.

    @rule(records=st.booleans(), fails_at=st.integers(0, 9), moves=st.sampled_from((None, *PEOPLE)))
    def make_a_pass(self, records: bool, fails_at: int, moves: str | None = None) -> None:
        """Decide and do it; perhaps die between two changes, or before what was decided is recorded.

        Between the one and the other somebody may join the team, or leave it.
        """
        decision = self._decide(self.forge.list())
        if moves:
            self.forge.join_or_leave(moves)
        done = self._apply(decision, fails_at)
        if records and done:
            self.facts = dict(decision.facts)
        self.steady = records and done and self.forge.old is None

    @rule(passes=st.integers(2, 3), moves=st.sampled_from((None, *PEOPLE)))
    def all_goes_well(self, passes: int, moves: str | None) -> None:
        """Let the forge do its work and the daemon its own for a while."""
        for _ in range(passes):
            self.forge.check()
            self.make_a_pass(records=True, fails_at=99, moves=moves)

    def _decide(self, proposals: Any) -> Decision:
        trials = [stage.trial(digit, roc_auc=score) for digit, score in self.scores.items()]
        trials.sort(key=lambda one: -one.validation.metrics["roc_auc"])
        deployment, promotion = _deployment((self.forge.main["model"] or {}).get("trial")), self.promotion
        known: dict[str, Any] = {"facts": {GO: self.facts} if self.facts else None, "teams": self._teams()}
        seen = replace(stage.actual(*proposals.values(), **known), answers=dict(self.answers))
        upstream = [stage.board(*trials)]
        found = stage.decide(promotion, seen, deployment, upstream=upstream)
        for start in stage.of(found, StartRun):
            metrics = {"candidate.roc_auc": 0.9, "live.roc_auc": 0.5}
            told = stage.result(metrics=metrics, facts={"bounds": []})
            seen = stage.actual(*proposals.values(), stage.version(start.run), results={start.run: told}, **known)
            seen = replace(seen, answers=dict(self.answers))
            found = stage.decide(promotion, seen, deployment, upstream=upstream)
        return found

    def _teams(self) -> dict[str, Team]:
        if not self.has_team:
            return {}
        return {"ml": Team(unread="the forge is down") if self.is_hidden else Team(self.forge.team)}

    def _apply(self, decision: Decision, fails_at: int) -> bool:
        """Make the changes of a decision in their order; False where the daemon died or one of them failed."""
        for place, change in enumerate(decision.changes):
            if place == fails_at:
                return False
            try:
                self._do(change)
            except SetpointError:
                return True
        return True

    def _do(self, change: object) -> None:
        if isinstance(change, OpenProposal):
            order = ProposalOrder(change.name, stage.COMMIT, change.file, change.edits, change.title, change.body)
            self.forge.propose(order)
        elif isinstance(change, MergeProposal):
            agreed = Agreed(change.head, change.file, change.edits, change.reviews, change.teams)
            self.forge.merge(change.name, agreed)
        elif isinstance(change, CloseProposal):
            self.forge.close(change.name)
        elif isinstance(change, AskWebhook):
            self.asked[change.question] = change.data["proposal"]["head"]

    # The world.

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), verdict=st.sampled_from([Verdict.SUCCESS, Verdict.PENDING, Verdict.FAILURE]))
    def a_service_answers(self, data: st.DataObject, verdict: Verdict) -> None:
        """Let a service say of a head that it was asked about whether it may be merged."""
        question = data.draw(st.sampled_from(sorted(self.asked)))
        known = self.answers.get(question)
        if known is None or known.verdict is Verdict.PENDING:
            self.answers[question] = WebhookAnswer(verdict, "as it thinks", stage.NOW)
            self.passed |= {self.asked[question]} if verdict is Verdict.SUCCESS else set()

    @rule(digit=st.sampled_from("123456"), score=st.sampled_from(SCORES))
    def a_trial_ends(self, digit: str, score: float) -> None:
        """Let a trial end that wasn't there; one that was keeps its score."""
        self.scores.setdefault(digit, score)

    @rule()
    def the_forge_checks(self) -> None:
        """Let the forge find out what can be merged."""
        self.forge.check()

    @rule()
    def a_listing_is_behind(self) -> None:
        """Let the next pass see the forge as it is now, whatever happens until then."""
        self.forge.old = self.forge.shown()

    @precondition(lambda self: self._open())
    @rule(who=st.sampled_from(PEOPLE), approves=st.integers(0, 3), moves=st.booleans(), data=st.data())
    def somebody_reviews(self, who: str, approves: int, moves: bool, data: st.DataObject) -> None:
        """Let a person say something of an open page; perhaps its branch gets another head a moment later."""
        name = data.draw(st.sampled_from(self._open()))
        self.forge.review(name, who, Opinion.APPROVED if approves else Opinion.DECLINED)
        if moves:
            self.forge.rebase(name)

    @precondition(lambda self: self.has_team)
    @rule(who=st.sampled_from(PEOPLE), hides=st.booleans())
    def somebody_joins_or_leaves(self, who: str, hides: bool) -> None:
        """Let the team change; perhaps nobody is told from now on who belongs to it."""
        self.forge.join_or_leave(who)
        self.is_hidden = hides

    @precondition(lambda self: self.has_team and self._open())
    @rule(who=st.sampled_from(PEOPLE), data=st.data())
    def somebody_approves_and_leaves_at_the_last_moment(self, who: str, data: st.DataObject) -> None:
        """Let a person approve, and join or leave the team between the decision to merge and the merge."""
        self.forge.review(data.draw(st.sampled_from(self._open())), who, Opinion.APPROVED)
        self.forge.check()
        self.make_a_pass(records=True, fails_at=99, moves=who)

    @precondition(lambda self: self._open())
    @rule(who=st.sampled_from(PEOPLE), data=st.data())
    def a_review_is_dismissed(self, who: str, data: st.DataObject) -> None:
        """Take back what a person said."""
        self.forge.dismiss(data.draw(st.sampled_from(self._open())), who)

    @precondition(lambda self: self._open())
    @rule(data=st.data(), other=st.integers(1, 3), takes_model=st.booleans())
    def somebody_pushes_to_a_proposal(self, data: st.DataObject, other: int, takes_model: bool) -> None:
        """Let a person change what a proposal brings: another model, or something else beside it."""
        name = data.draw(st.sampled_from(self._open()))
        content = dict(self.forge.pages[name].content) | {"other": other}
        if takes_model:
            content["model"] = {"trial": stage.trial_name("9"), "digest": MODEL}
        self.forge.push(name, content)

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def somebody_rebases_a_proposal(self, data: st.DataObject) -> None:
        """Let a branch get another head that brings the same."""
        self.forge.rebase(data.draw(st.sampled_from(self._open())))

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def somebody_declines(self, data: st.DataObject) -> None:
        """Let a person close a page."""
        name = data.draw(st.sampled_from(self._open()))
        self.forge.decline(name)
        self.declined.add(name)

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def somebody_merges(self, data: st.DataObject) -> None:
        """Let a person merge a page by hand."""
        self.forge.merge_by_hand(data.draw(st.sampled_from(self._open())))

    @precondition(lambda self: self.forge.main["model"] is not None)
    @rule(to=st.sampled_from([None, "1", "2"]))
    def somebody_reverts(self, to: str | None) -> None:
        """Let a person pin another model, or none, once the daemon has seen the one that was pinned."""
        self.make_a_pass(records=True, fails_at=99)
        before = self.forge.main["model"]
        after = {"trial": stage.trial_name(to), "digest": MODEL} if to else None
        self.forge.main = {**self.forge.main, "model": after}
        if before and (after is None or after["trial"] != before["trial"]) and self._has_seen(before["trial"]):
            self.reverted.add(before["trial"])
        if after:
            self.reverted.discard(after["trial"])

    def _has_seen(self, trial: str) -> bool:
        return trial in (self.facts.get("promoted") or ())

    def _open(self) -> list[str]:
        return sorted(name for name, page in self.forge.pages.items() if page.state is ProposalState.OPEN)

    # The laws.

    @invariant()
    def what_the_daemon_merged_was_proposed_and_nothing_else(self) -> None:
        """A merge of the daemon's changes the model alone, to the very one that it had proposed."""
        for merged in self.forge.merged:
            assert not merged.page.by_hand, "what a person pushed was merged by its name"
            assert merged.after == {**merged.before, **merged.page.order.edits}

    @invariant()
    def nothing_is_merged_whose_gates_failed(self) -> None:
        """The trial that a merge pins holds its gates."""
        for merged in self.forge.merged:
            trial = merged.after["model"]["trial"]
            (score,) = [score for digit, score in self.scores.items() if stage.trial_name(digit) == trial]
            assert score >= GATE

    @invariant()
    def nothing_is_merged_before_services_passed_it(self) -> None:
        """Where a service is asked, it passed the very head that the daemon merged."""
        for merged in self.forge.merged:
            assert "webhooks" not in self.spec or merged.page.head in self.passed

    @invariant()
    def nothing_is_merged_whose_approval_was_for_another_head(self) -> None:
        """Where people have to approve, so many of those who count had approved the head that was merged."""
        rule = self.spec.get("approvals")
        for merged in self.forge.merged:
            assert self.spec["approval"] == "auto" or rule, "what waits for a person's merge was merged"
            if rule:
                assert len(_approved(merged.page, self._heard(merged))) >= rule["count"]

    def _heard(self, merged: Any) -> set[str]:
        counts = {COUNTS[0], *merged.team} if self.has_team else set(COUNTS)
        return {who for who in counts if who in merged.page.reviews}

    @invariant()
    def what_was_declined_or_taken_back_stays_so(self) -> None:
        """Automation opens no page again that a person closed, and proposes no model that a person took back."""
        assert not self.declined & set(self._open()), "a page that a person closed is open again"
        if self.steady:
            open_ = [self.forge.pages[name].order.edits["model"]["trial"] for name in self._open()]
            assert not self.reverted & set(open_), "a model that a person took back is proposed"

    @invariant()
    def at_most_one_is_open_once_a_pass_was_made_whole(self) -> None:
        """After a pass that saw what is, did all it decided and recorded it, one page is open at the most.

        One that people pushed to is theirs, and while it is open nothing else is.
        """
        if self.steady:
            ours = [name for name in self._open() if not self.forge.pages[name].by_hand]
            assert len(ours) <= (len(ours) == len(self._open()))
            self.steady = False


def _approved(page: Page, who: set[str]) -> set[str]:
    """Return who approved the head of a page, of some people."""
    said = page.reviews
    return {name for name in who if said[name].opinion is Opinion.APPROVED and said[name].commit == page.head}
