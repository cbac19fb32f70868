"""What a trial's `params` may be, as JSON Schema, known without importing what trains.

Names and bounds are those of scikit-learn, LightGBM and the network; a test holds them against the libraries. Where a
classifier and a regressor differ, both are taken, and the trial finds out.
"""

from collections.abc import Mapping
from typing import Any

from runners.contract.params import TASKS
from runners.train.network_params import NetworkParams

Schema = dict[str, Any]

_TRUTH: Schema = {"type": "boolean"}


def _number(least: float | None = None, most: float | None = None, *, above: float | None = None) -> Schema:
    bounds = {"minimum": least, "maximum": most, "exclusiveMinimum": above}
    return {"type": "number"} | {name: bound for name, bound in bounds.items() if bound is not None}


def _count(least: int = 1) -> Schema:
    return {"type": "integer", "minimum": least}


def _share(*, below: bool = False) -> Schema:
    return {"type": "number", "minimum": 0, ("exclusiveMaximum" if below else "maximum"): 1}


def _one_of(*values: str) -> Schema:
    return {"enum": list(values)}


def _or(*options: Schema) -> Schema:
    return {"anyOf": list(options)}


_NOTHING: Schema = {"type": "null"}
_PART = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
_WEIGHTS = _or(_one_of("balanced"), {"type": "object"}, _NOTHING)
_TREES: Mapping[str, Schema] = {
    "ccp_alpha": _number(0),
    "class_weight": _or(_one_of("balanced", "balanced_subsample"), {"type": ["object", "array", "null"]}),
    "criterion": _one_of("gini", "entropy", "log_loss", "squared_error", "friedman_mse", "absolute_error", "poisson"),
    "max_depth": _or(_count(), _NOTHING),
    "max_features": _or(_count(), _PART, _one_of("sqrt", "log2"), _NOTHING),
    "max_leaf_nodes": _or(_count(2), _NOTHING),
    "min_impurity_decrease": _number(0),
    "min_samples_leaf": _or(_count(), {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    "min_samples_split": _or(_count(2), _PART),
    "min_weight_fraction_leaf": _number(0, 0.5),
    "monotonic_cst": {"type": ["array", "null"]},
}
_FITTING: Mapping[str, Schema] = {
    "early_stopping": _TRUTH,
    "n_iter_no_change": _count(),
    "shuffle": _TRUTH,
    "tol": _or(_number(0), _NOTHING),
    "validation_fraction": _share(below=True),
}
FAMILIES: Mapping[str, Mapping[str, Schema]] = {
    "logistic": {
        "C": _number(above=0),
        "class_weight": _WEIGHTS,
        "fit_intercept": _TRUTH,
        "intercept_scaling": _number(above=0),
        "l1_ratio": _or(_share(), _NOTHING),
        "max_iter": _count(0),
        "penalty": _or(_one_of("l1", "l2", "elasticnet"), _NOTHING),
        "solver": _one_of("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"),
        "tol": _number(0),
    },
    "linear": {
        "alpha": _number(0),
        "fit_intercept": _TRUTH,
        "max_iter": _or(_count(), _NOTHING),
        "positive": _TRUTH,
        "solver": _one_of("auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"),
        "tol": _number(0),
    },
    "gbm": {
        "boosting_type": _one_of("gbdt", "dart", "rf"),
        "class_weight": _WEIGHTS,
        "colsample_bytree": _PART,
        "learning_rate": _number(above=0),
        "max_depth": {"type": "integer"},
        "min_child_samples": _count(0),
        "min_child_weight": _number(0),
        "min_split_gain": _number(0),
        "n_estimators": _count(),
        "num_leaves": {"type": "integer", "minimum": 2, "maximum": 131072},
        "reg_alpha": _number(0),
        "reg_lambda": _number(0),
        "subsample": _PART,
        "subsample_freq": {"type": "integer"},
    },
    "forest": {
        **_TREES,
        "bootstrap": _TRUTH,
        "max_samples": _or(_count(), _PART, _NOTHING),
        "n_estimators": _count(),
    },
    "tree": {**_TREES, "splitter": _one_of("best", "random")},
    "mlp": {
        **_FITTING,
        "activation": _one_of("identity", "logistic", "tanh", "relu"),
        "alpha": _number(0),
        "batch_size": _or(_count(), _one_of("auto")),
        "beta_1": _share(below=True),
        "beta_2": _share(below=True),
        "epsilon": _number(above=0),
        "hidden_layer_sizes": _or(_count(), {"type": "array", "items": _count(), "minItems": 1}),
        "learning_rate": _one_of("constant", "invscaling", "adaptive"),
        "learning_rate_init": _number(above=0),
        "max_fun": _count(),
        "max_iter": _count(),
        "momentum": _share(),
        "nesterovs_momentum": _TRUTH,
        "power_t": _number(0),
        "solver": _one_of("lbfgs", "sgd", "adam"),
    },
}
"""Every parameter of every family of models, beside `model`."""
ONLY_FOR: Mapping[str, list[str]] = {"logistic": ["binary", "multiclass", "multilabel"], "linear": ["regression"]}
"""The tasks of the families that aren't for every task."""
BY_STEPS: Mapping[str, Schema] = {
    **_FITTING,
    "alpha": _number(0),
    "class_weight": _WEIGHTS,
    "epsilon": _number(0),
    "eta0": _number(0),
    "fit_intercept": _TRUTH,
    "l1_ratio": _or(_share(), _NOTHING),
    "learning_rate": _number(above=0),
    "max_iter": _count(),
    "penalty": _or(_one_of("l1", "l2", "elasticnet"), _NOTHING),
    "power_t": {"type": "number"},
}
"""Those of `logistic` where a `learning_rate` is given."""
PICTURES: Mapping[str, Schema] = {
    "size": {"type": "integer", "minimum": 4, "maximum": 512},
    "colour": _TRUTH,
}
"""Those by which pictures are read."""
NETWORK: Mapping[str, Schema] = {
    name: {key: value for key, value in schema.items() if key not in ("title", "default")}
    for name, schema in NetworkParams.model_json_schema()["properties"].items()
}
"""Those of the network of `torch-images`."""


def of_families(usual: str, more: Mapping[str, Schema]) -> Schema:
    """Return the schema of parameters of which `model` names the family, `usual` where it doesn't."""
    choices = []
    for name, own in FAMILIES.items():
        chosen = {"properties": {"model": {"const": name}}} | ({} if name == usual else {"required": ["model"]})
        known = _only({"model": {}, **own, **more})
        if name == "logistic":
            known = {
                "if": {"required": ["learning_rate"]},
                "then": _only({"model": {}, **BY_STEPS, **more}),
                "else": known,
            }
        choices.append({"if": chosen, "then": known})
    known = {"properties": {"model": {"enum": list(FAMILIES)}}, "allOf": choices}
    return {"type": "object", TASKS: {"model": ONLY_FOR}, **known}


def of_network() -> Schema:
    """Return the schema of the parameters of `torch-images`."""
    return {"type": "object", **_only({**NETWORK, **PICTURES})}


def _only(properties: Mapping[str, Schema]) -> Schema:
    return {"properties": dict(properties), "additionalProperties": False}
