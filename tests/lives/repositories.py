"""Random repositories: specs of every kind that refer to each other, with patches, parts and interpolation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

from reconciler.model.ids import Address, address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.simulation import Files
from reconciler.simulation.commits import path_of

NAMES: Mapping[str, Sequence[str]] = dict.fromkeys(KINDS, ("a", "b")) | {"pools": ("shared", "other")}
EVERY = [address(kind, name) for kind, names in NAMES.items() for name in names]
"""All addresses that a random repository may have."""
PART = "specs/parts/tabular.yaml"
Spec = dict[str, Any]


def written(spec: Mapping[str, Any]) -> bytes:
    """Write a spec as people do."""
    return yaml.safe_dump(dict(spec), sort_keys=False).encode()


def of(kind: str) -> st.SearchStrategy[str]:
    """Draw a reference to a resource of a kind, most often to the one that most repositories have."""
    usual, other = NAMES[kind]
    return st.sampled_from((*[usual] * 7, other)).map(lambda name: f"{kind}/{name}")


def _some(
    required: Mapping[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Spec]:
    return st.fixed_dictionaries(dict(required), optional=optional)


_NUMBERS = st.integers(1, 4)
_KEEP = st.sampled_from((1, 2))
_JOBS: Mapping[str, st.SearchStrategy[Any]] = {
    "team": st.sampled_from(("risk", "${env.team}")),
    "pool": of("pools"),
    "retries": st.integers(0, 2),
}
_REFRESH = st.sampled_from(("*/10 * * * *", "0 */6 * * *"))
_SOURCES = st.one_of(
    _NUMBERS.map(lambda n: {"sql": {"url": "${secret:WAREHOUSE}", "query": f"SELECT {n}"}}),
    _NUMBERS.map(lambda n: {"files": {"url": f"${{env.bucket}}/{n}", "format": "images"}}),
)
_GATES = st.sampled_from(
    (
        {"metric": "roc_auc", "minimum": 0.9},
        {"metric": "roc_auc", "worse_than_live": 0.01},
        {"metric": "f1", "maximum": 0},
    )
)


def pools() -> st.SearchStrategy[Spec]:
    """Draw a pool, which may be too small for many jobs at once."""
    return _some({"capacity": _NUMBERS.map(lambda n: {"cpus": n, "memory": f"{4 * n}Gi"})})


def datasets() -> st.SearchStrategy[Spec]:
    """Draw a dataset, with a schema or without."""
    columns = st.just({"id": {"type": "integer"}, "paid": {"type": "boolean"}})
    return _some(
        {"source": _SOURCES, "target": st.just("paid")},
        columns=columns,
        refresh=_REFRESH,
        keep=_KEEP,
        minimum_rows=_NUMBERS,
        **_JOBS,
    )


def labels() -> st.SearchStrategy[Spec]:
    """Draw labels of a dataset."""
    exports = st.just({"url": "${env.bucket}/answers", "question": "digit"})
    required = {"dataset": of("datasets"), "exports": exports}
    return _some(required, refresh=_REFRESH, keep=_KEEP, note=st.sampled_from(("x", "y")), **_JOBS)


def experiments() -> st.SearchStrategy[Spec]:
    """Draw an experiment of one trial or several."""
    params = st.sampled_from(({"model": "choice(forest, gbm)"}, {"max_depth": "range(1, 4)"}, {"max_depth": 3}))
    required = {
        "dataset": of("datasets"),
        "target": st.just("paid"),
        "runner": st.sampled_from(("tabular", {"command": ["train"]})),
        "metric": st.sampled_from(({"name": "roc_auc"}, {"name": "log_loss", "goal": "minimize"})),
    }
    whole = _some(required, params=params, labels=of("labels"), seed=_NUMBERS, keep=_KEEP, **_JOBS)
    by_part = _some({"defaults": st.just(["tabular", "_self_"]), "dataset": of("datasets")}, seed=_NUMBERS, **_JOBS)
    return st.one_of(whole, by_part)


def promotions() -> st.SearchStrategy[Spec]:
    """Draw a promotion, with gates or without."""
    required = {"experiment": of("experiments"), "deployment": of("deployments")}
    approval = st.sampled_from(("auto", "auto", "auto", "review"))
    return _some(required, approval=approval, gates=st.lists(_GATES, max_size=1), **_JOBS)


def deployments() -> st.SearchStrategy[Spec]:
    """Draw a deployment, whose model a promotion pins."""
    rollout = st.sampled_from(({"steps": [100]}, {"steps": [10, 50, 100], "hold": "20s"}))
    replicas = st.sampled_from(({"minimum": 1, "maximum": 2}, {"minimum": 0, "maximum": 1}))
    drift = st.sampled_from(("correct", "report"))
    return _some({}, rollout=rollout, replicas=replicas, drift=drift, log_payloads=st.booleans(), **_JOBS)


def monitors() -> st.SearchStrategy[Spec]:
    """Draw a monitor; what its alerts do may have consequences."""
    alert = st.sampled_from(("report", "retrain", "rollback")).map(lambda action: {"action": action, "within": "1h"})
    schedule = st.sampled_from(("*/5 * * * *", "0 * * * *"))
    keep = st.sampled_from((1, 3))
    return _some({"deployment": of("deployments"), "schedule": schedule}, alert=alert, keep=keep, **_JOBS)


_SPECS: Mapping[str, Callable[[], st.SearchStrategy[Spec]]] = {
    "pools": pools, "datasets": datasets, "labels": labels, "experiments": experiments,
    "promotions": promotions, "deployments": deployments, "monitors": monitors,
}  # fmt: skip


def specs(spec: Address) -> st.SearchStrategy[Spec]:
    """Draw what a resource may be asked to be."""
    return _SPECS[kind_of(spec)]()


def environments() -> st.SearchStrategy[Spec]:
    """Draw an environment's file: how much a pass may delete, and what specs interpolate."""
    deletion = st.fixed_dictionaries({"number": st.integers(0, 5), "share": st.sampled_from((0.1, 0.3, 1.0))})
    variables = st.fixed_dictionaries({"bucket": st.sampled_from(("s3://x", "s3://y")), "team": st.just("vision")})
    return st.fixed_dictionaries({"variables": variables}, optional={"deletion": deletion})


@st.composite
def repositories(draw: st.DrawFn, names: Sequence[str]) -> Files:
    """Draw a repository with these environments: a pool, and most often a whole chain of resources on it.

    Args:
        draw: draws.
        names: the names of the environments.
    """
    files = {
        PART: written(
            {
                "target": "paid",
                "runner": "tabular",
                "metric": {"name": "roc_auc"},
                "params": {"max_depth": "choice(1, 2)"},
            }
        )
    }
    files |= {f"environments/{name}/environment.yaml": written(draw(environments())) for name in names}
    chosen = draw(st.lists(st.sampled_from(EVERY), unique=True, max_size=6))
    chain = [address(kind, "a") for kind in KINDS if kind != "pools"] if draw(st.integers(0, 5)) else []
    for spec in dict.fromkeys([Address("pools/shared"), *chain, *chosen]):
        files[path_of(spec)] = written(draw(specs(spec)))
    return files
