"""Names fit into what KServe makes of them, and are the same each time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.ids import NAME, Address, Digest
from reconciler.providers.serving.kserve import kinds as k
from tests.unit.reconciler.providers.serving.kserve.told import DEPLOYMENT, OLD

NAMES = st.from_regex(NAME, fullmatch=True)


@pytest.mark.slow
@given(name=NAMES)
def test_every_name_is_one_that_kserve_takes(name: str) -> None:
    made = k.revision_name(Address(f"deployments/{name}"), OLD)
    assert re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", made)
    assert len(f"isvc.{made}{k.PREDICTOR}") <= 63
    assert made.endswith(f"-{OLD}")


@given(name=NAMES, other=NAMES)
def test_two_deployments_have_two_names(name: str, other: str) -> None:
    names = {k.revision_name(Address(f"deployments/{one}"), OLD) for one in (name, other)}
    assert (len(names) == 1) == (name == other)


def test_a_short_name_is_kept() -> None:
    assert k.revision_name(DEPLOYMENT, OLD) == "employment-0123456789ab"


def test_labels_tell_whose_a_thing_is() -> None:
    labels = k.revision_labels(DEPLOYMENT, Digest("f" * 12))
    assert k.deployment_of(labels) == DEPLOYMENT
    assert k.deployment_labels(DEPLOYMENT).items() <= labels.items()
