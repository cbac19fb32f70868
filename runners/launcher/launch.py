"""Launching: the request becomes a file, the command a process on each node."""

import os
import sys
import zlib
from collections.abc import Mapping

from runners.contract.exits import REFUSED, USAGE
from runners.contract.formats import UnknownFormat
from runners.contract.order import Order, read_order
from runners.contract.variables import ORDER
from runners.launcher.job_environ import job_environ
from runners.launcher.request_file import written
from runners.launcher.seal import opened
from runners.launcher.supervising import keep


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Run the order in the environment; return the exit code of its job."""
    try:
        order, request = read_order(environ)
    except UnknownFormat as error:
        sys.stderr.write(f"the order can't be read: {error}; upgrade Setpoint where the nodes start\n")
        return REFUSED
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        sys.stderr.write(f"{ORDER} holds no order for this version of the runners: {error}\n")
        return USAGE
    sys.stdout.write(f"{order.headline}\n")
    sys.stdout.flush()
    try:
        opened(order, environ)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    if order.nodes > 1:
        from runners.launcher.gang import run

        return run(order, request)
    return launch(order, request, job_environ(order, opened(order, environ)))


def launch(order: Order, request: str, environ: Mapping[str, str]) -> int:
    """Run a job on this node; return its exit code."""
    with written(request) as path:
        return keep((*order.command, path), environ, timeout=order.timeout, grace=order.grace)
