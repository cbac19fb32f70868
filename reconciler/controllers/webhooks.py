"""Webhooks: what services of one's own say of an open proposal, and when they are asked.

1. Each is asked about a candidate, by its model's digest, at a head; another candidate or head is another question.
2. That it passes or fails is final for that question. Where it waits, or says nothing that is understood, it is asked
   again after the span that the spec says, or when an operator asks for that. Nothing but a pass is one.
3. What was said, and when it was asked, is told in the status: a daemon that begins anew asks no earlier.
4. It is told of digests, figures over all rows and gates: no row, no value of a column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.controllers.gate_statuses import status
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.model.change import AskWebhook, Change
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import digest
from reconciler.model.kinds.webhooks import Webhook
from reconciler.model.moment import moment_of
from reconciler.model.observed import Proposal, WebhookAnswer
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.model.text import printable

LOOK = timedelta(seconds=2)
"""After how long is looked whether one that was just asked has answered."""
ASKED = "it is being asked"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What the webhooks of a promotion say of a proposal.

    Attributes:
        statuses: a commit status for each.
        changes: what asks those that are due.
        waiting: those that haven't decided.
        lost: those that failed it, with their reasons.
        facts: what the status remembers.
        wake: when one is due, or may have answered.
    """

    statuses: tuple[CommitStatus, ...] = ()
    changes: tuple[Change, ...] = ()
    waiting: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    facts: tuple[Mapping[str, Any], ...] = ()
    wake: datetime | None = None


def said(case: Case, candidate: Candidate, proposal: Proposal, gates: Sequence[CommitStatus]) -> Said:
    """Return what webhooks say of an open proposal, and what asks those that are due."""
    heard, remembered = case.view.actual.answers, _remembered(case)
    found: list[tuple[Webhook, WebhookAnswer]] = []
    changes: list[Change] = []
    wakes: list[datetime] = []
    facts: list[Mapping[str, Any]] = []
    for webhook in case.spec.webhooks:
        question = _question(case, candidate, proposal, webhook)
        answer, now = _newest(heard.get(question), remembered.get(question)), case.view.actual.now
        if answer is None or _is_due(case, webhook, answer):
            changes.append(_asking(case, candidate, (proposal, question), webhook, gates))
            answer = WebhookAnswer(Verdict.PENDING, answer.reason if answer else ASKED, now)
        if answer.verdict is Verdict.PENDING:
            may_come = answer is not heard.get(question) and now <= answer.asked + webhook.timeout + LOOK
            wakes.append(now + LOOK if may_come else answer.asked + webhook.every)
        found.append((webhook, answer))
        facts.append(_fact(question, answer))
    return Said(
        tuple(status(case, context(one), answer.verdict, answer.reason) for one, answer in found),
        tuple(changes),
        tuple(context(one) for one, answer in found if answer.verdict is Verdict.PENDING),
        tuple(f"{context(one)}: {answer.reason}" for one, answer in found if answer.verdict is Verdict.FAILURE),
        tuple(facts),
        min(wakes, default=None),
    )


def _newest(heard: WebhookAnswer | None, remembered: WebhookAnswer | None) -> WebhookAnswer | None:
    """Return what was heard, unless it was asked again since."""
    if heard is None or remembered is None:
        return heard or remembered
    return heard if heard.asked >= remembered.asked or heard.verdict is not Verdict.PENDING else remembered


def context(webhook: Webhook) -> str:
    """Return what a webhook's gate is called."""
    return f"webhook {webhook.name}"


def _question(case: Case, candidate: Candidate, proposal: Proposal, webhook: Webhook) -> str:
    return digest([case.address, case.environment, webhook.name, webhook.url, candidate.digest, proposal.commit])


def _is_due(case: Case, webhook: Webhook, answer: WebhookAnswer) -> bool:
    if answer.verdict is not Verdict.PENDING:
        return False
    requested = case.view.requested(case.address)
    return answer.asked + webhook.every <= case.view.actual.now or bool(requested and requested > answer.asked)


def _asking(
    case: Case, candidate: Candidate, of: tuple[Proposal, str], webhook: Webhook, gates: Sequence[CommitStatus]
) -> AskWebhook:
    proposal, question = of
    name, live = case.sort.run, case.live
    whose = {"deployment" if case.spec.deployment else "subject": case.spec.subject}
    data = {
        "environment": case.environment,
        "promotion": case.address,
        **whose,
        "proposal": {"name": proposal.name, "branch": proposal.branch, "head": proposal.commit, "url": proposal.url},
        "candidate": {name: candidate.run, "digest": candidate.digest, "data": candidate.data},
        "live": {name: live.run, "digest": live.digest} if live else None,
        "metrics": dict(candidate.scores.metrics),
        "gates": {gate.context: gate.verdict.value for gate in gates},
    }
    return AskWebhook(
        address=case.address,
        name=proposal.name,
        question=question,
        url=webhook.url,
        secret=webhook.secret,
        timeout=webhook.timeout.total_seconds(),
        data=data,
        why=f"{context(webhook)} hasn't decided on this head",
    )


def _fact(question: str, answer: WebhookAnswer) -> Mapping[str, Any]:
    moment = answer.asked.isoformat()
    return {"question": question, "verdict": answer.verdict.value, "reason": answer.reason, "asked": moment}


def _remembered(case: Case) -> dict[str, WebhookAnswer]:
    """Return what the last status remembers; what isn't understood counts as not asked."""
    told = case.view.facts_of(case.address, PromotionFacts).get("asked")
    rows: Sequence[Any] = told if isinstance(told, list | tuple) else ()
    return {str(row["question"]): found for row in rows if (found := _read(row))}


def _read(row: Any) -> WebhookAnswer | None:
    if not isinstance(row, Mapping):
        return None
    asked = moment_of(str(row.get("asked") or ""))
    verdicts = (Verdict.PENDING, Verdict.SUCCESS, Verdict.FAILURE)
    verdict = next((one for one in verdicts if one.value == row.get("verdict")), None)
    if asked is None or verdict is None or "question" not in row:
        return None
    return WebhookAnswer(verdict, printable(str(row.get("reason") or ""), _LONGEST), asked)
