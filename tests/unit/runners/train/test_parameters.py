"""What is declared of a trial's parameters is what the libraries take."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runners.declared import IMAGES, TABULAR, TORCH_IMAGES
from runners.train import families, parameters
from runners.train.albums import LARGEST
from runners.train.images import READING
from runners.train.torch_images import NetworkParams


def taken(family: families.Family) -> dict[str, Any]:
    """Return the parameters that a family takes, with their defaults, of all its estimators."""
    found: dict[str, Any] = {}
    for path in set(family.estimators.values()):
        estimator = families._loaded(path)(**family.preset)
        known = estimator.get_params()
        fixed = families._FIXED | families._INTERNAL | set(family.preset)
        names = (set(known) - fixed) | families._tunable(family)
        found |= {name: known.get(name) for name in names}
    return found


@pytest.mark.parametrize("name", families.FAMILIES)
def test_every_parameter_of_a_family_is_declared_and_takes_its_default(name: str) -> None:
    own = taken(families.FAMILIES[name])
    assert parameters.FAMILIES[name].keys() == own.keys()
    wrong = {key for key, value in own.items() if not _takes(parameters.FAMILIES[name][key], value)}
    assert wrong == set()


def _takes(schema: dict[str, Any], value: Any) -> bool:
    return Draft202012Validator(schema).is_valid(list(value) if isinstance(value, tuple) else value)


def test_the_families_are_those_that_there_are() -> None:
    assert parameters.FAMILIES.keys() == families.FAMILIES.keys()
    every = {task for family in families.FAMILIES.values() for task in family.estimators}
    only = {
        name: sorted(family.estimators) for name, family in families.FAMILIES.items() if every - set(family.estimators)
    }
    assert only == parameters.ONLY_FOR


def test_logistic_by_steps_has_parameters_of_its_own() -> None:
    assert parameters.BY_STEPS.keys() == taken(families.BY_STEPS).keys()


def test_the_network_s_are_those_of_its_model() -> None:
    told = NetworkParams.model_json_schema()["properties"]
    for name, schema in parameters.NETWORK.items():
        said = {key: value for key, value in told[name].items() if key not in ("title", "default")}
        assert {**said, **schema} == said, name
    assert parameters.NETWORK.keys() == told.keys()


def test_pictures_are_read_by_two() -> None:
    assert parameters.PICTURES.keys() == READING
    assert parameters.PICTURES["size"]["maximum"] == LARGEST


@pytest.mark.parametrize("runner", [TABULAR, IMAGES, TORCH_IMAGES])
def test_each_is_a_json_schema(runner: Any) -> None:
    Draft202012Validator.check_schema(runner.params)
