"""A stand-in for Label Studio that says whatever it is told to: what the real one can't be brought to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "aaaa.bbbb.cccc"
PROJECT: dict[str, Any] = {
    "id": 7,
    "description": "Kept by Setpoint: /dev/labels/mails",
    "label_config": "<View/>",
    "expert_instruction": "",
    "task_number": 1,
    "total_annotations_number": 0,
    "skipped_annotations_number": 0,
    "ground_truth_number": 0,
}
TASK = {"id": 1, "meta": {"setpoint_task": "0123456789ab-1"}, "total_annotations": 0, "updated_at": "2026-01-01"}


@dataclass
class StandIn:
    """Answers by path, each a status and a document or bytes; `asked` are the requests that came."""

    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    exchanged: int = 0
    valid: int = 10**6
    """Requests for which one exchanged token is good."""
    url: str = ""

    def __post_init__(self) -> None:
        listed = {"count": 1, "results": [PROJECT]}
        tasks = {"total": 1, "tasks": [TASK]}
        summary = {"created_labels": {}}
        usual = {"/api/projects/": listed, "/api/tasks/": tasks, "/api/projects/7/summary/": summary}
        self.answers = {**{path: (200, document) for path, document in usual.items()}, **self.answers}

    def reply(self, method: str, path: str, bearer: str) -> tuple[int, Any]:
        """Return what is answered to a request."""
        place = urlsplit(path)
        if place.path == "/api/token/refresh/":
            self.exchanged += 1
            return self.answers.get(place.path, (200, {"access": f"access-{self.exchanged}"}))
        self.asked.append(f"{method} {place.path}")
        if bearer != f"Bearer access-{self.exchanged}" or self.valid <= 0:
            self.valid = 10**6
            return 401, {"detail": "expired"}
        self.valid -= 1
        page = parse_qs(place.query).get("page", ["1"])[0]
        return self.answers.get(f"{place.path}?{page}", self.answers.get(place.path, (404, {"detail": "none"})))


@contextmanager
def serving(stand_in: StandIn) -> Iterator[StandIn]:
    """Serve it on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            status, document = stand_in.reply(self.command, self.path, self.headers.get("Authorization", ""))
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
