"""Whose model scores a dataset's rows: the one that answers all requests of a deployment, or an experiment's best.

While a deployment's traffic is divided between two models, neither scores: what was scored stands until one has it all.
"""

from typing import NamedTuple

from reconciler.controllers.endpoints import digest_of
from reconciler.model.decision import Leaderboard, Live, View
from reconciler.model.ids import Address, RunName


class ScoringModel(NamedTuple):
    """A model: the trial that has it, and its digest."""

    run: RunName
    digest: str


def scoring_model(by: str, view: View) -> ScoringModel | str:
    """Return the model of a deployment or an experiment, or say why there is none now: nothing where it has none."""
    above = view.upstream.get(Address(by))
    told = above.output if above else None
    found: ScoringModel | None = None
    if isinstance(told, Leaderboard) and told.trials:
        found = ScoringModel(told.trials[0].run, told.trials[0].model_digest)
    if isinstance(told, Live):
        if _is_divided(Address(by), told, view):
            return f"the traffic of {by} is divided between models, and none scores until one has it all"
        found = ScoringModel(told.trial, digest_of(Address(by), told, view))
    if found is None:
        return ""
    there = view.actual.data.versions.get(found.run)
    return found if there is not None else f"the model of {by} isn't in the data store: {found.run} is gone"


def _is_divided(deployment: Address, live: Live, view: View) -> bool:
    """Tell whether another model answers some requests."""
    endpoint = view.actual.endpoints.get(view.moves.identity(deployment))
    if endpoint is None:
        return False
    shares = {name for name, share in endpoint.traffic.items() if share and name in endpoint.revisions}
    return any(endpoint.revisions[name].trial != live.trial for name in shares)
