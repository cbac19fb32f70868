"""A predictor with no model in it, on the standard library alone: it starts at once and says which revision answers.

SETPOINT_SERVE='{…}' python predictor.py: the model's URL says how it behaves, `fake://?refuse=why`, `?crash=words`,
`?fails=yes`, `?says=words`. What is posted is counted at `/metrics`, as `runners.serve` does.
"""

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

DRAINS = 0.5
"""Seconds for which it goes on answering when it is asked to end."""
TOLD = json.loads(os.environ["SETPOINT_SERVE"])
BEHAVIOUR = {key: values[0] for key, values in parse_qs(urlsplit(TOLD["model_url"]).query).items()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/metrics":
            from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

            return self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
        secret = os.environ.get("LAKECTL_TOKEN", "")
        told = {"ready": True, "revision": TOLD["revision"], "logs": TOLD["logs"], "secret": secret}
        return self._answer(200, json.dumps(told).encode())

    def do_POST(self) -> None:
        from runners.serve.service_metrics import SECONDS

        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status = 500 if "fails" in BEHAVIOUR else 200
        SECONDS.labels(TOLD["name"], TOLD["revision"], str(status)).observe(0.02)
        self._answer(status, json.dumps({"revision": TOLD["revision"]}).encode())

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "pod"

    def log_message(self, *_: object) -> None:
        return


def leave(*_: object) -> None:
    """Answer what has come in for a moment more, as a server of models does that is asked to end."""
    threading.Timer(DRAINS, os._exit, (0,)).start()


def main() -> int:
    signal.signal(signal.SIGTERM, leave)
    if why := BEHAVIOUR.get("refuse"):
        Path(TOLD["words"]).write_text(json.dumps({"what": why, "where": "model.onnx", "fix": "pin another"}))
        return 65
    if words := BEHAVIOUR.get("crash"):
        sys.exit(words)
    if words := BEHAVIOUR.get("says"):
        sys.stderr.write(f"{words}\n")
    with ThreadingHTTPServer((TOLD["host"], TOLD["port"]), Handler) as server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
