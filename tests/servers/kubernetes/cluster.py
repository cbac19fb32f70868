"""The test cluster as one thing: started part after part, told apart again to be broken."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.servers.gateway import kinds as gateway
from tests.servers.kserve.server import KServe
from tests.servers.kubelet.server import kubelet
from tests.servers.kubernetes import parts
from tests.servers.kubernetes.api import Api, Where, has_condition
from tests.servers.kubernetes.nodes import NODES, add_nodes
from tests.servers.kubernetes.place import Place
from tests.servers.kueue.server import Kueue
from tests.servers.kwok.server import kwok
from tests.servers.ports import free_port
from tests.servers.process import Process, Processes, ServerFailedError

Rule = dict[str, Sequence[str]]


class Cluster(Processes):
    """A control plane at `url`. Each part is a process of its own that a test may stop, pause and start again."""

    def __init__(self, folder: Path, *, with_controllers: bool = True) -> None:
        """Keep everything in a folder; nothing is started yet.

        Without controllers there are the kinds of Kueue and KServe, but nobody who acts on them or checks them.
        """
        self.place = Place(folder)
        self.etcd = parts.etcd(self.place)
        self.api_server = parts.api_server(self.place, self.etcd)
        self.controllers = parts.controllers(self.place)
        self.scheduler = parts.scheduler(self.place)
        self.kwok = kwok(self.place)
        self._kubelet_port = free_port()
        self.kubelet = kubelet(self.place, self._kubelet_port)
        self._kueue, self._kserve = Kueue(self.place), KServe(self.place)
        self.kueue, self.kserve = self._kueue.process, self._kserve.process
        self._with_controllers = with_controllers
        more = (self.kueue, self.kserve) if with_controllers else ()
        super().__init__(self.etcd, self.api_server, self.controllers, self.scheduler, self.kwok, self.kubelet, *more)
        self._admin: Api | None = None

    @property
    def url(self) -> str:
        """Return the address of the API server."""
        return self.place.url

    @property
    def authority(self) -> Path:
        """Return the certificate that the API server's is signed by."""
        return self.place.authority.files.certificate

    @property
    def admin(self) -> Api:
        """Return the API as who may do everything."""
        if self._admin is None:
            self._admin = self.api(self.place.tokens["admin"])
        return self._admin

    def start(self) -> Self:
        """Start every part that doesn't run; return when all are ready, and the nodes are.

        Raises:
            ServerFailedError: a part failed; the others are ended.
        """
        try:
            for process in (self.etcd, self.api_server):
                if not process.is_running:
                    process.start()
            self._furnish()
            self._start_together([process for process in self.processes if not process.is_running])
            for node in NODES:
                self.admin.wait(Where("v1", "nodes", node), lambda one: has_condition(one, "Ready"), "ready")
        except (ServerFailedError, TimeoutError):
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End all parts; the state stays in its folder."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None
        super().stop()

    def api(self, token: str) -> Api:
        """Return the API as the holder of a token; close it."""
        return Api(self.url, self.authority, token)

    def kubeconfig(self) -> Path:
        """Return the administrator's kubeconfig."""
        return self.place.kubeconfig("admin")

    def create_namespace(self, name: str) -> str:
        """Make a namespace, for one test; return its name."""
        self.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    def create_user(self, namespace: str, name: str, rules: Sequence[Rule], cluster_rules: Sequence[Rule] = ()) -> str:
        """Make a service account that may do what the rules say and nothing else; return a token of it, for an hour.

        `rules` hold in its namespace, `cluster_rules` everywhere; both are written as in RBAC's roles.
        """
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
        self.admin.apply(account)
        for kind, scope, allowed in (("Role", namespace, rules), ("ClusterRole", "", cluster_rules)):
            if allowed:
                self._allow(kind, scope, account["metadata"], allowed)
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
        path = f"{Where('v1', 'serviceaccounts', name, namespace).path}/token"
        token: str = self.admin.http.post(path, json=asked).raise_for_status().json()["status"]["token"]
        return token

    def _allow(self, kind: str, scope: str, account: Any, rules: Sequence[Rule]) -> None:
        api_version, group = "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io"
        name = f"{account['name']}-{scope or account['namespace']}"
        metadata = {"name": name} | ({"namespace": scope} if scope else {})
        role = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "rules": list(rules)}
        binding = {
            "apiVersion": api_version,
            "kind": f"{kind}Binding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": kind, "name": name},
            "subjects": [{"kind": "ServiceAccount", **account}],
        }
        self.admin.apply(role)
        self.admin.apply(binding)

    def _furnish(self) -> None:
        """Put in place what the parts find when they start, unless it is there from the time before."""
        if self.admin.find(Where("v1", "nodes", next(iter(NODES)))):
            return
        definitions = [*self._kueue.definitions(), *self._kserve.definitions(), *gateway.definitions()]
        for manifest in definitions:
            self.admin.create(manifest)
        for manifest in definitions:
            if manifest["kind"] == "CustomResourceDefinition":
                self.admin.wait(Where.of(manifest), lambda one: has_condition(one, "Established"), "established")
        if self._with_controllers:
            for manifest in (*self._kueue.manifests(), *self._kserve.manifests()):
                self.admin.apply(manifest)
        add_nodes(self.admin, self._kubelet_port)

    @staticmethod
    def _start_together(processes: Sequence[Process]) -> None:
        for process in processes:
            process.begin()
        for process in processes:
            process.wait()
