"""Drift: what we gave an object and isn't there; what others added is theirs."""

from typing import Any

import pytest

from reconciler.providers.pools.kubernetes.drift import difference

WANTED = {"spec": {"cohort": "ml", "groups": [{"name": "a", "quota": "2"}], "weight": "500m", "empty": {}}}


@pytest.mark.parametrize(
    ("actual", "where"),
    [
        (WANTED, ""),
        ({"spec": {**WANTED["spec"], "stopPolicy": "None"}, "status": {}}, ""),
        ({"spec": {**WANTED["spec"], "groups": [{"name": "a", "quota": 2, "theirs": 1}], "weight": "0.5"}}, ""),
        ({"spec": {**WANTED["spec"], "empty": None}}, ""),
        ({"spec": {**WANTED["spec"], "cohort": "other"}}, "spec.cohort"),
        ({"spec": {**WANTED["spec"], "groups": [{"name": "a", "quota": "3"}]}}, "spec.groups[0].quota"),
        ({"spec": {**WANTED["spec"], "groups": []}}, "spec.groups"),
        ({"spec": {**WANTED["spec"], "groups": None}}, "spec.groups"),
        ({"spec": {}}, "spec.cohort"),
        ({}, "spec"),
        ({"spec": [1]}, "spec"),
    ],
)
def test_the_first_difference_is_told(actual: Any, where: str) -> None:
    assert difference(WANTED, actual) == where
