"""Finding access as `kubectl` does: a kubeconfig's context or, inside a cluster, the pod's service account."""

import base64
import binascii
import os
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from reconciler.kubernetes.access import Access, Token
from reconciler.model.errors import Refused

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where the kubelet puts a pod's credentials."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Entry = Mapping[str, Any]


def find_access(
    kubeconfig: str = "", context: str = "", *, environ: Mapping[str, str] = os.environ, account: Path = ACCOUNT
) -> Access:
    """Find out how to reach the API server.

    A file that is named is used; else the pod's own service account, where this runs in a cluster; else KUBECONFIG or
    `~/.kube/config`.

    Args:
        kubeconfig: a kubeconfig's path.
        context: one of its contexts, where it isn't the current one.
        environ: the environment variables.
        account: the folder of the pod's service account.

    Raises:
        Refused: there is no access, or it can't be understood.
    """
    if not kubeconfig and not context and environ.get("KUBERNETES_SERVICE_HOST") and (account / "token").exists():
        return _of_the_pod(environ, account)
    told = kubeconfig or environ.get("KUBECONFIG", "").partition(os.pathsep)[0] or "~/.kube/config"
    return _from_file(Path(told).expanduser(), context)


def _of_the_pod(environ: Mapping[str, str], account: Path) -> Access:
    host, port = environ["KUBERNETES_SERVICE_HOST"], environ.get("KUBERNETES_SERVICE_PORT", "443")
    namespace = account / "namespace"
    return Access(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        namespace=namespace.read_text("utf-8").strip() if namespace.exists() else "default",
        trust=_trusting(account / "ca.crt"),
        token=Token(file=account / "token"),
    )


def _from_file(file: Path, context: str) -> Access:
    whole = _parsed(file)
    chosen = context or str(whole.get("current-context") or "")
    if not chosen:
        raise Refused(f"{file} names no current context", "name one in the option `context`")
    told = _entry(whole, "context", chosen, file)
    cluster = _entry(whole, "cluster", str(told.get("cluster")), file)
    user = _entry(whole, "user", str(told["user"]), file) if told.get("user") else {}
    server = str(cluster.get("server", "")).rstrip("/")
    token = _token(user, file)
    return Access(
        server=server,
        namespace=str(told.get("namespace") or "default"),
        trust=_trust(server, cluster, user, file),
        token=token,
        host=str(cluster.get("tls-server-name") or ""),
    )


def _parsed(file: Path) -> Entry:
    try:
        whole = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        hint = "name a kubeconfig in the option `kubeconfig` or in KUBECONFIG"
        raise Refused(f"the kubeconfig {file} can't be read: {error.strerror}", hint) from error
    except (yaml.YAMLError, UnicodeDecodeError):
        # The parser's own words would quote the file, and the file holds credentials.
        raise Refused(f"the kubeconfig {file} is no YAML", "see it with `kubectl config view`") from None
    if not isinstance(whole, dict):
        raise Refused(f"the kubeconfig {file} is empty", "write one with `kubectl config`")
    return whole


def _entry(whole: Entry, kind: str, name: str, file: Path) -> Entry:
    named = [entry for entry in whole.get(f"{kind}s") or () if isinstance(entry, dict)]
    for entry in named:
        if entry.get("name") == name and isinstance(entry.get(kind), dict):
            found: Entry = entry[kind]
            return found
    names = ", ".join(str(entry.get("name")) for entry in named) or "none"
    raise Refused(f"{file} has no {kind} {name}", f"it has: {names}")


def _token(user: Entry, file: Path) -> Token:
    """Return the user's token; other ways to prove who one is, which need programs or passwords, are refused."""
    foreign = sorted({"exec", "auth-provider", "username", "password"} & user.keys())
    if foreign:
        hint = "make a service account and put its token, or a client certificate, into a kubeconfig"
        raise Refused(f"the user in {file} has {' and '.join(foreign)}, which the daemon doesn't use", hint)
    if user.get("tokenFile"):
        return Token(file=file.parent / str(user["tokenFile"]))
    return Token(str(user.get("token") or ""))


def _trust(server: str, cluster: Entry, user: Entry, file: Path) -> ssl.SSLContext | None:
    address = urlsplit(server)
    if address.scheme == "http" and address.hostname in LOOPBACK:
        return None
    if address.scheme != "https" or not address.hostname:
        raise Refused(f"{file} has no https:// address of a server", "credentials are sent over TLS only")
    if cluster.get("insecure-skip-tls-verify"):
        raise Refused(f"{file} turns off the check of the server's certificate", "name its certificate-authority")
    authority = _content(cluster, "certificate-authority", file)
    trust = _trusting(authority) if authority else ssl.create_default_context()
    certificate = _content(user, "client-certificate", file)
    if certificate:
        _present(trust, certificate + b"\n" + _content(user, "client-key", file), file)
    return trust


def _content(entry: Entry, name: str, file: Path) -> bytes:
    """Return what an entry holds as base64 or names as a file that lies beside the kubeconfig; empty if neither."""
    try:
        if data := entry.get(f"{name}-data"):
            return base64.b64decode(str(data), validate=True)
        return (file.parent / str(entry[name])).read_bytes() if entry.get(name) else b""
    except (OSError, binascii.Error):
        raise Refused(f"the {name} of {file} can't be read", "see it with `kubectl config view`") from None


def _trusting(authority: bytes | Path) -> ssl.SSLContext:
    try:
        pem = authority.read_text("ascii") if isinstance(authority, Path) else authority.decode("ascii")
        return ssl.create_default_context(cadata=pem)
    except (OSError, ValueError, ssl.SSLError) as error:
        where = authority if isinstance(authority, Path) else "the kubeconfig"
        raise Refused(f"the certificate authority of {where} can't be read", "it is a PEM file") from error


def _present(trust: ssl.SSLContext, pem: bytes, file: Path) -> None:
    """Show a client certificate; OpenSSL reads it from a file alone, so it is one for a moment, for nobody else."""
    with tempfile.NamedTemporaryFile(prefix="setpoint-") as passing:
        passing.write(pem)
        passing.flush()
        try:
            trust.load_cert_chain(passing.name)
        except ssl.SSLError:
            raise Refused(f"the client certificate of {file} and its key don't fit", "it needs both, as PEM") from None
