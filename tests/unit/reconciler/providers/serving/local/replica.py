"""A replica that starts at once: it speaks just enough of the protocol, on the standard library alone.

python -I -S replica.py CONFIG.json: the model's URL says how it behaves, `fake://?refuse=why`, `?crash=1`, `?slow=0.2`,
`?says=words`.
"""

import json
import os
import signal
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

CONFIG = json.loads(Path(sys.argv[1]).read_text())
BEHAVIOUR = {key: values[0] for key, values in parse_qs(urlsplit(CONFIG["model_url"]).query).items()}
UNDER_WAY: list[object] = []


class Handler(BaseHTTPRequestHandler):
    """Answers with its revision, its process id and the model's name."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer({"name": CONFIG["name"], "ready": True})

    def do_POST(self) -> None:
        UNDER_WAY.append(self)
        try:
            self._infer()
        finally:
            UNDER_WAY.remove(self)

    def _infer(self) -> None:
        body = self._chunks() if self.headers["Transfer-Encoding"] else self._read(self.headers["Content-Length"])
        if body is None:
            self.close_connection = True
            return
        time.sleep(float(BEHAVIOUR.get("slow", 0)))
        if body == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        told = {"revision": CONFIG["revision"], "pid": os.getpid(), "path": self.path, "size": len(body)}
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._answer({**told, "headers": headers}, 500 if body == b"fail" else 200)

    def _read(self, length: str | None) -> bytes | None:
        body = self.rfile.read(int(length or 0))
        return body if len(body) == int(length or 0) else None

    def _chunks(self) -> bytes | None:
        """Read a body in chunks; None when it breaks off."""
        body = b""
        while line := self.rfile.readline().strip():
            body += self.rfile.read(int(line, 16))
            self.rfile.readline()
            if line == b"0":
                return body
        return None

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        return

    def _answer(self, told: object, status: int = 200) -> None:
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = False
    request_queue_size = 64


def main() -> int:
    if why := BEHAVIOUR.get("refuse"):
        Path(CONFIG["words"]).write_text(json.dumps({"what": why, "where": "model.onnx", "fix": "train it again"}))
        return 65
    if BEHAVIOUR.get("crash"):
        sys.exit("2026-01-05 00:00:00.123 77 out of memory at 0x7f00")
    if words := BEHAVIOUR.get("says"):
        sys.stderr.write(f"{words}\n")
    if BEHAVIOUR.get("hang"):
        signal.pause()
    with Server(CONFIG["socket"], Handler) as server:
        signal.signal(signal.SIGTERM, lambda *_: Thread(target=server.shutdown).start())
        server.serve_forever(0.02)
        while UNDER_WAY:
            time.sleep(0.01)
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
