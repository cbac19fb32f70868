"""What a provider refuses of a spec, by the options of its environment alone: told when specs are checked, too.

The provider holds what it is ordered by the same functions, so `setpoint validate` finds what it would refuse later.
"""

import ipaddress
from collections.abc import Collection, Container, Iterator
from typing import Any, NamedTuple

from reconciler.model.errors import Refused
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Deployment, Payloads
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Spec


class Refusal(NamedTuple):
    """What is refused: the field of the spec, why, and what to do."""

    path: tuple[str | int, ...]
    what: str
    hint: str


def demand(refusals: Iterator[Refusal]) -> None:
    """Raise the first of some refusals.

    Raises:
        Refused: there is one.
    """
    if first := next(refusals, None):
        raise Refused(first.what, first.hint)


TLS = (
    "set `tls` in `serving` of environment.yaml: internal, {certificate: FILE, key: FILE}, "
    "or off where something before it speaks TLS"
)


def without_tls(tls: Any, address: str, visibility: str) -> Iterator[Refusal]:
    """Refuse public endpoints beyond this machine that nothing is said of TLS for."""
    if visibility == "public" and tls is None and not is_loopback(address):
        what = f"public endpoints of this environment listen at {address} without TLS"
        yield Refusal(("visibility",), what, TLS)


def is_loopback(address: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def without_service(access: Access | None, forward_auth: str) -> Iterator[Refusal]:
    """Refuse endpoints that ask for an authentication service where there is none."""
    if access and access.forward and not forward_auth:
        what = "its spec says access.forward, and this environment has no authentication service"
        hint = "set forward_auth, the service's URL, in `serving` of environment.yaml, or use access.keys"
        yield Refusal(("access", "forward"), what, hint)


def seen_to_by_gateway(access: Access | None) -> Iterator[Refusal]:
    """Refuse what a cluster's Gateway has to see to, and no endpoint there does."""
    if access and access.asked:
        asked = ", ".join(f"access.{name}" for name in access.asked)
        hint = "let the Gateway check keys, tokens, limits and CORS, and say access: {open: true}"
        yield Refusal(("access", access.asked[0]), f"it asks for {asked}, which its cluster's Gateway sees to", hint)


def guarded(access: Access | None, visibility: str, *, has_runtime: bool) -> Iterator[Refusal]:
    """Refuse tokens where nobody would ask for them, or clients from outside would be asked, too."""
    if access is None or not access.asks_inside:
        return
    path = ("access", "internal")
    if has_runtime:
        what = "it asks for tokens, and KServe's runtimes know none"
        yield Refusal(path, what, "use Setpoint's own image: serving.image in environment.yaml")
    if visibility == "public":
        what = "it asks for tokens at its internal address, and on a cluster that is the public one's, too"
        yield Refusal(path, what, "leave access.internal out: the Gateway sees to who gets in")


def undivided(shares: Collection[int], visibility: str, gateway: str) -> Iterator[Refusal]:
    """Refuse to divide traffic where a Service leads to one revision."""
    if not gateway and (len(shares) > 1 or any(share < 100 for share in shares)):
        hint = f"set rollout.steps to [100], or install the Gateway API and name gateways.{visibility}"
        what = "its traffic can't be divided: a Service leads to one revision"
        yield Refusal(("rollout", "steps"), what, f"{hint} in environment.yaml")


def logged_whole(payloads: Payloads, logger: str, *, is_logged: bool) -> Iterator[Refusal]:
    """Refuse to leave something out of what KServe's agent logs, which is all."""
    if logger and is_logged and payloads != Payloads():
        what = "KServe's agent logs all of each request, and `payloads` says to leave something out"
        yield Refusal(("payloads",), what, "use Setpoint's own runtime, or say `log_payloads: false`")


def one_model(spec: Deployment, *, has_runtime: bool) -> Iterator[Refusal]:
    """Refuse a graph of models where a runtime of KServe's own serves one."""
    if spec.graph and has_runtime:
        what = "KServe's runtimes serve one model, and this is a graph of several"
        yield Refusal(("graph",), what, "use Setpoint's own image: serving.image in environment.yaml")


def without_containers(spec: Spec) -> Iterator[Refusal]:
    """Refuse an image where jobs run in no containers."""
    if isinstance(spec, Experiment) and (image := spec.image()):
        what = f"it asks for the image {image}, and the jobs of this environment run in no containers"
        yield Refusal(("runner", "image"), what, "leave runner.image out, or use a pool on Kubernetes")


def without_labels(pool: Pool, known: Container[str]) -> Iterator[Refusal]:
    """Refuse kinds of GPUs of which nobody knows by which labels their nodes are found."""
    for kind in pool.capacity.gpu_kinds:
        if kind not in known:
            what = f"no labels are known of nodes that have gpus of kind {kind}"
            hint = f"name them in environment.yaml: pool.gpu_kinds.{kind}"
            yield Refusal(("capacity", "gpu_kinds", kind), what, hint)


def of_which_kind(pool: Pool) -> Iterator[Refusal]:
    """Refuse a team's limit of GPUs that doesn't say of which kind, where the pool has several."""
    for team, share in pool.teams.items():
        named = share.limit.model_fields_set if share.limit else frozenset[str]()
        if "gpus" in named and "gpu_kinds" not in named and len(pool.capacity.gpu_kinds) > 1:
            what = f"the pool has gpus of several kinds, and the limit of team {team} doesn't say of which"
            yield Refusal(("teams", team, "limit", "gpus"), what, f"write teams.{team}.limit.gpu_kinds")
