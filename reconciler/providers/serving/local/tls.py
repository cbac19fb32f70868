"""TLS of public endpoints, as Caddy is told it: a CA of its own, certificate files, or none where that is said.

With `internal`, Caddy makes a CA and a certificate that it renews by itself; clients trust its root, which lies in the
folder of the endpoints (https://caddyserver.com/docs/automatic-https#local-https). Certificate files are read anew when
they change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.model.errors import Refused
from reconciler.plugins.refusals import TLS
from runners.contract.mistakes import shown

Json = dict[str, Any]

ROOT = "caddy/door/pki/authorities/local/root.crt"
"""The root certificate of Caddy's own CA, below the folder of the endpoints."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How a public listener speaks TLS: by files, or by Caddy's own CA."""

    certificate: str = ""
    key: str = ""

    def stamp(self) -> str:
        """Return what tells one content of the files from the next; empty without files, or while they are away."""
        try:
            told = [Path(file).stat() for file in (self.certificate, self.key) if file]
        except OSError:
            return ""
        return "-".join(f"{one.st_ino}.{one.st_mtime_ns}" for one in told)


def read(told: Any) -> Tls | None:
    """Read the option `tls`; None is no TLS.

    Raises:
        Refused: it is none of what can be said, or a file isn't there.
    """
    if told in (None, "", "off", False):
        return None
    if told == "internal":
        return Tls()
    if not isinstance(told, Mapping) or told.keys() != {"certificate", "key"}:
        raise Refused(f"tls is {shown(told)}", TLS)
    found = Tls(str(told["certificate"]), str(told["key"]))
    for file in (found.certificate, found.key):
        if not Path(file).is_absolute() or not Path(file).is_file():
            raise Refused(f"the file {file} of tls is not there", "give the absolute path of a PEM file")
    return found


def policies(tls: Tls, name: str) -> list[Json]:
    """Return the server's part of Caddy's configuration; clients that name no host get the certificate of `name`."""
    if tls.certificate:
        return [{"certificate_selection": {"any_tag": [_tag(tls)]}}]
    return [{"default_sni": name, "fallback_sni": name}]


def apps(tls: Tls, names: tuple[str, ...]) -> Json:
    """Return the other parts of Caddy's configuration: where certificates come from."""
    if tls.certificate:
        files = [{"certificate": tls.certificate, "key": tls.key, "tags": [_tag(tls)]}]
        return {"tls": {"certificates": {"load_files": files}}}
    policy = {"subjects": list(names), "issuers": [{"module": "internal"}]}
    return {
        "tls": {"automation": {"policies": [policy]}, "certificates": {"automate": list(names)}},
        "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
    }


def _tag(tls: Tls) -> str:
    """Return a name that changes with the files, so that Caddy is told of new ones."""
    return f"public-{tls.stamp()}"
