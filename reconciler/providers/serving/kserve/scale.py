"""Bounds of scale, as KServe takes them in Standard mode and as they are read back. Pure functions.

Requests a second are a measure of Knative's autoscaler. In Standard mode the load is followed by a
HorizontalPodAutoscaler, which sees the CPU, or by KEDA, which asks a Prometheus for the requests. The target stands in
the spec either way: KServe passes over `value` where the metric is the CPU. An annotation would restart the pods.
"""

import re
from decimal import Decimal
from typing import Any

from reconciler.kubernetes.kinds import Manifest
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.prometheus import SERIES, labels, selector

FIELDS = ("minReplicas", "maxReplicas", "autoScaling")
"""The fields of a predictor that change while a revision lives."""


def scale(order: RevisionOrder, options: Options) -> Manifest:
    """Return the fields of a predictor that bound its scale."""
    bounds = order.replicas
    metric = _requests(order, options) if options.autoscaler == "keda" else _cpu(order, options)
    return {
        "minReplicas": bounds.minimum,
        "maxReplicas": bounds.maximum,
        "autoScaling": {"metrics": [metric]},
    }


def _cpu(order: RevisionOrder, options: Options) -> Manifest:
    target = {"type": "Utilization", "averageUtilization": options.cpu, "value": quantity(order.replicas.target_rps)}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def _requests(order: RevisionOrder, options: Options) -> Manifest:
    wanted = {**labels(order.deployment, options), "revision": order.revision}
    query = f"sum(rate({selector(f'{SERIES}_count', wanted)}[1m]))"
    metric = {"backend": "prometheus", "serverAddress": options.metrics, "query": query}
    return {
        "type": "External",
        "external": {"metric": metric, "target": {"type": "Value", "value": quantity(order.replicas.target_rps)}},
    }


def scale_of(predictor: Manifest) -> tuple[int, int, float]:
    """Read the bounds that a predictor has now: fewest, most, requests a second; 0 stands for what isn't told."""
    least = int(predictor.get("minReplicas") or 0)
    return least, int(predictor.get("maxReplicas") or 0), _target((predictor.get("autoScaling") or {}).get("metrics"))


def _target(metrics: Any) -> float:
    for metric in metrics or ():
        source = metric.get("resource") or metric.get("external") or {}
        value = source.get("target", {}).get("value")
        if value is not None:
            return number(str(value))
    return 0.0


def quantity(value: float) -> str:
    """Write a number so that it is read back as the same one; Kubernetes keeps nine decimals."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def number(text: str) -> float:
    """Read a quantity in any of the forms that the API server may give it; 0 where it is none."""
    known = _QUANTITY.fullmatch(text)
    return float(Decimal(known[1]) * _SCALE[known[2] or ""]) if known else 0.0


_SCALE = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1), "k": Decimal(1000)}
_SCALE |= {"M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12)}
_SCALE |= {"Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40)}
_QUANTITY = re.compile(r"([0-9.]+(?:[eE][+-]?[0-9]+)?)(n|u|m|k|M|G|T|Ki|Mi|Gi|Ti)?", re.ASCII)
