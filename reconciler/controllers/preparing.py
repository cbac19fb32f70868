"""Preparations that the data shows to be needed, proposed as a change of an experiment that asks for them."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.controllers.proposals import close_others, proposal_name, propose_once
from reconciler.model.change import Change, OpenProposal
from reconciler.model.decision import DataVersion, View
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.markdown import code
from reconciler.model.resource import Resource
from runners.contract.preparations import Preparations, as_told, flaw

ASKED = "proposed"
MOST = 500
"""Columns whose preparations are proposed."""
_PREPARATIONS: TypeAdapter[Preparations] = TypeAdapter(Preparations)


def proposed_preparations(resource: Resource, data: DataVersion, view: View) -> tuple[Change, ...]:
    """Propose the preparations of the newest data, where the spec says `preparations: proposed`.

    Meanwhile trials prepare columns as ever. Once it says which, nothing is proposed any more.
    """
    spec = resource.spec
    assert isinstance(spec, Experiment)
    facts = view.actual.results.get(data.run, {}).get("facts", {})
    told = _of(spec, facts.get("proposed_preparations") or {})
    if spec.preparations != ASKED or not told:
        return close_others(resource.address, None, view)
    return propose_once(
        OpenProposal(
            address=resource.address,
            name=proposal_name(resource, told, resource, view),
            file=resource.file,
            edits={"preparations": told},
            title=f"Prepare the columns of {resource.address} as its data asks for",
            body=_body(resource, data, facts.get("preparations")),
            why="the spec asks for proposed preparations",
        ),
        view,
    )


def _of(spec: Experiment, told: Any) -> dict[str, Any]:
    """Return what concerns the experiment: of its target, and of what it leaves out, nothing is prepared.

    A job has told it, so it is read as a spec is; what couldn't stand in one isn't proposed.
    """
    try:
        steps = _PREPARATIONS.validate_python(told)
    except ValidationError:
        return {}
    left_out = {spec.target, *spec.exclude}
    known = {name: one for name, one in steps.items() if one and not flaw(one) and name not in left_out}
    chosen = {name: one for name, one in known.items() if spec.features is None or name in spec.features}
    return as_told(dict(list(chosen.items())[:MOST]))


def _body(resource: Resource, data: DataVersion, found: Any) -> str:
    lines = [_reason(one) for one in (found if isinstance(found, list) else [])[:50] if isinstance(one, Mapping)]
    return "\n".join(
        [
            f"`{resource.address}` says `preparations: proposed`. The profile of `{data.run}` asks for these. Merged, "
            f"they become part of every model's own graph, and the experiment trains anew; until then columns are "
            f"prepared as ever. Leakage, rare categories and classes out of balance are for people to decide on.",
            "",
            *lines,
        ]
    )


def _reason(one: Mapping[str, Any]) -> str:
    columns = one.get("columns") if isinstance(one.get("columns"), list) else []
    shown = ", ".join(code(str(name)[:80]) for name in (columns or [])[:10])
    return f"- {code(str(one.get('name'))[:80])} {shown}: {code(str(one.get('reason'))[:500])}"
