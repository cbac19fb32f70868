"""The secrets that were given to one job alone: opened where the job is launched, by the key that the node has."""

from collections.abc import Mapping

from runners.contract.order import Order
from runners.contract.seal import WrongKey, unseal
from runners.contract.secrets import PREFIX
from runners.contract.variables import SEALED


def opened(order: Order, environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the sealed secrets are open and the key is gone; the same where nothing is sealed.

    Raises:
        ValueError: the key isn't here, or it is another one.
    """
    if SEALED not in environ:
        return dict(environ)
    name = PREFIX + order.sealed_with
    if name not in environ:
        raise ValueError(f"{name} is not set where this node was started, and the job's secrets are sealed with it")
    try:
        secrets = unseal(environ[SEALED], environ[name])
    except WrongKey as error:
        raise ValueError(f"{name} is another one on this node than where the daemon runs") from error
    kept = {key: value for key, value in environ.items() if key not in (SEALED, name)}
    return {**kept, **secrets}
