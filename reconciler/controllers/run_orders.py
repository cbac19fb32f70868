"""How a run is ordered: its name from what it is made from, its job from the spec's pool, team and resources."""

from collections.abc import Mapping
from typing import Any

from reconciler.model.change import StartRun
from reconciler.model.decision import View
from reconciler.model.ids import Address, RunName, digest, run_name
from reconciler.model.kinds.spec import JobSpec
from reconciler.model.resource import Resource
from runners.contract.versions import RUNNER_VERSIONS

_OWN = frozenset({"due", "alert", "params"})
"""Parts that are told otherwise, or that differ from trial to trial."""
_PARTS: dict[str, dict[str, str]] = {}
_MOST = 20_000
"""So many are remembered, by one digest of them all: passes ask for the same."""


def order(
    resource: Resource,
    view: View,
    *,
    runner: str,
    params: Mapping[str, Any],
    made_from: Mapping[str, Any],
    inputs: Mapping[str, RunName] | None = None,
    urls: Mapping[str, str] | None = None,
    asks: Address | None = None,
    seed: int = 0,
    code: tuple[str, str] | None = None,
    version: int | None = None,
) -> StartRun:
    """Order a run of a resource.

    The run's name digests the parameters, the seed, the runner's declared version and `made_from`, which holds the
    contents of the inputs, below the first name that its resource had. Where it runs, for whom, how long, and which
    endpoint it asks is left out: that changes no result. One that reads secrets is named by whose they are too: the
    same words may stand for another database elsewhere. `version` is the runner's, where its package declares it.
    """
    spec = resource.spec
    if not isinstance(spec, JobSpec):
        raise TypeError(f"{resource.address} has no jobs")
    version = RUNNER_VERSIONS[runner] if version is None else version
    whole = {"runner": [runner, version], "params": params, "seed": seed, "from": made_from}
    name = run_name(resource.identity, whole | _whose_secrets(params, view))
    return StartRun(
        address=resource.address,
        run=name,
        runner=runner,
        params=params,
        pool=Address(spec.pool),
        team=view.desired.environment.team or spec.team,
        resources=spec.resources,
        timeout=spec.timeout.total_seconds(),
        seed=seed,
        inputs=inputs or {},
        urls=urls or {},
        asks=asks,
        code=code,
        provenance={"environment": view.desired.environment_name, "spec": resource.file, "runner_version": version}
        | {f"input_{role}": run for role, run in (inputs or {}).items()},
        made_from={"runner": whole["runner"], "seed": seed, **params, **made_from},
    )


def parts(wanted: StartRun) -> dict[str, str]:
    """Return a digest of each part that a run is made from, by which the next plan says what has changed."""
    kept = [(name, value) for name, value in sorted(wanted.made_from.items()) if name not in _OWN]
    whole = digest(kept)
    if whole not in _PARTS:
        if len(_PARTS) >= _MOST:
            _PARTS.clear()
        _PARTS[whole] = {name: digest(value) for name, value in kept}
    return _PARTS[whole]


def _whose_secrets(params: Mapping[str, Any], view: View) -> dict[str, str]:
    """Return whose secrets a run reads: those of a scope, which environments may share, or of its environment alone."""
    if "${secret:" not in repr(params):
        return {}
    scope = view.desired.environment.secrets.scope
    return {"secrets": f"scope {scope}" if scope else f"environment {view.desired.environment_name}"}
