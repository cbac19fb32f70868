"""`/metrics` of a daemon: those of each of its environments, told apart by labels, and those of the process."""

from collections.abc import Iterable, Iterator, Mapping

import prometheus_client as prometheus
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

Labelled = tuple[Mapping[str, str], prometheus.CollectorRegistry]
"""Labels, and the metrics that they are put on."""


class Together(Collector):
    """Several registries as one: each family once, its samples with the labels of where they are from.

    Args:
        parts: the registries, which are read anew whenever somebody looks.
    """

    def __init__(self, parts: Iterable[Labelled]) -> None:
        self._parts = tuple(parts)

    def collect(self) -> Iterator[Metric]:
        """Return the families."""
        families: dict[str, Metric] = {}
        for labels, registry in self._parts:
            for found in registry.collect():
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                family.samples += [one._replace(labels={**labels, **one.labels}) for one in found.samples]
        yield from families.values()


def together(parts: Iterable[Labelled]) -> prometheus.CollectorRegistry:
    """Return a registry of all that others have."""
    registry = prometheus.CollectorRegistry()
    registry.register(Together(parts))
    return registry


class DeliveryCounter:
    """How many webhooks came: to the process, as none says for which environment."""

    def __init__(self) -> None:
        self.registry = prometheus.CollectorRegistry()
        self._deliveries = prometheus.Counter(
            "setpoint_webhooks", "Deliveries of webhooks, by what became of them.", ["result"], registry=self.registry
        )

    def count(self, result: str) -> None:
        """Count one."""
        self._deliveries.labels(result).inc()
