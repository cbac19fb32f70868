"""The environment of a job that is launched: its node's own, without what only the launcher reads."""

from collections.abc import Mapping

from runners.contract import variables
from runners.contract.order import Order


def job_environ(order: Order, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a job: the cluster's own, secrets included, and what the order gives it."""
    own = (variables.ORDER, variables.REQUEST, variables.PACKED)
    kept = {name: value for name, value in environ.items() if name not in own}
    told = variables.told(order.run, order.attempt, cpus=order.cpus, memory=order.memory, gpus=order.gpus)
    return {**kept, **told}
