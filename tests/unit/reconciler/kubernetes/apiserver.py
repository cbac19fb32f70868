"""A small API server with a life of its own: it keeps things, pages its lists, merges what is applied, and knows users.

It fails as it is told: `faults` are what it answers next, in their order, instead of what it should.
"""

import json
import re
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Json = dict[str, Any]
TOKEN = "token-of-the-tests"
NAMESPACES = ("ml", "default")


@dataclass
class Fault:
    """One wrong answer. `cut` leaves out so many of its last bytes; `hangs_up` closes without any."""

    status: int = 500
    body: bytes = b'{"kind":"Status","message":"etcd is on fire"}'
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    hangs_up: bool = False
    waits_for: threading.Event | None = None


@dataclass
class Asked:
    """One request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Json


class ApiServer(ThreadingHTTPServer):
    """The server; it listens on a free port of the loopback."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.things: dict[str, Json] = {}
        self.logs: dict[str, bytes] = {}
        self.tokens = {TOKEN}
        self.forbidden: set[tuple[str, str]] = set()
        self.faults: list[Fault | None] = []
        self.asked: list[Asked] = []
        self.connections = 0
        self.hangs_up_after_each = False
        self.pods_linger = False
        self.guard = threading.Condition()
        self.version = 1
        self.is_over = False

    @property
    def url(self) -> str:
        """Return its address."""
        scheme = "https" if isinstance(self.socket, ssl.SSLSocket) else "http"
        return f"{scheme}://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        """Count the connections."""
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""

    def answer(self, asked: Asked) -> tuple[int, Json | bytes]:
        """Do what was asked."""
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _status(401, "Unauthorized")
        plural = _plural(asked.path) + ("/log" if asked.path.endswith("/log") else "")
        if (asked.method, plural) in self.forbidden:
            message = f'{plural} is forbidden: User "x" cannot do this to resource "{plural}" in the namespace "ml"'
            return _status(403, message)
        with self.guard:
            answer = _VERBS[asked.method](self, asked)
            if asked.method != "GET":
                self.version += 1
                self.guard.notify_all()
            return answer

    def changed_since(self, version: int) -> bool:
        """Wait until anything has changed; tell whether it has, or the server is going."""
        with self.guard:
            return self.guard.wait_for(lambda: self.version > version or self.is_over, 30) and not self.is_over

    def shutdown(self) -> None:
        """Let watches end."""
        with self.guard:
            self.is_over = True
            self.guard.notify_all()
        super().shutdown()

    def list_or_get(self, asked: Asked) -> tuple[int, Json | bytes]:
        """Answer a GET."""
        if asked.path.endswith("/log"):
            return self._log(asked)
        if asked.path in self.things:
            return 200, self.things[asked.path]
        if _is_name(asked.path):
            return _status(404, "not found")
        if "widgets" in asked.path:
            return _status(404, "the server could not find the requested resource")
        return self._page(asked)

    def _log(self, asked: Asked) -> tuple[int, Json | bytes]:
        pod = asked.path.split("/")[-2]
        if pod == "starting":
            return _status(400, 'container "main" in pod "starting" is waiting to start: ContainerCreating')
        if asked.query.get("previous"):
            return 200, self.logs.get(f"{pod} before", b"")
        return (200, self.logs[pod]) if pod in self.logs else _status(404, "pods not found")

    def _page(self, asked: Asked) -> tuple[int, Json]:
        names = sorted(path for path, thing in self.things.items() if _lies_in(path, asked.path) and _has(thing, asked))
        start, limit = int(asked.query.get("continue", "0")), int(asked.query.get("limit", len(names) or 1))
        more = str(start + limit) if start + limit < len(names) else ""
        items = [self.things[name] for name in names[start : start + limit]]
        return 200, {
            "kind": "List",
            "metadata": {"continue": more, "resourceVersion": str(self.version)},
            "items": items,
        }

    def apply(self, asked: Asked) -> tuple[int, Json]:
        """Merge what is applied into what is there."""
        if asked.body.get("spec", {}).get("replicas") == -1:
            return _status(422, "spec.replicas: Invalid value: -1")
        owned = self.things.get(asked.path, {}).get("spec", {}).get("owned-by-another")
        if owned and asked.query.get("force") != "true":
            causes = [{"reason": "FieldManagerConflict", "message": "conflict", "field": ".spec.replicas"}]
            return 409, {"kind": "Status", "message": "Apply failed", "details": {"causes": causes}}
        if asked.query.get("dryRun"):
            return 200, _merged(self.things.get(asked.path, _newborn()), asked.body)
        is_new = asked.path not in self.things
        if any(self._differs(asked, name) for name in ("uid", "resourceVersion") if not is_new or name == "uid"):
            return _status(409, "the object has been modified", "Conflict")
        self.things[asked.path] = _merged(self.things.get(asked.path, _newborn()), asked.body)
        self.things[asked.path]["metadata"]["resourceVersion"] = str(self.version + 1)
        return 201 if is_new else 200, self.things[asked.path]

    def _differs(self, asked: Asked, name: str) -> bool:
        """Tell whether what is applied is meant for another thing, or another version of it, than the one here."""
        there = self.things.get(asked.path, {}).get("metadata", {})
        told = asked.body.get("metadata", {}).get(name)
        return bool(told) and told != there.get(name)

    def create(self, asked: Asked) -> tuple[int, Json]:
        """Make what isn't there."""
        path = f"{asked.path}/{asked.body['metadata']['name']}"
        namespace = re.search(r"/namespaces/([^/]+)/", path)
        if namespace and namespace[1] not in NAMESPACES:
            return _status(404, f'namespaces "{namespace[1]}" not found')
        if path in self.things:
            return _status(409, "already exists", "AlreadyExists")
        self.things[path] = _merged(_newborn(), asked.body)
        self.things[path]["metadata"]["resourceVersion"] = str(self.version + 1)
        return 201, self.things[path]

    def remove(self, asked: Asked) -> tuple[int, Json]:
        """Delete what is there."""
        thing = self.things.get(asked.path)
        if thing is None:
            return _status(404, "not found")
        uid = asked.body.get("preconditions", {}).get("uid")
        if uid and uid != thing["metadata"]["uid"]:
            return _status(409, "the UID in the precondition differs")
        if asked.body.get("propagationPolicy") == "Foreground" and self.pods_linger:
            thing["metadata"]["deletionTimestamp"] = datetime.now(UTC).isoformat()
            return 200, thing
        return 200, self.things.pop(asked.path)


_VERBS: dict[str, Callable[[ApiServer, Asked], tuple[int, Any]]] = {
    "GET": ApiServer.list_or_get,
    "PATCH": ApiServer.apply,
    "POST": ApiServer.create,
    "DELETE": ApiServer.remove,
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ApiServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        asked = self._asked()
        self.server.asked.append(asked)
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault:
            self._fail(fault)
        elif asked.query.get("watch"):
            self._watch(asked)
        else:
            status, told = self.server.answer(asked)
            self._send(status, told if isinstance(told, bytes) else json.dumps(told).encode(), {})
        self.close_connection = self.close_connection or self.server.hangs_up_after_each

    do_GET = do_PATCH = do_POST = do_DELETE = _serve

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        return Asked(self.command, parts.path, query, headers, json.loads(body) if body else {})

    def _watch(self, asked: Asked) -> None:
        status, told = self.server.answer(asked)
        if status != 200:
            self._send(status, json.dumps(told).encode(), {})
            return
        self.send_response(200)
        if self.server.hangs_up_after_each:
            self.send_header("Connection", "close")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with suppress(ConnectionError):
            if self.server.changed_since(int(asked.query["resourceVersion"])):
                event = b'{"type": "MODIFIED", "object": {}}\n'
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.close_connection = True

    def _fail(self, fault: Fault) -> None:
        if fault.waits_for:
            fault.waits_for.wait(30)
        if fault.hangs_up:
            self.close_connection = True
            return
        self._send(fault.status, fault.body, fault.headers, cut=fault.cut)
        self.close_connection = self.close_connection or bool(fault.cut)

    def _send(self, status: int, body: bytes, headers: dict[str, str], cut: int = 0) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) - cut])


def _plural(path: str) -> str:
    steps = path.split("/")
    rest = steps[3:] if steps[1] == "api" else steps[4:]
    return rest[2] if rest[0] == "namespaces" and len(rest) > 2 else rest[0]


def _is_name(path: str) -> bool:
    return not path.endswith(_plural(path))


def _lies_in(path: str, collection: str) -> bool:
    folder, plural = path.rpartition("/")[0], _plural(collection)
    root = collection.removesuffix(plural)
    return folder == collection or (folder.startswith(f"{root}namespaces/") and folder.endswith(f"/{plural}"))


def _has(thing: Json, asked: Asked) -> bool:
    selector = asked.query.get("labelSelector", "")
    labels = thing["metadata"].get("labels", {})
    return all(_holds(part, labels) for part in selector.split(",") if part)


def _holds(part: str, labels: Json) -> bool:
    key, sign, value = part.partition("=")
    if sign:
        return bool(labels.get(key) == value)
    return key.removeprefix("!") not in labels if key.startswith("!") else key in labels


def _newborn() -> Json:
    return {"metadata": {"uid": str(uuid.uuid4()), "creationTimestamp": datetime.now(UTC).isoformat()}}


def _merged(there: Json, told: Json) -> Json:
    pairs = {
        key: _merged(there.get(key, {}), value) if isinstance(value, dict) else value for key, value in told.items()
    }
    return {**there, **pairs}


def _status(code: int, message: str, reason: str = "") -> tuple[int, Json]:
    return code, {"kind": "Status", "code": code, "message": message, "reason": reason}


@dataclass(frozen=True)
class Certificate:
    """A certificate that vouches for itself, and its key, as PEM."""

    certificate: bytes
    key: bytes

    def write(self, folder: Path) -> Path:
        """Write both into one file."""
        path = folder / "server.pem"
        path.write_bytes(self.certificate + self.key)
        return path


def certify(host: str = "localhost") -> Certificate:
    """Make a certificate for a host."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(made.public_bytes(serialization.Encoding.PEM), private)


def encrypted(folder: Path, made: Certificate) -> tuple[ApiServer, ssl.SSLContext]:
    """Return a server that speaks TLS, and what trusts its certificate."""
    server = ApiServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.write(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server, ssl.create_default_context(cadata=made.certificate.decode())


@contextmanager
def serving(server: ApiServer) -> Iterator[ApiServer]:
    """Let a server serve."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
