"""The metrics of several environments are one text: each family once, each sample with whose it is."""

import prometheus_client

from reconciler.loop.health import Metrics
from reconciler.web.metrics import DeliveryCounter, together


def test_each_family_is_there_once_and_each_sample_with_its_labels() -> None:
    dev, prod, counter = Metrics("dev"), Metrics("prod"), DeliveryCounter()
    dev.failed()
    prod.lease(lambda: True)
    counter.count("taken")
    whole = together(
        [({}, counter.registry), ({"environment": "dev"}, dev.registry), ({"environment": "prod"}, prod.registry)]
    )
    text = prometheus_client.generate_latest(whole).decode()
    assert text.count("# TYPE setpoint_lease_held gauge") == 1
    assert text.count("# TYPE setpoint_passes_total counter") == 1
    for line in (
        'setpoint_passes_total{environment="dev",result="failed"} 1.0',
        'setpoint_lease_held{environment="dev"} 0.0',
        'setpoint_lease_held{environment="prod"} 1.0',
        'setpoint_webhooks_total{result="taken"} 1.0',
    ):
        assert line in text.splitlines()


def test_they_are_read_anew_by_each_who_asks() -> None:
    dev = Metrics("dev")
    whole = together([({"environment": "dev"}, dev.registry)])
    dev.failed()
    dev.failed()
    assert whole.get_sample_value("setpoint_passes_total", {"environment": "dev", "result": "failed"}) == 2
