"""Recording: a plan and its outcomes as edits of the status branch, only where something changed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from reconciler.containment import Success, contain
from reconciler.model.condition import conditions_of, told_by
from reconciler.model.decision import Decision
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.moment import moment_of
from reconciler.model.moves import names_told
from reconciler.model.plan import Outcome, Plan
from reconciler.model.resource import Desired
from reconciler.plan.backoff import retold
from reconciler.status import formats
from reconciler.status.leaderboard_pages import leaderboard_pages
from reconciler.status.plain import plain
from reconciler.status.pools_page import pool_pages
from reconciler.status.read import Recorded, approval_path, commit_of
from reconciler.status.readme import readme
from reconciler.status.resource_pages import resource_pages
from reconciler.status.shown import Files
from reconciler.yaml.dump import dump

Edits = dict[str, bytes | None]
"""New content of files on the status branch by path; None removes the file."""
AS_OF = "as_of"
"""When the last pass was that wrote anything, in `pass.yaml`."""
BEAT = timedelta(hours=6)
"""After how long without a change a daemon says that it lives: four commits on a quiet day."""


def edits(
    desired: Desired,
    plan: Plan,
    outcomes: tuple[Outcome, ...],
    *,
    recorded: Recorded,
    read: Callable[[RunName, str], bytes],
    now: datetime,
    dump: Callable[[Mapping[str, Any]], bytes] = dump,
    host: str = "",
    beat: timedelta | None = None,
) -> Edits:
    """Tell what changes on the status branch; empty when nothing does.

    Args:
        desired: what the commit asks for.
        plan: the pass's plan.
        outcomes: what became of its changes.
        recorded: what the status branch holds now.
        read: reads a file of a run, for reports.
        now: the time that changed conditions get.
        dump: writes a document.
        host: which daemon this is, for people.
        beat: after how long without a change it is written all the same that a daemon lives; never without it.
    """
    told = with_outcomes(plan, outcomes)
    documents = {a: status(d, plan.commit, now, recorded.statuses.get(a, {})) for a, d in told.items()}
    for address in plan.removed & documents.keys():
        del documents[address]
    known = {a: doc for a, doc in recorded.statuses.items() if f"status/{a}.yaml" not in recorded.flaws}
    changed: Edits = {f"status/{a}.yaml": dump(doc) for a, doc in documents.items() if known.get(a) != doc}
    changed |= {f"status/{a}.yaml": None for a in recorded.statuses if a not in documents}
    changed |= _files(told, plan.removed, recorded.files, read)
    changed |= leaderboard_pages(told, plan.removed, recorded.files)
    changed |= _pages(desired, documents, changed, recorded, plan.commit)
    changed |= {p: None for p in map(approval_path, _used_up(plan, recorded)) if p in recorded.files}
    last = {
        "format": formats.STATUS,
        "environment": plan.environment,
        "commit": plan.commit,
        "problems": [str(problem) for problem in desired.all_problems()],
        "notes": list(plan.notes),
    }
    said = {key: value for key, value in recorded.last_pass.items() if key != AS_OF}
    if changed or said != last or "pass.yaml" in recorded.flaws or _is_quiet(recorded, now, beat):
        changed["pass.yaml"] = dump(last | ({AS_OF: now.isoformat(timespec="seconds")} if beat else {}))
        files = Files(_after(recorded.files, changed))
        changed["README.md"] = _readme(desired, documents, _written(now, host, beat), files)
    return changed


def beats_at(last_pass: Mapping[str, Any], beat: timedelta) -> datetime | None:
    """Return when it is to be written again that a daemon lives; None where nobody wrote when the last pass was."""
    as_of = moment_of(last_pass.get(AS_OF))
    return as_of + beat if as_of else None


def _is_quiet(recorded: Recorded, now: datetime, beat: timedelta | None) -> bool:
    """Tell whether nothing was written for so long that people can't know whether a daemon lives."""
    if beat is None:
        return False
    due = beats_at(recorded.last_pass, beat)
    return due is None or abs(now - due + beat) >= beat  # one of a clock that was ahead is none


def _written(now: datetime, host: str, beat: timedelta | None) -> str:
    """Say of when the page is, so that it stays true when nobody writes any more."""
    if not host:
        return ""
    hours = f"{beat.total_seconds() / 3600:g} hours" if beat else ""
    often = f" A daemon writes here when something changes, and every {hours} when nothing does: " if beat else ""
    rest = "if this is older, none lives, or it can't write." if beat else ""
    return f"As of {now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, by `{host}`.{often}{rest}"


def _pages(
    desired: Desired,
    documents: Mapping[Address, Mapping[str, Any]],
    changed: Edits,
    recorded: Recorded,
    commit: CommitId,
) -> Edits:
    """Return the pages of resources that say something new; with a new commit all are looked at."""
    new = {a for a in documents if f"status/{a}.yaml" in changed}
    pools = pool_pages(documents, new, recorded.statuses.keys(), recorded.files)
    if commit_of(recorded.last_pass) != commit:
        new = set(documents)
    new |= {Address("/".join(path.split("/")[1:3])) for path in changed if path.startswith("reports/")}
    files = _after(recorded.files, changed | pools)
    return pools | resource_pages(desired, documents, new, recorded, files)


def _after(files: Collection[str], changed: Edits) -> frozenset[str]:
    """Return the paths that there are once something was written."""
    gone = {path for path, text in changed.items() if text is None}
    return frozenset({*files, *changed} - gone)


def _used_up(plan: Plan, recorded: Recorded) -> Iterator[str]:
    """List the approvals that have been made use of: else the same removal would be approved of for ever.

    One of removals is used up when the last of them is done, one of a rewritten history when the status tells of its
    commit.
    """
    approved = {a: d.facts.get("approved") for a, d in plan.decisions.items()}
    gone, left = ({name for a, name in approved.items() if (a in plan.removed) is is_gone} for is_gone in (True, False))
    yield from (str(name) for name in gone - left if name)
    yield from filter(None, [commit_of(recorded.last_pass)])


def _readme(desired: Desired, documents: Mapping[Address, Mapping[str, Any]], written: str, files: Files) -> bytes:
    """Write the README; whatever odd facts a runner has left, the statuses beside it are written."""
    page = contain(lambda: readme(desired, documents, written, files).encode())
    return page.value if isinstance(page, Success) else f"# {desired.environment_name}\n\n{page.message}\n".encode()


def with_outcomes(plan: Plan, outcomes: tuple[Outcome, ...]) -> Mapping[Address, Decision]:
    """Return the plan's decisions, those whose changes failed told as what comes next: a retry, or a person."""
    failed = {outcome.change.address: outcome for outcome in outcomes if outcome.error}
    return {a: retold(d, failed[a]) if a in failed else d for a, d in plan.decisions.items()}


def status(decision: Decision, commit: CommitId, now: datetime, former: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a resource's status document; the very former one when nothing but the commit is new."""
    conditions, state = former.get("conditions") or [], decision.phase.value
    facts = former["facts"] if former.get("facts") == decision.facts else plain(decision.facts)
    is_same = former.get("state") == state and former.get("facts") == facts
    before, after = _timeless(conditions), told_by(decision)
    if is_same and (before == after or [list(told) for told in before] == plain(after)):
        return former
    written = plain([c.as_json() for c in conditions_of(decision, commit, now, conditions)])
    told = {"address": str(decision.address), "state": state, "conditions": written, "facts": facts}
    return {"format": formats.STATUS, **told}


def _timeless(conditions: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [(c.get("type"), c.get("status"), c.get("reason"), c.get("message")) for c in conditions]


def _files(
    told: Mapping[Address, Decision],
    removed: frozenset[Address],
    known: Mapping[str, str],
    read: Callable[[RunName, str], bytes],
) -> Edits:
    """Add the reports that are shown and not there yet; take away those that are shown no more.

    A report's path names its run, and a run's output never changes: what is there needs no second look. One that can't
    be read now is left for the next pass, and keeps no status back.
    """
    changed: Edits = {}
    there: defaultdict[str, list[str]] = defaultdict(list)
    for path in known:
        room, *place = path.split("/", 3)
        if room == "reports" and len(place) == 3:
            there["/".join(place[:2])].append(path)
    for address, decision in told.items():
        if not decision.files and address not in removed:
            continue
        shown = {} if address in removed else decision.files
        fresh = {path: contain(partial(read, *place)) for path, place in shown.items() if path not in known}
        changed |= {path: content.value for path, content in fresh.items() if isinstance(content, Success)}
        names = names_told(address, decision.facts)
        changed |= {path: None for name in names for path in there[name] if path not in shown}
    return changed
