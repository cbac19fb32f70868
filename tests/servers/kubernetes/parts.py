"""The processes of a control plane as Kubernetes itself ships them: etcd, API server, controllers, scheduler."""

from tests.servers.building import home_of
from tests.servers.kubernetes.place import Place
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers
from tests.servers.recipes import ETCD, KUBERNETES

UNUSED = ("endpoints-controller", "endpointslice-controller", "endpointslice-mirroring-controller")
"""Controllers that would fill the log: they take no pod whose address is on the loopback, and nobody routes by them."""
FAST = ("--kube-api-qps=500", "--kube-api-burst=1000")
"""Controllers hold themselves back for big clusters; tests don't want to wait for that."""


def etcd(place: Place) -> Process:
    """Return the store of the API server. It doesn't wait for the disk: a machine that crashes ends the tests too."""
    client, peer = (f"http://{LOOPBACK}:{free_port()}" for _ in range(2))
    flags = {
        "name": "tests",
        "data-dir": place.folder / "etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"tests={peer}",
        "unsafe-no-fsync": "true",
        "log-level": "warn",
    }
    command = [home_of(ETCD) / "etcd", *(f"--{name}={value}" for name, value in flags.items())]
    return Process("etcd", command, place.log("etcd"), lambda: answers(f"{client}/readyz"))


def api_server(place: Place, store: Process) -> Process:
    """Return the API server, with RBAC; it reads logs at kubelets as the authority vouches for it."""
    client = next(str(flag) for flag in store.command if str(flag).startswith("--listen-client-urls"))
    authority, server = place.authority.files, place.server
    flags = {
        "etcd-servers": client.partition("=")[2],
        "bind-address": LOOPBACK,
        "advertise-address": LOOPBACK,
        "endpoint-reconciler-type": "none",
        "secure-port": place.port(),
        "tls-cert-file": server.certificate,
        "tls-private-key-file": server.key,
        "client-ca-file": authority.certificate,
        "token-auth-file": place.token_file,
        "authorization-mode": "RBAC",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": place.accounts_key,
        "service-account-signing-key-file": place.accounts_key,
        "service-cluster-ip-range": place.service_addresses,
        "kubelet-certificate-authority": authority.certificate,
        "kubelet-client-certificate": server.certificate,
        "kubelet-client-key": server.key,
        "kubelet-preferred-address-types": "InternalIP",
        "max-requests-inflight": 2000,
        "max-mutating-requests-inflight": 1000,
    }
    return _kubernetes(place, "kube-apiserver", flags, f"{place.url}/readyz", token="admin")


def controllers(place: Place) -> Process:
    """Return the controller manager, with all its controllers."""
    port = free_port()
    flags = {
        "bind-address": LOOPBACK,
        "secure-port": port,
        "kubeconfig": place.kubeconfig("system:kube-controller-manager"),
        "controllers": ",".join(["*", *(f"-{name}" for name in UNUSED)]),
        "leader-elect": "false",
        "use-service-account-credentials": "true",
        "service-account-private-key-file": place.accounts_key,
        "root-ca-file": place.authority.files.certificate,
        "service-cluster-ip-range": place.service_addresses,
    }
    return _kubernetes(place, "kube-controller-manager", flags, f"https://{LOOPBACK}:{port}/healthz", FAST)


def scheduler(place: Place) -> Process:
    """Return the scheduler."""
    port = free_port()
    flags = {
        "bind-address": LOOPBACK,
        "secure-port": port,
        "kubeconfig": place.kubeconfig("system:kube-scheduler"),
        "leader-elect": "false",
    }
    return _kubernetes(place, "kube-scheduler", flags, f"https://{LOOPBACK}:{port}/healthz", FAST)


def _kubernetes(
    place: Place, name: str, flags: dict[str, object], health: str, more: tuple[str, ...] = (), *, token: str = ""
) -> Process:
    command = [home_of(KUBERNETES) / name, *(f"--{flag}={value}" for flag, value in flags.items()), *more]
    headers = {"authorization": f"Bearer {place.tokens[token]}"} if token else {}
    return Process(name, command, place.log(name), lambda: answers(health, verify=False, headers=headers))
