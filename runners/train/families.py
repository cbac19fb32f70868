"""Families of models: what `params.model` may be, and which further parameters each takes.

All parameters but `model` go to the estimator as they are. Names, defaults and meanings are those of scikit-learn
and LightGBM; what is set here otherwise is in the table below.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.evaluate.predictions import Task
from runners.train.nearest import did_you_mean

Encoding = Literal["one-hot", "ordinal"]
"""How a family takes its columns: scaled, with a column for each category; or plain, with a number for each."""
_FIXED = frozenset({"n_jobs", "random_state", "verbose", "warm_start", "verbosity", "objective", "loss", "dual"})
_INTERNAL = frozenset({"importance_type", "subsample_for_bin", "oob_score", "multi_class", "copy_X"})
_CLASSES: tuple[Task, ...] = ("binary", "multiclass", "multilabel")


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of model. `estimators` name its class by task, `renamed` parameters are called otherwise there."""

    encoding: Encoding
    estimators: Mapping[Task, str]
    preset: Mapping[str, Any] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


def _family(encoding: Encoding, classifier: str | None, regressor: str | None, **preset: Any) -> Family:
    estimators: dict[Task, str] = dict.fromkeys(_CLASSES, classifier) if classifier else {}
    return Family(encoding, estimators | ({"regression": regressor} if regressor else {}), preset)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "logistic": _family("one-hot", "sklearn.linear_model:LogisticRegression", None, max_iter=1000),
        "linear": _family("one-hot", None, "sklearn.linear_model:Ridge"),
        "gbm": _family(
            "ordinal",
            "lightgbm:LGBMClassifier",
            "lightgbm:LGBMRegressor",
            verbose=-1,
            deterministic=True,
            force_row_wise=True,
        ),
        "forest": _family(
            "ordinal",
            "sklearn.ensemble:RandomForestClassifier",
            "sklearn.ensemble:RandomForestRegressor",
            max_depth=12,
            min_samples_leaf=2,
        ),
        "tree": _family(
            "ordinal", "sklearn.tree:DecisionTreeClassifier", "sklearn.tree:DecisionTreeRegressor", max_depth=6
        ),
        "mlp": _family(
            "one-hot", "sklearn.neural_network:MLPClassifier", "sklearn.neural_network:MLPRegressor", max_iter=300
        ),
    }
)
"""The families by name."""

BY_STEPS = Family(
    "one-hot",
    dict.fromkeys(_CLASSES, "sklearn.linear_model:SGDClassifier"),
    {"loss": "log_loss", "learning_rate": "constant", "average": True, "max_iter": 100},
    {"learning_rate": "eta0"},
)
"""`logistic` with a `learning_rate`: the same model, found by averaged stochastic steps of that size."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An estimator that hasn't been fitted yet."""

    name: str
    estimator: Any
    encoding: Encoding


def choose_family(params: Mapping[str, Any], usual: str, task: Task, seed: int, threads: int) -> Chosen:
    """Make the estimator that a trial asks for.

    Args:
        params: the trial's own values; `model` names the family, the others are its parameters.
        usual: the family where none is named.
        task: what the target is.
        seed: seed of what the estimator draws.
        threads: how many it may use.

    Raises:
        InputError: the family isn't known or not for this task, or it has no such parameter.
    """
    name = params.get("model", usual)
    family = _of(name, task)
    given = {key: value for key, value in params.items() if key != "model"}
    if name == "logistic" and "learning_rate" in given:
        family = BY_STEPS
    estimator = _loaded(family.estimators[task])(**family.preset)
    known = set(estimator.get_params())
    _check_names(name, given, (known - _FIXED - _INTERNAL - set(family.preset)) | _tunable(family))
    own = {"random_state": seed, "n_jobs": threads}
    estimator.set_params(**{key: value for key, value in own.items() if key in known})
    estimator.set_params(**{family.renamed.get(key, key): value for key, value in given.items()})
    if task == "multilabel":
        estimator = _loaded("sklearn.multiclass:OneVsRestClassifier")(estimator)
    return Chosen(name, estimator, family.encoding)


def _of(name: Any, task: Task) -> Family:
    fitting = {known: family for known, family in FAMILIES.items() if task in family.estimators}
    if name in fitting:
        return fitting[name]
    what = f"{name} is not for the task {task}" if name in FAMILIES else f"{shown(name)} is no family of models"
    raise InputError(what, "params.model", did_you_mean(str(name), fitting))


def _loaded(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _tunable(family: Family) -> set[str]:
    """Return the presets that are mere defaults: counts and depths, and what was renamed."""
    return {key for key in family.preset if key.startswith(("max_", "min_"))} | set(family.renamed)


def _check_names(name: str, given: Mapping[str, Any], valid: set[str]) -> None:
    for key in given:
        if key not in valid:
            raise InputError(f"{name} has no parameter {key}", f"params.{key}", did_you_mean(key, valid))
