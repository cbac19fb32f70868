"""The words of errors: what was expected, what was found, what to do."""

from typing import Any

import pytest

from reconciler.compose.flaws import Flawed
from reconciler.compose.validate import validate
from reconciler.compose.wording import block_at
from reconciler.model.kinds import KINDS
from reconciler.model.kinds.datasets import Column, Dataset
from reconciler.model.kinds.experiments import Experiment, Metric, Module
from reconciler.model.kinds.gates import Gate
from reconciler.model.kinds.promotions import Promotion

SPECS: dict[str, dict[str, Any]] = {
    "datasets": {"source": {"sql": {"url": "a", "query": "b"}}},
    "experiments": {"dataset": "datasets/a", "target": "y", "runner": "tabular", "metric": {"name": "a"}},
    "deployments": {},
    "monitors": {"deployment": "deployments/a"},
    "pools": {},
}

CASES = [
    ("experiments", {"task": "binry"}, "multilabel or regression, not `binry`", "did you mean `binary`?"),
    ("experiments", {"task": "zzz"}, "expected binary, multiclass, multilabel or regression, not `zzz`", ""),
    ("experiments", {"task": 3}, "expected binary, multiclass, multilabel or regression, not the number 3", ""),
    ("experiments", {"description": 5}, "expected a text, not the number 5", "quote it"),
    ("experiments", {"target": True}, "expected a text, not `true`", "quote it"),
    ("experiments", {"seed": "choice(1, 2)"}, "expected a whole number", "sweeps belong in `params`"),
    ("experiments", {"seed": 1.5}, "expected a whole number, not the number 1.5", ""),
    ("experiments", {"seed": -1}, "must be at least 0, and is -1", ""),
    ("experiments", {"seed": 2**32}, "must be below 4294967296, and is 4294967296", ""),
    ("experiments", {"budget": {"trials": 10**6}}, "must be at most 10000, and is 1000000", ""),
    ("experiments", {"split": {"test": 0}}, "must be above 0, and is 0", ""),
    ("experiments", {"suspend": "maybe"}, "expected true or false, not `maybe`", ""),
    ("experiments", {"params": [1]}, "expected a mapping, not a list", ""),
    ("experiments", {"metric": "roc_auc"}, "expected a mapping, not `roc_auc`", ""),
    ("experiments", {"metrics": {}}, "unknown field `metrics`", "did you mean `metric`?"),
    ("experiments", {"defaults": []}, "unknown field `defaults`", "a `defaults` list stands at the top of a spec"),
    ("experiments", {"metric": ...}, "`metric` is missing", "add `metric: ...`, the figure by which trials are ranked"),
    ("experiments", {"dataset": ...}, "is missing", "add `dataset: datasets/example`, the data to learn from"),
    (
        "experiments",
        {"dataset": "labels/a"},
        "expected a reference such as `datasets/<name>`, not `labels/a`",
        "names are lower case, with digits and -, as in datasets/<name>",
    ),
    ("experiments", {"team": "A b"}, "a name such as `risk-2`", "use lower case, digits and -, at most 63 of them"),
    ("experiments", {"resources": {"memory": "2GB"}}, "a Kubernetes quantity such as 2, 500m or 2Gi, not `2GB`", ""),
    ("experiments", {"resources": {"cpus": -1}}, "a quantity is a number from 0 up, not -1", ""),
    ("experiments", {"timeout": "5 min"}, "expected a duration such as 30s, 15m, 1h30m or 7d, not `5 min`", ""),
    ("experiments", {"timeout": 5}, "expected a duration such as 30s, 15m, 1h30m or 7d, not the number 5", ""),
    ("experiments", {"description": "x" * 3000}, "it may have at most 2000 characters", ""),
    ("deployments", {"model": {"trial": "x", "digest": "sha256:" + "0" * 64}}, "`x`", ""),
    ("deployments", {"rollout": {"steps": [50]}}, "steps rise from at least 1 to exactly 100", ""),
    ("deployments", {"rollout": {"steps": 50}}, "expected a list, not the number 50", ""),
    ("deployments", {"replicas": {"minimum": 3, "maximum": 2}}, "minimum 3 is above maximum 2", ""),
    ("monitors", {"columns": "a"}, "expected a list, not `a`", "write [a]"),
    ("monitors", {"columns": "a b"}, "expected a list, not `a b`", "write [a b]"),
    ("experiments", {"runner": {"command": "python train.py"}}, "expected a list", "write [python, train.py]"),
    ("experiments", {"runner": {"command": "./a --b=3 3 'a, b' yes"}}, "", 'write [./a, --b=3, "3", "a, b", "yes"]'),
    ("experiments", {"runner": {"command": "echo it's"}}, "", 'write [echo, "it\'s"]'),
    (
        "datasets",
        {"source": {"files": {"url": "data/*.csv", "format": "csv", "delimiter": ";;"}}},
        "expected one sign, no digit, quote or line break, not `;;`",
        "",
    ),
    ("monitors", {"schedule": "every day"}, "expected", ""),
    *[
        ("datasets", {"columns": {"a": declared}}, message, "")
        for declared, message in (
            ({"type": "integer", "pattern": "x"}, "a pattern is for strings, and the type is integer"),
            ({"type": "string", "minimum": 3}, "minimum and maximum are for numbers, and the type is string"),
            ({"type": "number", "minimum": 3, "maximum": 1}, "minimum 3 is above maximum 1"),
            ({"type": "integer", "enum": [1, 2.5]}, "enum holds the number 2.5, which is no integer"),
            ({"type": "number", "enum": [1, 2.5, True]}, "enum holds `true`, which is no number"),
            ({"type": "boolean", "enum": [1]}, "enum holds the number 1, which is no boolean"),
            ({"type": "string", "enum": []}, "an empty enum accepts no value"),
            ({"type": "datetime", "enum": [1]}, "enum holds the number 1, which is no datetime"),
            ({"type": "string", "pattern": "(?=a)"}, "expected an RE2 expression: `(?=` is lookaround"),
        )
    ],
    ("datasets", {"source": {}}, "give exactly one of sql, files, table, derived, changes, stream and predictions", ""),
    ("datasets", {"source": {"sql": {"url": None, "query": "x"}}}, "expected a text, not nothing", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "message", "hint"), CASES)
def test_words(kind: str, change: dict[str, Any], message: str, hint: str) -> None:
    spec = {key: value for key, value in {**SPECS[kind], **change}.items() if value is not ...}
    with pytest.raises(Flawed) as caught:
        validate(KINDS[kind], spec)
    (flaw,) = caught.value.flaws
    assert message in flaw.message
    if hint:
        assert flaw.hint == hint


def test_a_pinned_model_names_its_form() -> None:
    with pytest.raises(Flawed) as caught:
        validate(KINDS["deployments"], {"model": {"trial": "x", "digest": "abc"}})
    assert [flaw.message for flaw in caught.value.flaws] == [
        "expected a reference such as `experiments/<name>/<digest>`, not `x`",
        "expected a digest such as `sha256:<64 hex digits>`, not `abc`",
    ]


def test_the_block_at_a_path() -> None:
    assert block_at(Experiment, ()) is Experiment
    assert block_at(Experiment, ("metric",)) is Metric
    assert block_at(Experiment, ("runner",), "Module") is Module
    assert block_at(Dataset, ("columns", "age")) is Column
    assert block_at(Promotion, ("gates", 0)) is Gate
    assert block_at(Experiment, ("nothing", "there")) is None
    assert block_at(Experiment, ("seed", "x")) is None
