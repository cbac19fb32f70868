"""The gate: the two Caddys together with the authorizer that they ask, and the ports that they were given."""

import contextlib
import os
import socket
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from reconciler.model.ids import Digest, address
from reconciler.providers.serving.local import buckets, former_sites
from reconciler.providers.serving.local.authorizer_process import AuthorizerFiles, AuthorizerProcess
from reconciler.providers.serving.local.processes import is_alive
from reconciler.providers.serving.local.proxy import Proxy, ProxyFiles
from reconciler.providers.serving.local.routing import Json, door, router
from reconciler.providers.serving.local.sites import Listener, Places, Site
from reconciler.providers.serving.local.store import Store, read_json, write
from reconciler.providers.serving.local.tls import Tls

LOOPBACK = "127.0.0.1"


class Address(NamedTuple):
    """Where to listen. Port 0 is any free one, which is then remembered."""

    host: str
    port: int = 0


class Gate:
    """Lets requests in, and divides them among replicas.

    Args:
        store: the folder.
        internal: where deployments for this machine listen.
        public: where those for other machines listen too.
        environ: the environment of the daemon.
        tls: how the public ones speak TLS.
    """

    def __init__(
        self,
        store: Store,
        internal: Address,
        public: Address,
        environ: Mapping[str, str],
        tls: Tls | None = None,
    ) -> None:
        self._store = store
        self._wanted = {"internal": internal, "public": public}
        self._door, self._router = (Proxy(name, self._files(name), environ) for name in ("door", "router"))
        caddy = store.folder / "caddy"
        lock, log, started = (caddy / f"authorizer.{end}" for end in ("lock", "log", "json"))
        self._authorizer = AuthorizerProcess(AuthorizerFiles(lock, log, started, self._socket), environ)
        self._tls = tls
        self._ports: dict[str, Any] | None = None
        self._routed: tuple[Sequence[Site], Json] | None = None
        self._log = structlog.get_logger()

    def url(self, name: str, *, public: bool = False) -> str:
        """Return the URL of a deployment; empty until its port is chosen."""
        ports = self._ports if self._ports is not None else read_json(self._file)
        kind = "public" if public else "internal"
        known = ports.get(kind)
        if not known:
            return ""
        host = self._wanted[kind].host
        scheme = "https" if public and self._tls else "http"
        return f"{scheme}://{_shown(host)}:{known['port']}/{name}"

    def keep(self, sites: Sequence[Site], now: float) -> bool:
        """Have both Caddys serve these sites; tell whether they do by now."""
        public = any(site.is_public for site in sites)
        asks = any(site.is_public and site.guard and site.guard.policy for site in sites)
        if asks:
            self._authorizer.keep(now)
        internal, listener = self._listen("internal"), self._listener() if public else None
        if self._routed is None or self._routed[0] != sites:
            former_sites.keep(self._sites, sites)
            buckets.prepare(self._places("router").buckets, sites)
            self._routed = (sites, router(self._places("router"), sites))
        routed = self._router.keep(self._routed[1], now)
        if routed and not asks and self._authorizer.is_alive:
            self._authorizer.stop()
        return self._door.keep(door(self._places("door"), internal, listener), now) and routed

    def former(self, names: Collection[str]) -> tuple[Site, ...]:
        """Return the sites of these names as they were routed last, by this daemon or the one before."""
        if self._routed is None:
            return former_sites.read(self._sites, names, self._keys_of)
        return tuple(site for site in self._routed[0] if site.name in names)

    def serves(self, sites: Sequence[Site]) -> bool:
        """Tell whether these sites are what the router was given last."""
        return self._routed is not None and self._routed[0] == sites

    def close(self) -> None:
        """Let both Caddys and the authorizer end: nothing is served any more."""
        self._door.stop()
        self._router.stop()
        self._authorizer.stop()

    @property
    def is_open(self) -> bool:
        """Tell whether one of the processes is alive."""
        return self._door.is_alive or self._router.is_alive or self._authorizer.is_alive

    def metrics(self) -> str | None:
        """Return what the router has counted, as Prometheus text; None when it doesn't answer."""
        return self._router.metrics()

    @property
    def _file(self) -> Path:
        return self._store.folder / "gate.json"

    def _keys_of(self, name: str, revision: Digest) -> Collection[str]:
        return self._store.keys_of(address("deployments", name), revision).values()

    @property
    def _sites(self) -> Path:
        return self._store.folder / "caddy" / "sites.json"

    def _listener(self) -> Listener:
        names = dict.fromkeys((_shown(self._wanted["public"].host), "localhost"))
        return Listener(self._listen("public"), self._tls, tuple(names))

    def _listen(self, kind: str) -> str:
        """Return the address to listen on: the remembered port, or another where it is taken."""
        if self._ports is None:
            self._ports = read_json(self._file)
        wanted, known = self._wanted[kind], self._ports.get(kind)
        if known is None or known["asked"] != wanted.port:
            known = {"asked": wanted.port, "port": _free(wanted)}
        elif not is_alive(self._door.files.lock) and not _is_free(wanted.host, known["port"]):
            self._log.warning("a port is taken by another program, another is chosen", port=known["port"])
            known = {"asked": wanted.port, "port": _free(Address(wanted.host))}
        if known != self._ports.get(kind):
            self._ports = {**self._ports, kind: known}
            write(self._file, self._ports)
        return f"{wanted.host}:{known['port']}"

    def _places(self, name: str) -> Places:
        caddy, sockets = self._store.folder / "caddy", self._store.sockets
        return Places(
            admin=self._files(name).admin,
            internal=sockets / "router.sock",
            public=sockets / "public.sock",
            log=caddy / f"{name}.errors.log",
            storage=caddy / name,
            metrics=self._store.folder / "metrics",
            authorizer=self._socket,
            buckets=sockets / "b",
        )

    @property
    def _socket(self) -> Path:
        return self._store.sockets / "authorizer.sock"

    def _files(self, name: str) -> ProxyFiles:
        caddy = self._store.folder / "caddy"
        config, lock, log = (caddy / f"{name}.{end}" for end in ("json", "lock", "log"))
        return ProxyFiles(config, lock, log, self._store.sockets / f"{name}.admin.sock")


def _shown(host: str) -> str:
    """Return the name by which clients reach an address to listen on."""
    return socket.gethostname() if host in ("", "0.0.0.0", "::") else host


def _free(wanted: Address) -> int:
    """Return the wanted port if it is free, else another."""
    if wanted.port and _is_free(*wanted):
        return wanted.port
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((wanted.host, 0))
        return int(probe.getsockname()[1])


def _is_free(host: str, port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
