"""Bounds of scale are read back as they were written, whatever the API server makes of the number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.kinds.deployments import Replicas
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.scale import number, quantity, scale, scale_of
from tests.unit.reconciler.providers.serving.kserve.told import OPTIONS, order

KEDA = Options.read({"image": "i", "autoscaler": "keda", "metrics": "http://prometheus:9090"})
RATES = st.integers(1, 10**12).map(lambda thousandths: thousandths / 1000)


@given(least=st.integers(0, 5), more=st.integers(1, 5), rate=RATES, keda=st.booleans())
def test_bounds_are_read_as_they_were_written(least: int, more: int, rate: float, keda: bool) -> None:
    bounds = Replicas(minimum=least, maximum=least + more, target_rps=rate)
    written = scale(order(replicas=bounds), KEDA if keda else OPTIONS)
    assert scale_of(written) == (least, least + more, rate)


def test_the_cpu_is_followed_by_default_and_requests_by_keda() -> None:
    (metric,) = scale(order(), OPTIONS)["autoScaling"]["metrics"]
    assert metric["resource"]["name"] == "cpu"
    assert metric["resource"]["target"]["averageUtilization"] == 80
    (metric,) = scale(order(), KEDA)["autoScaling"]["metrics"]
    assert metric["external"]["metric"]["serverAddress"] == "http://prometheus:9090"
    assert 'revision="0123456789ab"' in metric["external"]["metric"]["query"]


def test_what_isn_t_told_is_nothing() -> None:
    assert scale_of({}) == (0, 0, 0.0)
    assert scale_of({"autoScaling": {"metrics": [{"type": "Resource"}]}}) == (0, 0, 0.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [("200", 200.0), ("12500m", 12.5), ("12345600u", 12.3456), ("1e3", 1000.0), ("2k", 2000.0), ("1Gi", 2.0**30)],
)
def test_every_form_of_a_quantity_is_read(text: str, value: float) -> None:
    assert number(text) == value


def test_what_is_no_quantity_is_nothing() -> None:
    assert number("a lot") == 0.0


@pytest.mark.parametrize(("value", "text"), [(200.0, "200"), (0.5, "0.5"), (1e15, "1000000000000000")])
def test_a_quantity_has_no_exponent(value: float, text: str) -> None:
    assert quantity(value) == text
